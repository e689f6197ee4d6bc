"""What the parser refuses: ranges, types, unknown keys; with path, rule and value."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Spec, SpecError, parse_spec
from engine.spec import names
from tests.engine import specs

#: path, lowest, highest; whole numbers have whole ends.
WHOLE: list[tuple[str, int, int]] = [
    ("seed", 0, 2**31 - 1),
    ("data.seed", 0, 2**31 - 1),
    ("data.samples", 50, 2000),
    ("data.classes", 3, 5),
    ("layers.0.units", 1, 32),
    ("schedule.warmup_steps", 0, 100_000),
    ("schedule.decay_steps", 1, 1_000_000),
    ("batch_size", 1, 256),
    ("early_stopping.patience", 1, 1000),
    ("version", 1, 1),
]
REAL: list[tuple[str, float, float]] = [
    ("data.noise", 0, 0.5),
    ("data.label_noise", 0, 0.5),
    ("data.class_balance", 0.1, 0.9),
    ("data.test_fraction", 0.1, 0.9),
    ("data.validation_fraction", 0, 0.5),
    ("layers.0.negative_slope", 0, 1),
    ("early_stopping.min_delta", 0, 1),
    ("layers.0.dropout", 0, 0.9),
    ("initializer.scale", 0, 5),
    ("optimizer.learning_rate", 1e-5, 10),
    ("optimizer.momentum", 0, 0.9999),
    ("optimizer.rho", 0, 0.9999),
    ("optimizer.beta_1", 0, 0.9999),
    ("optimizer.beta_2", 0, 0.9999),
    ("optimizer.epsilon", 1e-10, 0.1),
    ("optimizer.weight_decay", 0, 1),
    ("optimizer.clip_norm", 0.01, 100),
    ("schedule.decay_rate", 0, 1),
    ("regularization.l1", 0, 10),
    ("regularization.l2", 0, 10),
]
CHOICES: list[tuple[str, tuple[str, ...]]] = [
    ("data.name", tuple(specs.names.BINARY_DATASETS + names.MULTICLASS_DATASETS)),
    ("layers.0.activation", names.ACTIVATIONS),
    ("initializer.name", names.INITIALIZERS),
    ("loss", names.TASK_LOSSES["binary"]),
    ("optimizer.name", names.OPTIMIZERS),
    ("schedule.name", names.SCHEDULES),
    ("features.0", names.FEATURES),
    ("data.task", ("binary", "multiclass", "regression")),
]
NUMBERS = [path for path, *_ in WHOLE + REAL]
LEAVES = [*NUMBERS, *(path for path, _ in CHOICES), "layers.0.batch_norm"]


def put(path: str, value: object) -> Any:
    """Returns JSON values with one value at a dotted path."""
    head, _, rest = path.partition(".")
    inner = put(rest, value) if rest else value
    return [inner] if head == "0" else {head: inner}


def attempt(value: object) -> tuple[Spec | None, SpecError | None]:
    """Parses, whatever comes of it."""
    try:
        return parse_spec(value), None
    except SpecError as error:
        return None, error


def look_up(spec: Spec | None, path: str) -> Any:
    found: Any = spec
    for part in path.split("."):
        found = found[int(part)] if part.isdigit() else getattr(found, part)
    return found


def refused(value: object, path: str) -> SpecError:
    """Asserts a refusal at a path, and returns it."""
    with pytest.raises(SpecError) as caught:
        parse_spec(value)
    error = caught.value
    assert error.path == path
    assert error.code == "invalid_spec"
    assert error.message.startswith(path or "the value")
    return error


@pytest.mark.parametrize(("path", "low", "high"), WHOLE + REAL)
def test_both_ends_of_a_range_are_in_it(path: str, low: float, high: float) -> None:
    for value in (low, high):
        assert look_up(parse_spec(put(path, value)), path) == value


@pytest.mark.parametrize(("path", "low", "high"), WHOLE)
def test_whole_numbers_next_to_a_range_are_refused(path: str, low: int, high: int) -> None:
    for value in (low - 1, high + 1):
        error = refused(put(path, value), path)
        assert f"got {value}" in error.message


@pytest.mark.parametrize(("path", "low", "high"), REAL)
def test_numbers_next_to_a_range_are_refused(path: str, low: float, high: float) -> None:
    below = refused(put(path, math.nextafter(low, -math.inf)), path)
    above = refused(put(path, math.nextafter(high, math.inf)), path)
    assert "at least" in below.message
    assert "at most" in above.message


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, True, False, "1", "0.5", "", [], [1], {}, 10**400]
)
def test_what_is_no_number_is_refused(path: str, value: object) -> None:
    refused(put(path, value), path)


@pytest.mark.parametrize("path", [path for path in NUMBERS if path != "optimizer.clip_norm"])
def test_nothing_is_no_number(path: str) -> None:
    refused(put(path, None), path)


@pytest.mark.parametrize(("path", "low", "high"), WHOLE)
def test_a_fraction_is_no_whole_number(path: str, low: int, high: int) -> None:
    refused(put(path, low + 0.5), path)
    refused(put(path, float(low)), path)


@pytest.mark.parametrize(("path", "choices"), CHOICES)
def test_names_of_a_list_are_taken_and_others_refused(path: str, choices: tuple[str, ...]) -> None:
    for name in choices:
        assert look_up(parse_spec(put(path, name)), path) == name
    for other in ("", "nothing", choices[0].upper(), f" {choices[0]}", 1, True, [], {}):
        error = refused(put(path, other), path)
        assert "must be" in error.message


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    error = refused(put("optimizer.name", "sdg"), "optimizer.name")
    assert "'sgd'" in error.message
    assert error.message.endswith("got 'sdg'")


@pytest.mark.parametrize("value", [0, 1, "true", None, []])
def test_only_true_and_false_are_bools(value: object) -> None:
    refused(put("layers.0.batch_norm", value), "layers.0.batch_norm")


@pytest.mark.parametrize(
    "path",
    ["extra", "data.extra", "layers.0.extra", "initializer.extra", "optimizer.extra",
     "schedule.extra", "regularization.extra", "data.learning_rate", ""],
)  # fmt: skip
def test_unknown_keys_are_refused(path: str) -> None:
    error = refused(put(path, 1), path)
    assert "is not a known key" in error.message


@pytest.mark.parametrize("value", [None, [], 1, "{}", True, [{}], math.nan])
def test_a_spec_must_be_an_object(value: object) -> None:
    assert "must be an object" in refused(value, "").message


@pytest.mark.parametrize("part", ["data", "initializer", "optimizer", "schedule", "regularization"])
@pytest.mark.parametrize("value", [None, [], 1, "x"])
def test_parts_must_be_objects(part: str, value: object) -> None:
    assert "must be an object" in refused({part: value}, part).message


@pytest.mark.parametrize("value", [None, {}, 1, "x"])
@pytest.mark.parametrize("part", ["layers", "features"])
def test_lists_must_be_lists(part: str, value: object) -> None:
    assert "must be a list" in refused({part: value}, part).message


def test_eight_layers_are_the_most() -> None:
    assert len(parse_spec({"layers": [{}] * 8}).layers) == 8
    assert parse_spec({"layers": []}).layers == ()
    assert "at most 8" in refused({"layers": [{}] * 9}, "layers").message


def test_at_least_one_feature_and_none_twice() -> None:
    assert "at least 1" in refused({"features": []}, "features").message
    assert "repeat" in refused({"features": ["x1", "x2", "x1"]}, "features").message
    assert len(parse_spec({"features": list(names.FEATURES)}).features) == 10


def test_the_path_counts_layers() -> None:
    layers: list[Any] = [{}, {}, {"units": 33}]
    assert "got 33" in refused({"layers": layers}, "layers.2.units").message


def points(rows: object, **more: Any) -> dict[str, Any]:
    return {"data": {"name": "points", "points": rows, **more}}


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ([6.001, 0, 1], "data.points.1.0"),
        ([0, -6.001, 1], "data.points.1.1"),
        ([0, 0, math.nan], "data.points.1.2"),
        ([0, 0, math.inf], "data.points.1.2"),
        (["0", 0, 1], "data.points.1.0"),
        ([0, True, 1], "data.points.1.1"),
        ([0, 0, False], "data.points.1.2"),
        ([0, None, 1], "data.points.1.1"),
        ([0, 0, "1"], "data.points.1.2"),
        ("abc", "data.points.1"),
        (None, "data.points.1"),
        ({"0": 0, "1": 0, "2": 0}, "data.points.1"),
    ],
)
def test_points_that_are_no_points_are_refused(row: object, path: str) -> None:
    refused(points([[0, 0, 0], row, [1, 1, 1]]), path)


@pytest.mark.parametrize("row", [[], [0, 0], [0, 0, 0, 0]])
def test_points_have_three_numbers(row: list[int]) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(points([[0, 0, 0], row]))
    assert caught.value.path.startswith("data.points.1")


def test_points_at_the_corners_are_taken() -> None:
    rows = [[-6, 6, 0], [6.0, -6.0, 1]]
    assert parse_spec(points(rows)).data.points == ((-6, 6, 0), (6, -6, 1))


def test_five_thousand_points_are_the_most() -> None:
    assert len(parse_spec(points([[0, 0, 1]] * 5000)).data.points or ()) == 5000
    assert "at most 5000" in refused(points([[0, 0, 1]] * 5001), "data.points").message


@pytest.mark.parametrize("rows", [None, [], [[0, 0, 1]]])
def test_there_is_something_to_train_and_to_test_on(rows: object) -> None:
    refused(points(rows), "data.points")


def test_labels_must_fit_a_named_task() -> None:
    error = refused(points([[0, 0, 0], [1, 1, 2]], task="binary"), "data.points")
    assert error.message.endswith("got 2.0")
    for label in (0.5, -1, 10):
        error = refused(points([[0, 0, 0], [1, 1, label]], task="multiclass"), "data.points")
        assert error.message.endswith(f"got {float(label)}")


def test_points_are_checked_beside_a_built_in_data_set_too() -> None:
    refused({"data": {"points": [[7, 0, 0]]}}, "data.points.0.0")
    assert parse_spec({"data": {"points": [[0, 0, 7]]}}).task == "binary"


def test_a_message_is_one_short_line_whatever_was_sent() -> None:
    for path in LEAVES:
        for value in ("x" * 10_000, ["x"] * 10_000, {"x" * 1000: 1}, 10**10_000, "\n\n"):
            message = refused(put(path, value), path).message
            assert len(message) < 500
            assert message.isprintable()
    for key in ("x" * 10_000, "\n" * 10_000, "\ud800"):
        with pytest.raises(SpecError) as caught:
            parse_spec({"data": {key: 1}})
        assert caught.value.path.startswith("data")
        for text in (caught.value.path, caught.value.message):
            assert text.isprintable()
            assert len(text) < 500


KEYS = st.text(max_size=4) | st.sampled_from(
    sorted({part for path in LEAVES for part in path.split(".")} | {"points"})
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([1, 0.5, "tanh", "sgd", "circle", "points"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@specs.bounded(100)
@given(value=JSON)
def test_random_json_is_a_spec_or_a_spec_error(value: object) -> None:
    spec, error = attempt(value)
    assert isinstance(spec, Spec) == (error is None)
    if error is not None:
        assert error.message.isprintable()
        assert error.path.isprintable()


@specs.bounded(40)
@given(base=specs.specs(), path=st.sampled_from(LEAVES), value=JSON)
def test_random_json_at_a_place_is_a_spec_or_an_error_there(
    base: dict[str, Any], path: str, value: object
) -> None:
    head, _, rest = path.partition(".")
    changed = put(path, value)[head]
    if isinstance(base.get(head), dict):
        changed = {**base[head], rest: value}
    spec, error = attempt({**base, head: changed})
    if error is not None:
        assert error.path.startswith((head, "loss"))
    elif path != "features.0":
        assert look_up(spec, path) == value
