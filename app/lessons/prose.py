"""Prose of a lesson as HTML: paragraphs, lists, emphasis, code, links; never HTML of its own."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from app.lessons.errors import LessonError

#: Words of a sentence, at most.
MAX_WORDS = 25
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 6}).disable(
    ["image", "html_block", "html_inline", "heading", "lheading", "hr", "reference"]
)
_SENTENCE = re.compile(r"(?<=[.!?:])\s+|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+")


def render_prose(text: str) -> str:
    """Returns the HTML of some Markdown; what looks like HTML is shown as it is written."""
    return _MARKDOWN.render(text).strip()


def render_line(text: str) -> str:
    """Returns the HTML of one line, without a paragraph around it."""
    return _MARKDOWN.renderInline(text).strip()


def check_sentences(text: str, line: int) -> None:
    """Refuses sentences that are too long to be read at one go.

    Raises:
        LessonError: a sentence has more than `MAX_WORDS` words.
    """
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if len(words) > MAX_WORDS:
            shown = " ".join(words[:6])
            raise LessonError(line, "sentence", count=len(words), begin=shown)
