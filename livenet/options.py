"""Options of an embed: what each may be, as the page reads them.

`static/js/embed/options.js` is the other one who knows them; a test holds both together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

PANELS = (
    "boundary", "network", "loss", "unit", "data", "metrics", "legend", "landscape", "step",
    "spaces", "gradients", "race", "map", "search", "classes", "goal",
)  # fmt: skip
CONTROLS = (
    "play", "step", "step_batch", "reset", "speed",
    "data", "noise", "samples", "test", "validation", "label_noise", "balance", "classes",
    "features", "columns", "axes", "layers", "loss", "optimizer", "rate", "momentum", "rho",
    "beta_1", "beta_2",
    "epsilon", "weight_decay", "clip", "schedule", "warmup", "decay_steps", "decay_rate",
    "l1", "l2", "early_stopping", "patience", "min_delta", "restore_best", "initializer", "scale",
    "batch", "seed", "data_seed",
)  # fmt: skip
THEMES = ("light", "dark")
STARTS = ("pause", "click", "auto")
LANGUAGES = ("en", "ko")
#: Least, most, and whether only whole numbers are meant.
NUMBERS: Mapping[str, tuple[float, float, bool]] = {
    "text": (0.75, 2, False),
    "epochs": (1, 1_000_000, True),
    "stop_loss": (1e-9, 1e6, False),
    "speed": (1, 200, True),
    "width": (1, 10_000, True),
    "height": (1, 10_000, True),
}

#: Predicates over the run; the server says what is wrong with one.
GOALS = ("until", "goal")
_GOAL = re.compile(r"[ -~]{1,400}")

_Check = Callable[[str, Any], Any]


def _refuse(name: str, rule: str, value: object) -> ValueError:
    return ValueError(f"{name} must be {rule}, got {value!r}")


def _check_number(name: str, value: Any) -> float:
    least, most, whole = NUMBERS[name]
    kind = "a whole number" if whole else "a number"
    right = isinstance(value, int | float) and not isinstance(value, bool)
    if not right or not least <= value <= most or (whole and value != int(value)):
        raise _refuse(name, f"{kind} from {least:,} to {most:,}", value)
    return value


def _one_of(known: tuple[str, ...]) -> _Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise _refuse(name, f"one of {', '.join(known)}", value)
        return value

    return check


def _some_of(known: tuple[str, ...], least: int) -> _Check:
    def check(name: str, value: Any) -> list[str]:
        # A text is a list of letters to Python, and a mistake here.
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise _refuse(name, "a list of names", value)
        chosen = list(value)
        strange = [one for one in chosen if not isinstance(one, str) or one not in known]
        if strange:
            raise _refuse(name, f"any of {', '.join(known)}", strange[0])
        if len(chosen) < least:
            raise _refuse(name, "a list with one name or more", chosen)
        return chosen

    return check


def _check_flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(name, "True or False", value)
    return value


def _check_goal(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _GOAL.fullmatch(value):
        raise _refuse(name, "a goal of 1 to 400 ASCII characters", value)
    return value


def _check_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _refuse(name, "a text", value)
    return value


_CHECKS: Mapping[str, _Check] = {
    "panels": _some_of(PANELS, 1),
    "controls": _some_of(CONTROLS, 0),
    "theme": _one_of(THEMES),
    "start": _one_of(STARTS),
    "lang": _one_of(LANGUAGES),
    "transparent": _check_flag,
    "title": _check_text,
    **dict.fromkeys(GOALS, _check_goal),
    **dict.fromkeys(NUMBERS, _check_number),
}


def check_option(name: str, value: Any) -> Any:
    """Returns an option as it may be written; None stands for its default.

    Raises:
        ValueError: the value breaks the option's rule; the message names all three.
    """
    return None if value is None else _CHECKS[name](name, value)
