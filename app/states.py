"""States that links carry: in a word of the link, or kept here under a short id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from app.messages import MessageError
from app.shelf import Shelf, ShelfFullError
from engine import (
    MAX_PACKET,
    Packet,
    PacketError,
    decode_packet,
    encode_packet,
    read_word,
    write_word,
)

_ID = re.compile(r"[a-z2-7]{16}")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a state is.

    Attributes:
        word: what a link says to have it.
        stored: whether it is kept here, and not in the word itself.
        size: its bytes.
    """

    word: str
    stored: bool
    size: int


class States:
    """Writes states into links, and finds them again.

    Args:
        shelf: where those lie that are too long for a link.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def keep(self, packet: Packet, room: int) -> Kept:
        """Makes the word of a state.

        Args:
            packet: the state.
            room: characters that a link has for it; what is longer is stored.

        Raises:
            MessageError: it is too large, or there is no room for it.
        """
        try:
            content = encode_packet(packet)
        except PacketError as error:
            raise MessageError("state_too_large", error.message) from None
        word = write_word(content) if len(content) < room else ""
        if word and len(word) <= room:
            return Kept(word, False, len(content))
        return Kept(self.store(content), True, len(content))

    def store(self, content: bytes) -> str:
        """Stores the bytes of a state and returns its id.

        Raises:
            MessageError: they are no state, or there is no room for them.
        """
        if len(content) > MAX_PACKET:
            text = f"a state may have at most {MAX_PACKET} bytes"
            raise MessageError("state_too_large", text)
        _decode(content)
        try:
            return self._shelf.put(content)
        except ShelfFullError:
            text = "there is no room to keep this state"
            raise MessageError("storage_full", text) from None

    def load(self, name: str) -> bytes:
        """Returns the bytes of a state that is stored.

        Raises:
            MessageError: there is none.
        """
        content = self._shelf.get(name)
        if content is None:
            raise MessageError("unknown_state", "there is no such state here (any more)", "state")
        return content

    def read(self, spec: Any, word: str | None) -> tuple[Any, Packet | None]:
        """Returns a spec as it came, with the points that a state carries, and the state.

        Args:
            spec: what the client said; the engine validates it.
            word: what the link says of a state, if it does.

        Raises:
            MessageError: there is none, or the word is damaged.
        """
        if word is None:
            return spec, None
        packet = self.find(word)
        return _add_points(spec, packet), packet

    def find(self, word: str) -> Packet:
        """Returns the state that a word of a link says.

        Raises:
            MessageError: there is none, or the word is damaged.
        """
        if _ID.fullmatch(word):
            return _decode(self.load(word))
        try:
            return _decode(read_word(word))
        except PacketError as error:
            raise describe_problem(error) from None


def describe_problem(error: PacketError) -> MessageError:
    """Returns the error that a client sees of a state that cannot be used."""
    return MessageError(error.code, error.message, error.path or "state")


def _add_points(spec: Any, packet: Packet) -> Any:
    if packet.points is None or not isinstance(spec, dict):
        return spec
    data = spec.get("data")
    if not isinstance(data, dict) or data.get("name") != "points":
        return spec
    return {**spec, "data": {**data, "points": packet.points}}


def _decode(content: bytes) -> Packet:
    try:
        return decode_packet(content)
    except PacketError as error:
        raise describe_problem(error) from None
