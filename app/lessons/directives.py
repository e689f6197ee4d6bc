"""Registry of directives: each reads its block to the JSON that the page shows."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from app.lessons.blocks import Block
from app.lessons.errors import LessonError
from app.lessons.prose import check_sentences, render_line, render_prose
from app.lessons.race_settings import read_race
from engine import EngineError, Goal, GoalError, parse_goal, parse_spec

#: JSON of a block, for the page.
Content = dict[str, Any]

#: Panels that a figure may show: those of an embed.
PANELS = (
    "boundary", "network", "loss", "unit", "data", "metrics", "legend", "landscape", "step",
    "spaces", "gradients", "race", "classes",
)  # fmt: skip
#: Those of a step before any figure.
DEFAULT_PANELS = ["boundary", "network", "loss"]
_CHOICE = re.compile(r"- \[([ x])\] (.+)")
_FIELD = re.compile(r"([a-z]+):[ \t]*(.*)")
_WORD = re.compile(r"[a-z0-9_]{1,40}")
MAX_CHOICES, MAX_STATE, MAX_FAILS, MAX_EPOCHS = 8, 4000, 8, 5000
#: What is marked in a prediction: the loss of the train points, or of the test points.
MARKS = ("loss", "test_loss")
#: Epochs after which a prediction is explained, unless it says something else.
EPOCHS = 100


def read_prose(block: Block) -> Content:
    """Reads prose."""
    check_sentences(block.text, block.line)
    return {"kind": "prose", "html": render_prose(block.text)}


def _read_state(block: Block) -> Content:
    """`:::state`: JSON with a partial `spec`, and perhaps `weights` that are set by hand."""
    value = _read_json(block, block.text)
    if not isinstance(value, dict) or not {"spec"} <= value.keys() <= {"spec", "weights"}:
        raise LessonError(block.line, "state")
    try:
        parse_spec(value["spec"])
    except EngineError as error:
        raise LessonError(block.line, "spec", reason=f"{error.path}: {error.message}") from None
    weights = _check_weights(block, value.get("weights", []))
    return {"kind": "state", "spec": value["spec"], "weights": weights}


def _read_figure(block: Block) -> Content:
    """`:::figure boundary,network`: the live panels, their `controls`, and what to `point` at."""
    panels = _read_names(block, block.argument)
    for name in panels:
        if name not in PANELS:
            raise LessonError(block.line, "panel", name=name)
    fields = _read_fields(block, {"controls", "point", "speed", "caption", "race"})
    point = fields.get("point")
    controls = _read_names(block, fields["controls"]) if "controls" in fields else []
    if point is not None and point not in (*panels, *controls):
        raise LessonError(block.line, "point", name=point)
    speed = fields.get("speed", "1")
    if not (speed.isascii() and speed.isdecimal() and len(speed) < 4 and 1 <= int(speed) <= 200):
        raise LessonError(block.line, "speed")
    caption = render_line(fields.get("caption", ""))
    race = read_race(fields["race"], block.line) if "race" in fields else {}
    if race and "race" not in panels:
        raise LessonError(block.line, "race_panel")
    return {
        "kind": "figure", "panels": panels, "controls": controls, "point": point,
        "speed": int(speed), "caption": caption, "race": race,
    }  # fmt: skip


def _read_goal(block: Block) -> Content:
    """`:::goal test_loss <= 0.1 ...`: a goal, and prose on it.

    `fails:` lines are merge patches after which training must not reach it; the check tries them.
    """
    prose: list[str] = []
    fails: list[Content] = []
    for line in block.body:
        if line.startswith("fails:"):
            fails.append(_read_edit(block, line.removeprefix("fails:")))
        else:
            prose.append(line)
    if len(fails) > MAX_FAILS:
        raise LessonError(block.line, "fails", most=MAX_FAILS)
    text = "\n".join(prose).strip()
    check_sentences(text, block.line)
    goal = parse_goal_of(block)
    return {"kind": "goal", "goal": goal.describe(), "html": render_prose(text), "fails": fails}


def parse_goal_of(block: Block) -> Goal:
    """Parses the goal of a directive."""
    try:
        return parse_goal(block.argument)
    except GoalError as error:
        raise LessonError(block.line, "goal", reason=error.message) from None


def _read_question(block: Block) -> Content:
    """`:::question`: prose, choices or a number, an explanation behind `>`."""
    fields, prose, choices, explanation = _split_question(block, {"answer"})
    number = _read_number(block, fields["answer"]) if "answer" in fields else None
    if (number is None) == (not choices):
        raise LessonError(block.line, "question")
    return {
        "kind": "question", "html": prose, "choices": choices, "number": number,
        "explanation": explanation,
    }  # fmt: skip


def _read_predict(block: Block) -> Content:
    """`:::predict`: a question that is answered before it is tried.

    What comes of it is shown by `edit:` and `weights:`, or by `epochs:` of training; without them
    it is trained for `EPOCHS`. `draw: boundary` has the reader draw, `mark: loss` mark a loss.
    """
    known = {"answer", "draw", "mark", "epochs", "edit", "weights"}
    fields, prose, choices, explanation = _split_question(block, known)
    ways = [name for name in ("answer", "draw", "mark") if name in fields]
    if len(ways) + bool(choices) != 1:
        raise LessonError(block.line, "predict")
    if fields.get("draw", "boundary") != "boundary":
        raise LessonError(block.line, "draw")
    if fields.get("mark", "loss") not in MARKS:
        raise LessonError(block.line, "mark", names=", ".join(MARKS))
    edit = _read_edit(block, fields["edit"]) if "edit" in fields else None
    weights = _read_weights(block, fields["weights"]) if "weights" in fields else []
    epochs = _read_epochs(block, fields["epochs"]) if "epochs" in fields else None
    if epochs is None and ("mark" in fields or not (edit or weights)):
        epochs = EPOCHS
    return {
        "kind": "predict", "html": prose, "choices": choices,
        "number": _read_number(block, fields["answer"]) if "answer" in fields else None,
        "draw": fields.get("draw"), "mark": fields.get("mark"), "epochs": epochs,
        "explanation": explanation, "edit": edit, "weights": weights,
    }  # fmt: skip


def _split_question(
    block: Block, known: set[str]
) -> tuple[dict[str, str], str, list[Content], str]:
    """Returns the `name: value` lines, the prose, the choices, and the explanation."""
    fields: dict[str, str] = {}
    prose: list[str] = []
    choices: list[Content] = []
    explanation: list[str] = []
    for number, line in enumerate(block.body, block.line + 1):
        field = _FIELD.fullmatch(line.strip())
        if field is not None and field[1] in known:
            if field[1] in fields:
                raise LessonError(number, "twice", name=field[1])
            fields[field[1]] = field[2].strip()
        elif found := _CHOICE.fullmatch(line.strip()):
            choices.append({"html": render_line(found[2]), "right": found[1] == "x"})
        elif line.startswith(">"):
            explanation.append(line[1:].strip())
        else:
            prose.append(line)
    for part in (prose, explanation):
        check_sentences("\n".join(part), block.line)
    if choices and not (2 <= len(choices) <= MAX_CHOICES and any(one["right"] for one in choices)):
        raise LessonError(block.line, "choices", most=MAX_CHOICES)
    if not explanation:
        raise LessonError(block.line, "explanation")
    return fields, render_prose("\n".join(prose)), choices, render_prose("\n".join(explanation))


def _read_hint(block: Block) -> Content:
    """`:::hint`: prose, and perhaps `edit:` with a merge patch that the page can apply."""
    prose: list[str] = []
    edit, weights = None, []
    for line in block.body:
        if line.startswith("edit:"):
            edit = _read_edit(block, line.removeprefix("edit:"))
        elif line.startswith("weights:"):
            weights = _read_weights(block, line.removeprefix("weights:"))
        else:
            prose.append(line)
    check_sentences("\n".join(prose), block.line)
    html = render_prose("\n".join(prose))
    return {"kind": "hint", "html": html, "edit": edit, "weights": weights}


#: Directives by name; a new one is an entry here, its look in `static/js/lessons/blocks.js`.
DIRECTIVES: dict[str, Callable[[Block], Content]] = {
    "state": _read_state,
    "figure": _read_figure,
    "goal": _read_goal,
    "predict": _read_predict,
    "question": _read_question,
    "hint": _read_hint,
}


def read_block(block: Block) -> Content:
    """Reads a block.

    Raises:
        LessonError: it breaks a rule.
    """
    if not block.name:
        return read_prose(block)
    if block.name not in DIRECTIVES:
        known = ", ".join(DIRECTIVES)
        raise LessonError(block.line, "directive", name=block.name, known=known)
    return DIRECTIVES[block.name](block)


def _read_json(block: Block, text: str) -> Any:
    if len(text) > MAX_STATE:
        raise LessonError(block.line, "json_length", most=MAX_STATE)
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise LessonError(block.line, "json", reason=str(error)[:80]) from None


def _read_edit(block: Block, text: str) -> Content:
    edit = _read_json(block, text)
    if not isinstance(edit, dict):
        raise LessonError(block.line, "edit")
    return edit


def _read_epochs(block: Block, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MAX_EPOCHS):
        raise LessonError(block.line, "epochs", most=MAX_EPOCHS)
    return int(text)


def _read_weights(block: Block, text: str) -> list[Any]:
    return _check_weights(block, _read_json(block, text))


def _check_weights(block: Block, weights: Any) -> list[Any]:
    if not isinstance(weights, list) or not all(map(_is_weight, weights)):
        raise LessonError(block.line, "weight")
    return weights


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _is_weight(value: Any) -> bool:
    if not (isinstance(value, list) and len(value) == 4):
        return False
    layer, source, to, number = value
    whole = all(type(one) is int and 0 <= one < 1024 for one in (layer, to))
    from_fits = source == "bias" or (type(source) is int and 0 <= source < 1024)
    return whole and from_fits and type(number) in (int, float) and abs(number) <= 1e6


def _read_names(block: Block, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or not all(_WORD.fullmatch(name) for name in names):
        raise LessonError(block.line, "names")
    return names


def _read_fields(block: Block, known: set[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for number, line in enumerate(block.body, block.line + 1):
        if not line.strip():
            continue
        found = _FIELD.fullmatch(line.strip())
        if found is None or found[1] not in known:
            raise LessonError(number, "field", known=", ".join(sorted(known)))
        fields[found[1]] = found[2].strip()
    return fields


def _read_number(block: Block, text: str) -> dict[str, float]:
    value, _, tolerance = (part.strip() for part in text.partition("+-"))
    try:
        numbers = float(value), float(tolerance or "0")
    except ValueError:
        raise LessonError(block.line, "number") from None
    if not all(map(math.isfinite, numbers)) or numbers[1] < 0:
        raise LessonError(block.line, "finite")
    return {"value": numbers[0], "tolerance": numbers[1]}
