"""Scheduling: fair queue, queues of commands and jobs, debounce."""
