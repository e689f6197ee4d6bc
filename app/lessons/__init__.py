"""Lessons: Markdown files with directives, read strictly; see docs/lessons.md."""
