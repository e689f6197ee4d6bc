"""Logging, with session tokens shortened, since they are as good as passwords."""

from __future__ import annotations

import logging
import re

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: A token in an address, whole or not, and whatever has the length and the letters of one.
_IN_PATH = re.compile(r"(/sessions/[^/?\s\"']{6})[^/?\s\"']+")
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z0-9])([\w-]{6})[\w-]{26}(?![\w-])", re.ASCII)


def shorten_tokens(text: str) -> str:
    """Leaves six characters of each token: enough to tell sessions apart."""
    return _TOKEN.sub(r"\1…", _IN_PATH.sub(r"\1…", text))


class PrivateFormatter(logging.Formatter):
    """Writes records, tracebacks included, without whole tokens."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the text of a record."""
        return shorten_tokens(super().format(record))


def set_up_logs(level: str) -> None:
    """Has everything logged to standard error.

    Args:
        level: of what this project says; others speak from warnings on.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(PrivateFormatter(_FORMAT))
    logging.basicConfig(handlers=[handler])
    for name in ("app", "engine"):
        logging.getLogger(name).setLevel(level)
