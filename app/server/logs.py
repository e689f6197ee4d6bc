"""Logging: lines of text or of JSON, without session tokens and addresses of clients.

Tokens are as good as passwords, so six characters are left of each; addresses are personal.
"""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Literal

LogFormat = Literal["text", "json"]

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: A token in an address, whole or not, and whatever has the length and the letters of one.
_IN_PATH = re.compile(r"(/sessions/[^/?\s\"']{6})[^/?\s\"']+")
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z0-9])([\w-]{6})[\w-]{26}(?![\w-])", re.ASCII)
#: As gunicorn names a client whose request it cannot read.
_CLIENT = re.compile(r"\bip=[0-9A-Fa-f.:]*[0-9A-Fa-f]")
#: How our own messages begin that are about a session.
_SESSION = re.compile(r"session (\d+): ")


def hide_private(text: str) -> str:
    """Shortens tokens, which still tells sessions apart, and leaves out addresses of clients."""
    return _CLIENT.sub("ip=…", shorten_tokens(text))


def shorten_tokens(text: str) -> str:
    """Leaves six characters of each token: enough to tell sessions apart."""
    return _TOKEN.sub(r"\1…", _IN_PATH.sub(r"\1…", text))


class PrivateFormatter(logging.Formatter):
    """Writes records as text, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the text of a record."""
        return hide_private(super().format(record))


class JsonFormatter(logging.Formatter):
    """Writes each record as one line of JSON, always with the same keys.

    They are `time` (UTC), `level`, `logger`, `session` (its number, or null), `message`, and
    `error` (a traceback, or null).
    """

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line of a record."""
        message = record.getMessage()
        session = _SESSION.match(message)
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        content = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "session": session[1] if session else None,
            "message": hide_private(message[session.end() :] if session else message),
            "error": hide_private(self.formatException(record.exc_info))
            if record.exc_info and record.exc_info[0]
            else None,
        }
        return json.dumps(content, ensure_ascii=False)


def make_formatter(
    log_format: LogFormat, text: str | None = _FORMAT, date: str | None = None
) -> logging.Formatter:
    """Returns the formatter of a setting.

    Args:
        log_format: the setting `LIVENET_LOG_FORMAT`.
        text: pattern of a line of text.
        date: pattern of its time.
    """
    return JsonFormatter() if log_format == "json" else PrivateFormatter(text, date)


def set_up_logs(level: str, log_format: LogFormat) -> None:
    """Has everything logged to standard error.

    Args:
        level: of what this project says; others speak from warnings on.
        log_format: text, or a line of JSON for each record.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(make_formatter(log_format))
    logging.basicConfig(handlers=[handler])
    for name in ("app", "engine"):
        logging.getLogger(name).setLevel(level)
