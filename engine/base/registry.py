"""Registry: named entries of one kind, in a fixed order.

What comes in kinds (activations, optimizers, data sets, views ...) stands in one registry per
kind. An entry says everything about one of them; the spec's names, the JSON Schema, the branches
of compiled programs, the exports and the page derive from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Named(Protocol):
    """Protocol of an entry: anything with a name."""

    @property
    def name(self) -> str:
        """The name in specs, links and files."""
        ...


EntryT = TypeVar("EntryT", bound=Named)


class Registry(Mapping[str, EntryT]):
    """Entries by name, in the order in which they were registered.

    Entries are registered when their module is imported. Compiled programs hold the whole
    table (`table`); from then on the registry is closed.

    Args:
        kind: what the entries are, for error messages.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._entries: dict[str, EntryT] = {}
        self._closed = False

    def register(self, *entries: EntryT) -> None:
        """Appends entries.

        Raises:
            ValueError: a name is taken, or is no lower-case word.
            RuntimeError: a compiled program holds the table already.
        """
        for entry in entries:
            if not _NAME.fullmatch(entry.name):
                raise ValueError(f"{entry.name!r} is no name for {self._kind}")
            if entry.name in self._entries:
                raise ValueError(f"{self._kind} {entry.name!r} is there already")
            if self._closed:
                raise RuntimeError(f"{self._kind} {entry.name!r} comes after the first program")
            self._entries[entry.name] = entry

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(self._entries)

    @property
    def table(self) -> tuple[EntryT, ...]:
        """All entries, in the order of `index`, for the branches of a program."""
        self._closed = True
        return tuple(self._entries.values())

    def index(self, name: str) -> int:
        """Returns the index of an entry in the table."""
        return self.names.index(name)

    def __getitem__(self, name: str) -> EntryT:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
