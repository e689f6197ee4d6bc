"""Link payloads: encoded in the link itself, or stored in the blob store under a short id."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.files.blob_store import BlobStore, BlobStoreFullError, StorageQuotaError
from app.protocol.errors import MessageError
from engine import (
    MAX_PAYLOAD,
    LinkPayload,
    PayloadError,
    Spec,
    decode_payload,
    decode_points,
    encode_payload,
    parse_spec,
    read_word,
    write_word,
)

_ID = re.compile(r"[a-z2-7]{16}")
#: States that requests pack or unpack at the same time; each may take some 80 MiB meanwhile.
AT_ONCE = 2
#: How long another one waits for that.
WAIT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class PayloadReference:
    """How a link refers to its payload.

    Attributes:
        word: what a link says to have it.
        stored: whether it is kept here, and not in the word itself.
        size: its bytes.
    """

    word: str
    stored: bool
    size: int


class LinkPayloads:
    """Encodes link payloads and reads them back, from the link or from the blob store.

    Few of them are packed or unpacked at the same time, except by workers, of which there are
    few: `read` is theirs.

    Args:
        store: where those lie that are too long for a link.
    """

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._concurrency = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def limit_concurrency(self) -> Iterator[None]:
        """Context in which a request may encode or decode a payload; few may at the same time.

        Raises:
            MessageError: too many others do.
        """
        if not self._concurrency.acquire(timeout=WAIT_SECONDS):
            raise MessageError("rate_limited", "too many states are being read; try again")
        try:
            yield
        finally:
            self._concurrency.release()

    def encode(self, payload: LinkPayload, room: int, client: str) -> PayloadReference:
        """Encodes a payload; stores it where it is too long for the link.

        Args:
            payload: the state.
            room: characters that a link has for it; what is longer is stored.
            client: who stores it.

        Raises:
            MessageError: it is too large, or there is no room for it.
        """
        try:
            with self.limit_concurrency():
                content = encode_payload(payload)
        except PayloadError as error:
            raise MessageError("state_too_large", error.message) from None
        word = write_word(content) if len(content) < room else ""
        if word and len(word) <= room:
            return PayloadReference(word, False, len(content))
        return PayloadReference(self._put(content, client), True, len(content))

    def store(self, content: bytes, client: str) -> str:
        """Stores an encoded payload and returns its id.

        Raises:
            MessageError: they are no state, or there is no room for them.
        """
        if len(content) > MAX_PAYLOAD:
            text = f"a state may have at most {MAX_PAYLOAD} bytes"
            raise MessageError("state_too_large", text)
        with self.limit_concurrency(), _describe_problems():
            decode_payload(content)
        return self._put(content, client)

    def _put(self, content: bytes, client: str) -> str:
        try:
            return self._store.put(content, client)
        except StorageQuotaError as error:
            text = "too much was stored from this address lately; try again in a while"
            raise MessageError("storage_limited", text, retry_after=error.seconds) from None
        except BlobStoreFullError:
            text = "there is no room to keep this state"
            raise MessageError("storage_full", text) from None

    def load(self, name: str) -> bytes:
        """Returns the bytes of a stored payload.

        Raises:
            MessageError: there is none.
        """
        content = self._store.get(name)
        if content is None:
            raise MessageError("unknown_state", "there is no such state here (any more)", "state")
        return content

    def read(self, spec: Any, word: str | None) -> tuple[Spec, LinkPayload | None]:
        """Returns the validated spec, with the payload's points, and the decoded payload.

        Of a state no more is unpacked than such a network has.

        Args:
            spec: what the client said.
            word: what the link says of a state, if it does.

        Raises:
            MessageError: there is none, or the word is damaged.
            SpecError: the spec breaks a rule.
        """
        if word is None:
            return parse_spec(spec), None
        with _describe_problems():
            content = self.load(word) if _ID.fullmatch(word) else read_word(word)
            parsed = parse_spec(_add_points(spec, content))
            return parsed, decode_payload(content, parsed)


def describe_problem(error: PayloadError) -> MessageError:
    """Returns the message for a payload that cannot be used."""
    return MessageError(error.code, error.message, error.path or "state")


@contextmanager
def _describe_problems() -> Iterator[None]:
    try:
        yield
    except PayloadError as error:
        raise describe_problem(error) from None


def _add_points(spec: Any, content: bytes) -> Any:
    points = decode_points(content)
    if points is None or not isinstance(spec, dict):
        return spec
    data = spec.get("data")
    if not isinstance(data, dict) or data.get("name") != "points":
        return spec
    return {**spec, "data": {**data, "points": points}}
