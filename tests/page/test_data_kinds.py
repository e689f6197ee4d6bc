"""Data sets and views come from the schema: a set of another shape needs its entry alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.page.node import Modules

LEARN = """const { learnSchema } = await import("spec/schema");
           learnSchema(arguments[0]);"""
#: Images that are not square, of classes that no catalogue has a word for.
SHAPES = {
    "kind": "images",
    "task": "multiclass",
    "input_shape": [20, 30],
    "classes": ["dot", "line", "arrow", "cross", "ring", "star", "Ankle boot"],
    "limits": {"layers": [0, 4], "units": [1, 1024], "batch_size": [16, 2048], "classes": [2, 10]},
}
#: Frames of it: an array each, as name, type and shape.
FITTING = [
    ["image", "U8", [20, 30]], ["saliency", "F32", [20, 30]], ["input_weights", "F32", [20, 30]],
    ["activations", "F32", [5]], ["probabilities", "F32", [7]], ["confusion", "F32", [7, 7]],
    ["history", "F32", [2, 5]],
]  # fmt: skip
WRONG = [
    ["image", "U8", [28, 28]], ["image", "U8", [30, 20]], ["image", "F32", [20, 30]],
    ["activations", "F32", [6]], ["probabilities", "F32", [10]], ["confusion", "F32", [7, 10]],
    ["history", "F32", [2, 6]], ["boundary", "U8", [1, 100, 100]], ["toString", "U8", [1]],
]  # fmt: skip
#: Arrays that recordings do not keep.
UNKNOWN = [["nearest", "F32", [9, 2]]]


@pytest.fixture
def wider(modules: Modules, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema with one more image set, which the page has learned."""
    wider = copy.deepcopy(schema)
    wider["data_sets"]["shapes"] = SHAPES
    wider["$defs"]["DataSpec"]["properties"]["name"]["enum"].append("shapes")
    modules.load(LEARN, wider)
    yield wider
    modules.load(LEARN, schema)


def test_a_set_is_known_by_its_entry(modules: Modules, wider: dict[str, Any]) -> None:
    told = modules.load(
        """const { className, describeImages, isImages, listImageSets, taskOfSet } =
             await import("spec/data-sets");
           const set = describeImages("shapes");
           return [listImageSets(), set.shape, set.classes.map((_, k) => className(set, k)),
             taskOfSet("shapes"), isImages({ data: { name: "shapes" } })];"""
    )
    names, shape, classes, task, images = told
    assert names == ["mnist", "fashion_mnist", "digits", "shapes"]
    assert shape == [20, 30]
    assert classes == ["dot", "line", "arrow", "cross", "ring", "star", "Boot"]
    assert (task, images) == ("multiclass", True)


def test_units_are_called_after_columns_and_classes(modules: Modules) -> None:
    told = modules.load(
        """const { nameUnit } = await import("network/units");
           const of = (data, outputs) => [-1, 0, 1].map((layer) =>
             nameUnit({ data, features: ["x1", "x2"], layers: [{ units: 3 }] }, layer, 1, outputs));
           return [of({ name: "iris" }, 3), of({ name: "blobs" }, 3), of({ name: "xor" }, 1)];""",
    )
    assert told == [
        ["Sepal width", "Layer 1, unit 2", "Versicolor"],
        ["x₂", "Layer 1, unit 2", "Class 1"],
        ["x₂", "Layer 1, unit 2", "Output"],
    ]


def test_a_spec_of_it_is_checked_by_its_entry(modules: Modules, wider: dict[str, Any]) -> None:
    read = modules.load(
        """const { createSpecCheck } = await import("spec/validation");
           const { createImageMode } = await import("run/image-mode");
           const { createPageStore } = await import("run/page-store");
           const [schema, value] = arguments;
           const { spec, outputs } = createSpecCheck(schema)(value);
           const store = createPageStore();
           createImageMode(store, async () => null).follow(spec);
           const { name, shape, classes } = store.get().images.set;
           return [outputs, name, shape, classes.length];""",
        wider,
        {"data": {"name": "shapes"}, "layers": [{"units": 900}], "batch_size": 2048},
    )
    assert read == [7, "shapes", [20, 30], 7]


def test_recordings_of_it_are_checked_by_shapes_of_views(
    modules: Modules, wider: dict[str, Any]
) -> None:
    read = modules.load(
        """const { pack, unpack } = await import("recordings/format");
           const [schema, each] = arguments;
           const types = { U8: Uint8Array, F32: Float32Array };
           const about = { recorded: "2026-01-01T00:00:00.000Z", every: 1 };
           const spec = { data: { name: "shapes" }, layers: [{ units: 5 }], batch_size: 128 };
           const meta = { step: 0, epoch: 0 };
           const make = ([name, type, shape]) => ({ [name]: {
             shape, data: new types[type](shape.reduce((size, one) => size * one)) } });
           return Promise.all(each.map(async (array) => {
             const packed = await pack({ about, frames: [{ meta, spec, arrays: make(array) }] });
             return unpack(packed, schema).then(
               ({ frames: [{ arrays }] }) => Object.keys(arrays), (error) => error.code);
           }));""",
        wider,
        [*FITTING, *WRONG, *UNKNOWN],
    )
    assert read[: len(FITTING)] == [[name] for name, _, _ in FITTING]
    assert read[len(FITTING) : -len(UNKNOWN)] == ["damaged"] * len(WRONG)
    assert read[-len(UNKNOWN) :] == [[]] * len(UNKNOWN)


def test_paper_is_as_wide_for_its_height_as_the_images(modules: Modules) -> None:
    sides = modules.load(
        """const { sidesOf } = await import("images/pen");
           return [[28, 28], [20, 30], [30, 20]].map(sidesOf);"""
    )
    assert sides == [[1, 1], [1, 20 / 30], [20 / 30, 1]]


#: Changes of the store, and what is asked for besides what always is.
LOOKED_AT: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    ({"view": {"pointsWanted": True}}, {"points"}),
    ({"recording": {"active": True}}, {"points"}),
    ({"view": {"select": {"layer": 0, "unit": 0}, "curveTab": "unit"}}, {"selected"}),
    ({"run": {"spec": {"data": {"validation_fraction": 0.2}}}}, {"validation_history"}),
    ({"view": {"curveTab": "flow"}}, {"gradient_flow"}),
    ({"landscape": {"open": 1}}, {"landscape", "sharpness"}),
    ({"race": {"open": 1}}, {"race"}),
    ({"map": {"open": True}}, {"sweep"}),
    ({"map": {"open": True, "colour": "sharpness"}}, {"sweep", "sweep_sharpness"}),
    ({"classes": {"open": 1}}, {"classification"}),
    ({"step": {"open": True}}, {"one_step"}),
    ({"ablation": {"units": [{"layer": 0, "unit": 1}]}}, {"ablation"}),
    ({"view": {"space": 1}}, {"layer_spaces"}),
    ({"images": {"set": {}}}, {"confusion"}),
    ({"images": {"set": {}, "imageTab": "space"}}, {"space"}),
    (
        {"images": {"set": {}, "imageTab": "", "showSaliency": True, "showNearest": True}},
        {"saliency", "nearest"},
    ),
    ({"images": {"set": {}, "imageTab": ""}, "view": {"curveTab": "unit"}}, set()),
    (
        {
            "images": {"set": {}, "imageTab": ""},
            "view": {"select": {"layer": 0, "unit": 0}, "curveTab": "unit"},
        },
        {"input_weights", "exciting"},
    ),
]


def test_views_are_asked_for_while_they_are_looked_at(
    modules: Modules, schema: dict[str, Any]
) -> None:
    asked = modules.load(
        """const { nameViews } = await import("run/view-requests");
           const { createPageStore } = await import("run/page-store");
           return arguments[0].map((patch) => nameViews(createPageStore(patch).get()));""",
        [patch for patch, _ in LOOKED_AT],
    )
    always = set(asked[0])
    views = schema["views"]
    assert {"boundary", "units", "weights", "history", "digit"} <= always <= set(views)
    assert {views[name]["cost"] for name in always} == {"frame"}, "what takes time waits for eyes"
    for names, (patch, more) in zip(asked, LOOKED_AT, strict=True):
        assert set(names) - always == more, patch
    assert {name for names in asked for name in names} == set(views)


def test_what_is_recorded_is_what_views_say(modules: Modules, schema: dict[str, Any]) -> None:
    kept = modules.load(
        """const { createRecorder } = await import("recordings/recorder");
           const array = { data: new Float32Array(1), shape: [1] };
           const recorder = createRecorder({ every: 1, most: 9 });
           const arrays = Object.fromEntries(arguments[0].map((name) => [name, array]));
           recorder.take({ meta: { step: 0 }, spec: {}, arrays });
           return Object.keys(recorder.finish()[0].arrays);""",
        [array["name"] for view in schema["views"].values() for array in view["arrays"]],
    )
    said = [view for view in schema["views"].values() if view["recorded"]]
    assert set(kept) == {array["name"] for view in said for array in view["arrays"]}
    assert {"boundary", "image"} <= set(kept)
    assert not {"predictions", "nearest", "space"} & set(kept)
