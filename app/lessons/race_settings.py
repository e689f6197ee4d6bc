"""Settings that the panel `race` of a figure begins with, such as `kind=seed, epochs=50`."""

from __future__ import annotations

from typing import Any

from app.lessons.errors import LessonError
from engine import SURFACES

#: What networks may differ in, and for how many epochs they train: as the page offers them.
KINDS = ("optimizer", "learning_rate", "initializer", "activation", "batch_size", "seed")
EPOCHS = (20, 50, 100, 200, 500, 1000)
#: Learning rates down a surface.
_RATES = 1e-5, 10.0


def read_race(text: str, line: int) -> dict[str, Any]:
    """Reads `name=value` by commas to what the page keeps of a race.

    A `surface` has optimizers go down that surface, at `rate`, and down the one `beside` it, if
    there is one; else networks train on the data, which differ in their `kind`, for so many
    `epochs`.

    Raises:
        LessonError: a name or a value is none of these.
    """
    race: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = (one.strip() for one in part.partition("="))
        if name == "kind" and value in KINDS:
            race["kind"] = value
        elif name == "epochs" and value in map(str, EPOCHS):
            race["epochs"] = int(value)
        elif name == "surface" and value in SURFACES:
            race |= {"place": "surface", "surface": value}
        elif name == "beside" and value in SURFACES:
            race |= {"place": "surface", "beside": value}
        elif name == "rate" and (rate := _read_rate(value)) is not None:
            race["rate"] = rate
        else:
            raise LessonError(line, "race", part=part.strip()[:40])
    return race


def _read_rate(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if _RATES[0] <= rate <= _RATES[1] else None
