"""JSON Merge Patch, by the examples of RFC 7396, and patches of a spec."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import PatchError, Spec, SpecError, dump_spec, parse_spec, patch_spec
from engine.spec import merge_patch
from tests.engine import specs
from tests.engine.test_spec_rules import JSON

#: Appendix A of the RFC: original, patch, result.
APPENDIX: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("original", "patch", "result"), APPENDIX)
def test_examples_of_the_appendix(original: Any, patch: Any, result: Any) -> None:
    before = copy.deepcopy([original, patch])
    assert merge_patch(original, patch) == result
    assert [original, patch] == before


def test_the_example_of_section_3() -> None:
    original = {
        "title": "Goodbye!",
        "author": {"givenName": "John", "familyName": "Doe"},
        "tags": ["example", "sample"],
        "content": "This will be unchanged",
    }
    patch = {
        "title": "Hello!",
        "phoneNumber": "+01-123-456-7890",
        "author": {"familyName": None},
        "tags": ["example"],
    }
    assert merge_patch(original, patch) == {
        "title": "Hello!",
        "author": {"givenName": "John"},
        "tags": ["example"],
        "content": "This will be unchanged",
        "phoneNumber": "+01-123-456-7890",
    }


@specs.bounded(30)
@given(value=specs.specs())
def test_an_empty_patch_changes_nothing(value: dict[str, Any]) -> None:
    spec = parse_spec(value)
    assert patch_spec(spec, {}) == spec
    assert patch_spec(spec, dump_spec(spec)) == spec


@specs.bounded(30)
@given(old=specs.specs(), new=specs.specs())
def test_a_whole_spec_is_a_patch_to_it(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert patch_spec(parse_spec(old), new) == parse_spec(new)


def test_one_key_leaves_the_others() -> None:
    spec = parse_spec({"optimizer": {"name": "adam", "beta_1": 0.5}, "seed": 7})
    patched = patch_spec(spec, {"optimizer": {"learning_rate": 0.5}})
    assert patched.optimizer == spec.optimizer.model_copy(update={"learning_rate": 0.5})
    assert patched.seed == 7


def test_null_takes_the_default() -> None:
    spec = parse_spec(
        {"layers": [], "seed": 3, "optimizer": {"name": "lion", "clip_norm": 2}, "loss": "hinge"}
    )
    assert patch_spec(spec, {"layers": None}).layers == Spec().layers
    assert patch_spec(spec, {"optimizer": None}).optimizer == Spec().optimizer
    assert patch_spec(spec, {"optimizer": {"clip_norm": None}}).optimizer.clip_norm is None
    assert patch_spec(spec, {"loss": None}).resolved_loss == "binary_crossentropy"
    assert patch_spec(spec, {"seed": None, "features": None}).seed == 42


def test_layers_are_replaced_whole() -> None:
    spec = parse_spec({"layers": [{"units": 5, "activation": "relu", "dropout": 0.5}]})
    patched = patch_spec(spec, {"layers": [{"units": 6}]})
    assert patched.layers == parse_spec({"layers": [{"units": 6}]}).layers
    assert patch_spec(spec, {"layers": []}).layers == ()


@pytest.mark.parametrize("loss", ["hinge", "huber", "mean_squared_error", None])
@pytest.mark.parametrize(
    ("dataset", "default"),
    [("blobs", "categorical_crossentropy"), ("plane", "mean_squared_error")],
)
def test_another_task_gets_its_default_loss(loss: str | None, dataset: str, default: str) -> None:
    spec = parse_spec({"loss": loss})
    patched = patch_spec(spec, {"data": {"name": dataset}})
    assert patched.loss is None
    assert patched.resolved_loss == default


def test_the_same_task_keeps_its_loss() -> None:
    spec = parse_spec({"loss": "huber"})
    assert patch_spec(spec, {"data": {"name": "spiral"}}).loss == "huber"


def test_a_loss_that_does_not_fit_the_new_task_is_refused() -> None:
    spec = parse_spec({"loss": "hinge"})
    assert patch_spec(spec, {"data": {"name": "plane"}, "loss": "huber"}).loss == "huber"
    with pytest.raises(SpecError) as caught:
        patch_spec(spec, {"data": {"name": "plane"}, "loss": "hinge"})
    assert caught.value.path == "loss"
    with pytest.raises(SpecError):
        patch_spec(spec, {"loss": "categorical_crossentropy"})


def test_points_that_change_the_task_change_the_loss() -> None:
    rows = [[0, 0, 0], [1, 1, 1]]
    spec = parse_spec({"data": {"name": "points", "points": rows}, "loss": "hinge"})
    patched = patch_spec(spec, {"data": {"points": [*rows, [2, 2, 2]]}})
    assert patched.resolved_loss == "categorical_crossentropy"


@pytest.mark.parametrize("patch", [None, [], 1, "x", True, [{"seed": 1}]])
def test_a_patch_must_be_an_object(patch: object) -> None:
    with pytest.raises(PatchError) as caught:
        patch_spec(Spec(), patch)
    assert caught.value.code == "invalid_patch"


@specs.bounded(60)
@given(patch=JSON | st.dictionaries(st.sampled_from(sorted(dump_spec(Spec()))), JSON))
def test_random_json_is_a_patch_or_an_error(patch: object) -> None:
    if not isinstance(patch, dict):
        with pytest.raises(PatchError):
            patch_spec(Spec(), patch)
        return
    try:
        patched = patch_spec(Spec(), patch)
    except SpecError:
        return
    assert patch_spec(patched, patch) == patched


def test_a_patch_of_any_depth_is_answered() -> None:
    patch: dict[str, Any] = {}
    for _ in range(5000):
        patch = {"data": patch}
    with pytest.raises((PatchError, SpecError)):
        patch_spec(Spec(), patch)


def test_parts_that_a_patch_leaves_are_the_same_objects() -> None:
    spec = parse_spec({"data": {"points": [[0, 0, 0], [1, 1, 1]] * 25, "name": "points"}})
    patched = patch_spec(spec, {"optimizer": {"learning_rate": 0.2}})
    assert patched.data is spec.data
    assert patched.layers is spec.layers
    assert patched.optimizer.learning_rate == 0.2
    assert patched == parse_spec(dump_spec(patched))
