"""Messages about other networks than the present one: trials, races, sweeps, searches."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.protocol.messages.base import Message, rule
from engine import MAX_CANDIDATES, MAX_EPOCHS, MAX_RACE_EPOCHS, MAX_RACERS


class TrialCandidate(Message):
    """An edit to try on a copy of the run."""

    patch: Any
    origin: Any = None


class Try(Message):
    """Train copies of the network under different edits and compare their test losses."""

    type: Literal["try"]
    trial: Annotated[str, Field(min_length=1, max_length=64)]
    candidates: Annotated[list[TrialCandidate], Field(min_length=1, max_length=MAX_CANDIDATES)]
    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] = 300
    restart: bool = False
    flow: bool = False


class Race(Message):
    """Train copies of the network that differ in one choice; without racers, end the race."""

    type: Literal["race"]
    racers: Annotated[list[TrialCandidate], Field(max_length=MAX_RACERS)]
    epochs: Annotated[int, Field(ge=1, le=MAX_RACE_EPOCHS)] = 100
    restart: bool = True


class Sweep(Message):
    """Train a grid of networks in place of the present one; null ends it."""

    type: Literal["sweep"]
    sweep: Any


class CellName(Message):
    """One cell of the sweep."""

    row: Annotated[int, Field(ge=0, le=63)]
    column: Annotated[int, Field(ge=0, le=63)]


TrialNumber = Annotated[int, Field(ge=0, le=10_000_000)]


class StartSearch(Message):
    """Search over hyperparameters of the present spec, or go on with a study; null stops it."""

    type: Literal["search"]
    search: dict[str, Any] | None = None
    study: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.search is not None and self.study is not None:
            raise rule("must have either a search or a study")
        return self


class Propose(Message):
    """Try values that were chosen by hand in the search."""

    type: Literal["propose"]
    values: dict[str, Any]


class Combine(Message):
    """Tell how good the mean of some trials of the search is."""

    type: Literal["ensemble"]
    trials: Annotated[list[TrialNumber], Field(min_length=1, max_length=64)]


class Prefer(Message):
    """Say which of the two trials that are compared is better."""

    type: Literal["prefer"]
    trial: TrialNumber


class Test(Message):
    """Look at the test points of the best trials, which ends the search."""

    type: Literal["test"]


class Adopt(Message):
    """Go on with a network of the race, sweep or search in place of the present one."""

    type: Literal["adopt"]
    racer: Annotated[int, Field(ge=0, lt=MAX_RACERS)] | None = None
    cell: CellName | None = None
    trial: TrialNumber | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(one is not None for one in (self.racer, self.cell, self.trial)) != 1:
            raise rule("must have one of racer, cell and trial")
        return self
