"""Grammar of goals, and its parser: recursive descent over at most `MAX_LENGTH` characters.

    goal       = condition [ "within" whole ( "epoch" | "epochs" ) ]
                 [ "on" whole "of" whole ( "seed" | "seeds" ) ]
    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "(" condition ")" | comparison
    comparison = quantity ( "<=" | ">=" | "<" | ">" | "=" | "!=" ) ( number | quantity )

Words are in lower case and ASCII. A number is decimal, with a sign or an exponent if need be.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NoReturn

from engine.base.errors import GoalError
from engine.goals.expressions import Comparison, Condition, Goal, Group
from engine.goals.quantities import QUANTITIES

#: Characters of a goal, comparisons in it, and parentheses within each other.
MAX_LENGTH, MAX_COMPARISONS, MAX_DEPTH = 400, 16, 8
#: Epochs and seeds that a goal may name.
MAX_WITHIN, MAX_SEEDS = 2000, 16
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_TOKEN = re.compile(rf"[ \t\r\n]*(?:({_NUMBER})|([a-z_][a-z0-9_]*)|(<=|>=|!=|[<>=()]))")
_BLANKS = re.compile(r"[ \t\r\n]*")
_END = "the end"


@lru_cache(maxsize=256)
def parse_goal(text: str) -> Goal:
    """Parses a goal.

    Args:
        text: such as `test_loss <= 0.1 and units <= 4 within 500 epochs on 4 of 5 seeds`.

    Raises:
        GoalError: it does not follow the grammar; the message names the character, from 1.
    """
    if len(text) > MAX_LENGTH:
        raise GoalError(f"a goal has at most {MAX_LENGTH} characters, got {len(text)}")
    return _Parser(text).parse()


class _Parser:
    """Parser of one text, at its next token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = self._depth = self._comparisons = 0
        self._step()

    def parse(self) -> Goal:
        condition = self._read_condition()
        within = needed = seeds = None
        if self._take("within"):
            within = self._read_whole("epochs", MAX_WITHIN)
            self._expect("epochs", "epoch")
        if self._take("on"):
            place = self._place
            needed = self._read_whole("seeds", MAX_SEEDS)
            self._expect("of")
            seeds = self._read_whole("seeds", MAX_SEEDS)
            self._expect("seeds", "seed")
            if needed > seeds:
                self._refuse(f"{needed} of {seeds} seeds cannot be", place)
            if within is None:
                self._refuse("a goal on seeds says within how many epochs", place)
        if self._token != _END:
            self._refuse("expected and, or, within, on or the end")
        return Goal(self._text.strip(), condition, within, needed, seeds)

    def _read_condition(self) -> Condition:
        parts = [self._read_all()]
        while self._take("or"):
            parts.append(self._read_all())
        return parts[0] if len(parts) == 1 else Group("any", tuple(parts))

    def _read_all(self) -> Condition:
        parts = [self._read_one()]
        while self._take("and"):
            parts.append(self._read_one())
        return parts[0] if len(parts) == 1 else Group("all", tuple(parts))

    def _read_one(self) -> Condition:
        place = self._place
        if not self._take("("):
            return self._read_comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"more than {MAX_DEPTH} parentheses within each other", place)
        condition = self._read_condition()
        self._expect(")")
        self._depth -= 1
        return condition

    def _read_comparison(self) -> Comparison:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            self._refuse(f"more than {MAX_COMPARISONS} comparisons")
        quantity = self._read_quantity()
        sign = self._token
        self._expect("<=", ">=", "<", ">", "=", "!=")
        if self._kind == "number":
            return Comparison(quantity, sign, self._read_number())
        return Comparison(quantity, sign, self._read_quantity())

    def _read_quantity(self) -> str:
        name = self._token
        if self._kind != "word":
            self._refuse("expected the name of a quantity, such as test_loss")
        if name not in QUANTITIES:
            self._refuse(f"there is no quantity {_shorten(name)}")
        self._step()
        return name

    def _read_number(self) -> float:
        value = float(self._token)
        if not math.isfinite(value):
            self._refuse("the number is too large")
        self._step()
        return value

    def _read_whole(self, what: str, most: int) -> int:
        text = self._token
        fits = text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most
        if not fits:
            self._refuse(f"expected 1 to {most} {what}")
        self._step()
        return int(text)

    def _take(self, token: str) -> bool:
        taken = self._token == token
        if taken:
            self._step()
        return taken

    def _expect(self, *tokens: str) -> None:
        if not any(self._take(token) for token in tokens):
            self._refuse(f"expected {' or '.join(tokens)}")

    def _step(self) -> None:
        """Goes to the next token."""
        blanks = _BLANKS.match(self._text, self._end)
        self._place = blanks.end() if blanks else self._end
        if self._place == len(self._text):
            self._token, self._kind = _END, "end"
            return
        found = _TOKEN.match(self._text, self._end)
        if found is None:
            self._token = self._text[self._place]
            self._refuse("there is a character that no goal has")
        number, word, _ = found.groups()
        self._kind = "number" if number else "word" if word else "sign"
        self._token, self._end = found[0].strip(), found.end()

    def _refuse(self, rule: str, place: int | None = None) -> NoReturn:
        at = self._place if place is None else place
        said = "" if place is not None or self._token == _END else f" ({_shorten(self._token)})"
        raise GoalError(f"{rule}, at character {at + 1}{said}")


def _shorten(token: str) -> str:
    """Returns a token as a message shows it, in ASCII."""
    shown = token if len(token) <= 24 else token[:24] + "..."
    return ascii(shown)[1:-1]
