"""The page reads a spec that somebody else wrote exactly as strictly as the server does."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from engine import SpecError, dump_spec, parse_spec
from tests.page.node import Modules

Json = Any

READ = """
const { createSpecCheck } = await import("spec/validation");
const [values, schema] = arguments;
const check = createSpecCheck(schema);
return values.map((value) => {
  try {
    return check(value);
  } catch (error) {
    return error.path ?? String(error);
  }
});
"""
#: What stands in the place of every value in turn.
STRANGE: tuple[Json, ...] = (
    "x", "", None, True, -1, 0, 1, 1.5, 10**9, [], ["x"], [[0, 0, 0], [1, 1, 1]], {}, {"x": 1},
)  # fmt: skip
POINTS = [[0.5, -6, 0], [6, 1, 1]]
WHOLE: dict[str, Json] = {
    "default": {},
    "images": {"data": {"name": "digits"}, "layers": [{"units": 900}], "batch_size": 2048},
    "points": {"data": {"name": "points", "points": POINTS}, "loss": "hinge"},
    "classes": {
        "data": {"name": "arms", "classes": 5},
        "loss": "mean_squared_error",
        "optimizer": {"name": "adam", "clip_norm": 1},
    },
}
#: Rules that no single value breaks.
RULES: tuple[Json, ...] = (
    {"features": ["x2", "x1"]},
    {"features": ["x1", "x1"]},
    {"loss": "categorical_crossentropy"},
    {"data": {"name": "blobs"}, "loss": "hinge"},
    {"data": {"name": "points"}},
    {"data": {"name": "points", "points": [[0, 0, 0]]}},
    {"data": {"name": "points", "points": [[0, 0, 0], [7, 0, 0]]}},
    {"data": {"name": "points", "points": [[0, 0, 0], [1, 0]]}},
    {"data": {"name": "points", "points": [[0, 0, 0], [1, 0, 7]]}},
    {"data": {"name": "points", "points": [[0, 0, 0], [1, 0, 7]], "task": "binary"}},
    {"data": {"name": "points", "points": [[0, 0, 0], [1, 0, 0.5]], "task": "multiclass"}},
    {"data": {"name": "points", "points": [[0, 0, 0], [1, 0, 1]], "task": "regression"}},
    {"layers": [{"units": 33}]},
    {"batch_size": 257},
    {"layers": [{}] * 9},
    {"data": {"name": "mnist"}, "batch_size": 15},
    {"data": {"name": "mnist"}, "batch_size": 16, "layers": [{}] * 5},
    {"data": {"name": "mnist"}, "batch_size": 16, "layers": [{"units": 1025}]},
    {"__proto__": 1},
    {"toString": 1},
    {"data": {"name": "toString"}},
    {"data": {"name": "<img src=x onerror=alert(1)>"}},
    [], "x", None, 3,
)  # fmt: skip


def places_of(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a value, or a part of one, stands."""
    if path:
        yield path
    for key, part in _parts_of(value):
        yield from places_of(part, (*path, key))


def _parts_of(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def put(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    changed = copy.deepcopy(value)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = new
    return changed


def cases() -> list[Json]:
    """Whole specs, those in which one value is strange, and those that break a rule."""
    found: list[Json] = []
    for spec in WHOLE.values():
        whole = dump_spec(parse_spec(spec))
        found.append(whole)
        for path in places_of(whole):
            found += [put(whole, path, strange) for strange in STRANGE]
            found.append(put(whole, (*path[:-1], f"{path[-1]}x"), 1) if _in_object(path) else {})
    return [*found, *RULES]


def _in_object(path: tuple[str | int, ...]) -> bool:
    return isinstance(path[-1], str)


def test_the_page_and_the_server_agree_on_every_spec(
    modules: Modules, schema: dict[str, Any]
) -> None:
    values = cases()
    told: list[Json] = []
    for value in values:
        try:
            spec = parse_spec(value)
            told.append({"spec": dump_spec(spec), "outputs": spec.n_outputs})
        except SpecError as error:
            told.append(error.path)
    read = modules.load(READ, values, schema)
    accepted = sum(isinstance(each, dict) for each in told)
    assert accepted > 150
    assert len(told) - accepted > 1000
    for value, one, other in zip(values, read, told, strict=True):
        if isinstance(other, dict):
            assert one == other, value
        else:
            assert isinstance(one, str), value
            assert "Error" not in one, (value, one)
