"""The JSON Schema, which makes the page's controls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine import Spec, dump_spec
from tests.engine.test_spec_rules import CHOICES, REAL, WHOLE

SCHEMA = Spec.model_json_schema()
CATALOGUE = Path(__file__).parents[2] / "static" / "i18n" / "en.json"
Json = dict[str, Any]


def resolve(part: Json) -> Json:
    """Follows a reference."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        return {**SCHEMA["$defs"][name], **{k: v for k, v in part.items() if k != "$ref"}}
    return part


def field(path: str) -> Json:
    """Returns the schema of a dotted path."""
    found = SCHEMA
    for key in path.split("."):
        found = found["items"] if key == "0" else found["properties"][key]
        found = resolve(found)
    return found


def rule(path: str) -> Json:
    """Returns the schema of what is there when it is not null."""
    found = field(path)
    return next((r for r in found.get("anyOf", []) if r.get("type") != "null"), found)


@pytest.mark.parametrize(("path", "low", "high"), WHOLE[:-1] + REAL)
def test_ranges(path: str, low: float, high: float) -> None:
    found = rule(path)
    assert found["minimum"] == low
    assert found["maximum"] == high
    assert found["type"] == ("integer" if (path, low, high) in WHOLE else "number")


@pytest.mark.parametrize(("path", "choices"), CHOICES)
def test_choices(path: str, choices: tuple[str, ...]) -> None:
    assert set(choices) <= set(rule(path)["enum"])


def leaves() -> list[tuple[str, Any]]:
    """Paths and defaults of everything that a control can change."""
    dumped = dump_spec(Spec())
    found: list[tuple[str, Any]] = []
    for key, value in dumped.items():
        if isinstance(value, dict):
            found += [(f"{key}.{inner}", default) for inner, default in value.items()]
        elif key != "version":
            found.append((key, value))
    return found + [(f"layers.0.{key}", value) for key, value in dumped["layers"][0].items()]


@pytest.mark.parametrize(("path", "default"), leaves())
def test_every_field_has_label_and_default(path: str, default: object) -> None:
    found = field(path)
    assert found["label"] == path.replace("layers.0", "layers")
    if path == "layers":
        assert [layer["units"] for layer in found["default"]] == [4, 2]
    else:
        assert found["default"] == default


def test_every_label_has_its_words() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    # Points and their task come with files, not with controls.
    for path, _ in leaves():
        if path not in {"data.points", "data.task"}:
            assert catalogue[f"label.{field(path)['label']}"].strip(), path


@pytest.mark.parametrize(
    "path",
    ["optimizer.learning_rate", "optimizer.epsilon", "optimizer.clip_norm", "regularization.l1",
     "regularization.l2", "schedule.decay_steps"],
)  # fmt: skip
def test_quantities_on_a_log_scale_say_so(path: str) -> None:
    assert field(path)["scale"] == "log"


def test_steps_divide_their_ranges() -> None:
    with_step = [(path, *ends) for path, *ends in WHOLE + REAL if "step" in field(path)]
    assert len(with_step) > 10
    for path, low, high in with_step:
        step = field(path)["step"]
        assert 0 < step <= high - low, path


def test_the_schema_is_json_and_closed() -> None:
    json.dumps(SCHEMA, allow_nan=False)
    assert SCHEMA["additionalProperties"] is False
    for part in SCHEMA["$defs"].values():
        assert part["additionalProperties"] is False


def test_lists_have_their_bounds() -> None:
    assert field("layers")["maxItems"] == 8
    assert field("features")["minItems"] == 1
    assert rule("data.points")["maxItems"] == 5000
