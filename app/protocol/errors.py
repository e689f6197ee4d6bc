"""Error of a message that cannot be used, with the code that the client sees."""

from __future__ import annotations


class MessageError(ValueError):
    """A message that cannot be used.

    Args:
        code: the stable word that the client sees.
        message: one sentence for a person.
        path: dotted place in the message, or "".
        retry_after: seconds after which it may work; 0 if waiting does not help.
    """

    def __init__(self, code: str, message: str, path: str = "", retry_after: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
        self.retry_after = retry_after
