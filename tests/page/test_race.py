"""A race on the page: what is asked for, what a frame tells, and maps against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.lessons.race_settings import EPOCHS, KINDS
from engine import MAX_RACERS, parse_spec
from engine.spec.patch import patch_spec
from tests.page.node import Modules

SIDE = 4
#: Takes `[outputs, ranges, bytes]` apart as a frame of a race does.
NETWORKS = """const [outputs, ranges, bytes] = arguments[0];
  const race = { racers: ranges.map((_, i) => [{ path: "seed", from: 0, to: i }]), epochs: 2, state: "done" };
  const arrays = {
    race_curves: { data: Float32Array.from(ranges.flatMap(() => [0, 3, 4, .5, .25, 2, 1, NaN, .75, 1])),
      shape: [ranges.length, 2, 5] },
    race_boundaries: { data: Uint8Array.from(bytes), shape: [ranges.length * outputs, 4, 4] },
    race_ranges: { data: Float32Array.from(ranges.flat()), shape: [ranges.length, 2] },
    race_ensemble: { data: Float32Array.from([ranges.length, 0.5, 0.75]), shape: [3] },
  };
  const { differenceMap, disagreementMap, isEnsemble, meanMap, readRace } = await import("race/reading");
  const read = readRace({ arrays, meta: { race } });
"""  # noqa: E501


def draw(n: int, outputs: int) -> np.ndarray:
    shape = (n, outputs, SIDE, SIDE)
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def test_a_frame_is_taken_apart_network_by_network(modules: Modules) -> None:
    maps = draw(2, 1)
    read = modules.load(
        NETWORKS
        + """const { racers, networks, ...rest } = read;
           return [rest, networks.map(({ map, ...one }) => ({ ...one, map: [...map] })), isEnsemble(read),
             readRace({ arrays, meta: {} }), readRace({ arrays: {}, meta: { race } }).epochsSeen];""",  # noqa: E501
        [1, [[0, 1], [-2, 2]], maps.ravel().tolist()],
    )
    rest, networks, ensemble, nothing, unseen = read
    assert rest["epochsSeen"] == [0, 2]
    assert (rest["outputs"], rest["side"], rest["members"]) == (1, 4, 2)
    assert rest["ensemble"] == {"train": 0.5, "test": 0.75}
    for i, network in enumerate(networks):
        assert (network["train"], network["test"][0]) == ([3, 1], 4)
        assert (network["trainScore"], network["testScore"]) == ([0.5, 0.75], [0.25, 1])
        assert network["diverged"]
        assert network["map"] == maps[i].ravel().tolist()
    assert networks[1]["range"] == [-2, 2]
    assert (ensemble, nothing, unseen) == (True, None, [])


def test_paths_over_a_common_landscape_are_taken_apart(modules: Modules) -> None:
    maps = draw(2, 1)
    landscape = modules.load(
        NETWORKS
        + """arrays.race_surface = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
             arrays.race_paths = { data: Float32Array.of(0, 0, 1, 2, 0, 0, NaN, NaN), shape: [2, 2, 2] };
             arrays.race_plane = { data: Float32Array.of(-1, 3, -2, 2, 0.75), shape: [5] };
             return readRace({ arrays, meta: { race } }).landscape;""",  # noqa: E501
        [1, [[0, 1], [-2, 2]], maps.ravel().tolist()],
    )
    assert landscape == {
        "share": 0.75, "x": [-1, 3], "y": [-2, 2], "losses": [[1, 2], [3, 4]],
        "paths": [{"x": [0, 1], "y": [0, 2]}, {"x": [0], "y": [0]}],
    }  # fmt: skip


@pytest.mark.parametrize("outputs", [1, 3])
def test_maps_of_several_networks_are_those_of_numpy(modules: Modules, outputs: int) -> None:
    ranges = [[0, 1]] * 5 if outputs > 1 else [[-1, 1]] * 5
    maps = draw(5, outputs)
    found = modules.load(
        NETWORKS
        + """const nets = read.networks;
           const mean = meanMap(nets);
           const two = differenceMap(nets[0], nets[1], outputs);
           const task = outputs > 1 ? "multiclass" : "binary";
           return [[...mean.map], mean.range, [...disagreementMap(nets, outputs, task)], [...two.map], two.share];""",  # noqa: E501
        [outputs, ranges, maps.ravel().tolist()],
    )
    values = np.array([np.interp(m, (0, 255), r) for m, r in zip(maps, ranges, strict=True)])
    low, high = ranges[0]
    mean = (values.mean(0) - low) / (high - low) * 255
    np.testing.assert_allclose(np.reshape(found[0], mean.shape), mean, atol=0.51)
    assert found[1] == ranges[0]
    decided = values.argmax(1) if outputs > 1 else (values[:, 0] >= 0).astype(int)
    votes = np.array([(decided == k).mean(0) for k in range(max(2, outputs))])
    apart = (1 - votes.max(0)) / (1 - 1 / max(2, outputs)) * 255
    np.testing.assert_allclose(np.reshape(found[2], apart.shape), apart, atol=0.51)
    difference = np.abs(values[0] - values[1]).sum(0) / 2 * 255
    np.testing.assert_allclose(np.reshape(found[3], difference.shape), difference.clip(0, 255), atol=0.51)  # fmt: skip  # noqa: E501
    assert found[4] == pytest.approx((decided[0] != decided[1]).mean())


def test_two_regressions_are_compared_by_their_errors(modules: Modules) -> None:
    said = modules.load(
        """const { describePair } = await import("race/words");
           const pair = [{ testScore: [9, 3.987] }, { testScore: [8, 4.362] }];
           return ["regression", "binary"].map((task) => describePair(pair, 0.193, task));"""
    )
    assert said == ["Test RMSE 3.987 and 4.362.", "They decide differently on 19.3 % of the plane."]


def test_numbers_disagree_by_their_deviation(modules: Modules) -> None:
    ranges, maps = [[-3, 3], [-2, 2], [-1, 1]], draw(3, 1)
    found = modules.load(
        NETWORKS + """return [...disagreementMap(read.networks, 1, "regression")];""",
        [1, ranges, maps.ravel().tolist()],
    )
    values = np.array([np.interp(m, (0, 255), r) for m, r in zip(maps, ranges, strict=True)])
    np.testing.assert_allclose(
        np.reshape(found, (SIDE, SIDE)), values.std(0)[0] / 3 * 255, atol=0.51
    )


def test_every_kind_of_race_can_be_run(modules: Modules, schema: dict[str, Any]) -> None:
    """The engine takes each patch, and all of one kind differ; what could not differ has none."""
    spec = parse_spec({"layers": [{"units": 3}, {"units": 2}]})
    kinds = modules.load(
        """const { KINDS, listRacers, needsRestart } = await import("race/choices");
           const { readSchema } = await import("spec/schema");
           const schema = readSchema(arguments[0]);
           const [, spec] = arguments;
           const bare = { ...spec, layers: [] };
           return KINDS.map((kind) => [kind, needsRestart(kind), listRacers(kind, spec, schema),
             listRacers(kind, bare, schema).length]);""",
        schema,
        spec.model_dump(mode="json"),
    )
    assert {kind for kind, *_ in kinds} >= {"optimizer", "learning_rate", "initializer", "seed"}
    for kind, restarts, racers, without_layers in kinds:
        specs = [patch_spec(spec, one["patch"]) for one in racers]
        assert 2 <= len(specs) <= MAX_RACERS, kind
        assert all(specs.count(one) == 1 for one in specs), kind
        assert restarts == (kind in ("seed", "initializer"))
        assert (without_layers == 0) == (kind == "activation")


def test_a_lesson_may_begin_a_race_with_what_the_page_offers(modules: Modules) -> None:
    offered = modules.load(
        'const { KINDS, EPOCHS } = await import("race/choices"); return [KINDS, EPOCHS];'
    )
    assert offered == [[*KINDS], [*EPOCHS]]


def test_networks_are_called_by_what_differs(modules: Modules, schema: dict[str, Any]) -> None:
    names = modules.load(
        """const { nameNetworks } = await import("race/words");
           const { readSchema } = await import("spec/schema");
           const schema = readSchema(arguments[0]);
           return arguments[1].map((racers) => nameNetworks({ racers }, { schema }));""",
        schema,
        [
            [[], [{"path": "optimizer.name", "from": "sgd", "to": "adam"}]],
            [
                [{"path": "optimizer.learning_rate", "from": 0.03, "to": 0.1}],
                [
                    {"path": "layers.0.activation", "from": "tanh", "to": "relu"},
                    {"path": "layers.1.activation", "from": "tanh", "to": "relu"},
                    {"more": 2},
                ],
            ],
            [[], []],
        ],
    )
    assert names == [
        ["SGD", "Adam"],
        ["Learning rate 0.1", "ReLU"],
        ["As it is", "As it is"],
    ]
