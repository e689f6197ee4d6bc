"""Request body wrapper: a broken body is the client's fault (400)."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException


class Body:
    """Takes the place of `wsgi.input`.

    Whatever a server raises of a body, such as chunks whose size is no number, becomes an
    OSError, which Werkzeug answers with 400, as it does for a body that was cut off.

    Args:
        stream: what the server gives.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Reads so many bytes, or all.

        Raises:
            OSError: the body is broken, or the client is gone.
        """
        try:
            return self._stream.read(size)
        except (OSError, HTTPException):
            raise
        except Exception as error:
            raise OSError("the body is broken") from error
