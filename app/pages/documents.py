"""Static responses with ETag and precompressed variants."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import threading
import uuid
from pathlib import Path

import brotli
from flask import Request, Response

#: Larger ones are compressed with brotli ahead of time, or not at all.
LARGE_BYTES = 1 << 20
_SMALL_BYTES = 256
_BROTLI_QUALITY = 9
_GZIP_LEVEL = 6

FOREVER = "public, max-age=31536000, immutable"


class Document:
    """Response body with its ETag; each compressed variant is made once.

    Args:
        content: the bytes.
        media_type: for the Content-Type header.
    """

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type
        self.digest = hashlib.sha256(content).hexdigest()[:16]
        self._lock = threading.Lock()
        self._forms: dict[str, bytes] = {}

    @property
    def _compressible(self) -> bool:
        kind = self.media_type.split(";")[0]
        texts = kind.startswith("text/") or kind in ("application/json", "image/svg+xml")
        return texts and len(self.content) >= _SMALL_BYTES

    def compress(self, encoding: str) -> bytes:
        """Returns the content in an encoding, `br` or `gzip`."""
        with self._lock:
            if encoding not in self._forms:
                self._forms[encoding] = (
                    brotli.compress(self.content, quality=_BROTLI_QUALITY)
                    if encoding == "br"
                    else gzip.compress(self.content, _GZIP_LEVEL, mtime=0)
                )
            return self._forms[encoding]

    def compress_ahead(self, folder: Path) -> None:
        """Compresses with brotli ahead of any request; takes a second or more, the first time.

        Args:
            folder: keeps the compressed form for the next process; made when it is needed.
        """
        file = folder / f"{self.digest}.br"
        with self._lock, contextlib.suppress(OSError, brotli.error):
            kept = file.read_bytes()
            if brotli.decompress(kept) == self.content:
                self._forms["br"] = kept
                return
        compressed = self.compress("br")
        part = folder / f"{uuid.uuid4().hex}.part"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(compressed)
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)

    def _choose(self, request: Request) -> str | None:
        if not self._compressible:
            return None
        accepted = request.accept_encodings
        offered = ["br"] if len(self.content) < LARGE_BYTES or "br" in self._forms else []
        qualities = {name: accepted.quality(name) for name in (*offered, "gzip")}
        best = max(qualities, key=lambda name: qualities[name])
        return best if qualities[best] > 0 else None

    def respond(self, request: Request, cache_control: str) -> Response:
        """Answers a request in the best encoding it accepts, or with 304."""
        encoding = self._choose(request)
        body = self.compress(encoding) if encoding else self.content
        response = Response(body, mimetype=None, content_type=self.media_type)
        response.headers["Cache-Control"] = cache_control
        response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{self.digest}-{encoding or 'plain'}")
        response.make_conditional(request)
        return response
