"""Edits that wait for images or programs, while training goes on as it is."""

from __future__ import annotations

from app.messages import Edit

#: Edits that may wait; a page sends several while a slider moves.
MAX_HELD = 100


class HeldEdits:
    """Edits in the order they came, which are applied together."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def __bool__(self) -> bool:
        return bool(self._edits)

    @property
    def full(self) -> bool:
        """Whether no more may wait."""
        return len(self._edits) >= MAX_HELD

    @property
    def patches(self) -> list[object]:
        """The patches, one after the other."""
        return [edit.patch for edit in self._edits]

    def add(self, edit: Edit) -> None:
        """Has an edit wait."""
        self._edits.append(edit)

    def take(self) -> list[Edit]:
        """Returns all that wait; none waits any more."""
        edits, self._edits = self._edits, []
        return edits
