"""What the quiet line says of a frame: which rule speaks, of what, and what it offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.page.node import Modules

LOOK = """
    const { observe } = await import("advice/observations");
    const { word } = await import("lib/words");
    const [spec, meta, tiles, task, trend] = arguments;
    const side = 32;
    const data = new Uint8Array(tiles.length * side * side);
    tiles.forEach((most, i) => {
      for (let k = 0; k < side * side; k += 1) data[i * side * side + k] = (k % side) * most / 31;
    });
    const frame = {
      meta: { units_range: tiles.map(() => [-1, 1]), ...meta },
      arrays: { units: { data, shape: [tiles.length, side, side] } },
    };
    const found = observe(frame, { spec, diverged: false, task, setback: null, trend,
      newLayer: { units: 4, activation: "tanh" } });
    const values = found.values ?? {};
    return { key: found.key, values, fix: found.fix ?? null,
      look: found.look ?? null, lead: word(`observation.${found.key}.lead`, values),
      tried: (found.candidates ?? []).map(({ value, patch }) => [value, patch.layers ?? null]) };
"""
GOOD = {"train_loss": 0.1, "test_loss": 0.11, "train_accuracy": 0.97}


def make_layer(units: int, activation: str) -> dict[str, Any]:
    return {"units": units, "activation": activation, "batch_norm": False}


def observe(
    modules: Modules,
    layers: list[dict[str, Any]],
    tiles: list[int] | None = None,
    task: str = "binary",
    trend: dict[str, Any] | None = None,
    **meta: float | None,
) -> dict[str, Any]:
    """What is said.

    Args:
        modules: of the page.
        layers: of the spec.
        tiles: the brightest byte of each unit's map, whose darkest is 0; all are alive if None.
        task: the task.
        trend: of the train loss.
        meta: what is other in the frame than where all is well, 500 steps on.
    """
    spec = {
        "layers": layers, "features": ["x1", "x2"], "regularization": {"l2": 0},
        "optimizer": {"learning_rate": 0.03},
    }  # fmt: skip
    alive = [200] * sum(layer["units"] for layer in layers)
    frame = {"step": 500, **GOOD, **meta}
    return modules.load(LOOK, spec, frame, alive if tiles is None else tiles, task, trend)


def test_nothing_is_said_where_all_is_well(modules: Modules) -> None:
    layers = [make_layer(4, "tanh"), make_layer(2, "tanh")]
    assert observe(modules, layers)["key"] == "idle"


def test_a_dead_unit_is_found_wherever_it_is(modules: Modules) -> None:
    """A unit is dead whose map is nearly of one colour; only after some training."""
    layers = [make_layer(4, "relu"), make_layer(2, "tanh")]
    tiles = [200, 200, 2, 200, 200, 200]
    found = observe(modules, layers, tiles)
    assert found["lead"] == "Layer 1, unit 3 is nearly dead:"
    assert found["look"] == {"view": "unitUpdate", "layer": 0, "unit": 2}
    assert found["fix"]["patch"]["layers"][0]["activation"] == "leaky_relu"
    assert [value for value, _ in found["tried"]] == ["leaky_relu", "elu", "tanh"]
    for value, changed in found["tried"]:
        assert [layer["activation"] for layer in changed] == [value, "tanh"]
    assert observe(modules, layers, tiles, step=100)["key"] == "idle"

    found = observe(modules, layers, [200, 200, 200, 200, 200, 0])
    assert found["lead"] == "Layer 2, unit 2 contributes nothing:"
    assert found["fix"] == {"remove": {"layer": 1, "unit": 1}}
    assert found["look"] == {"view": "withoutUnit", "layer": 1, "unit": 1}
    only = [make_layer(1, "relu"), make_layer(2, "tanh")]
    assert observe(modules, only, [0, 200, 200])["key"] == "dead.relu"
    last = [make_layer(2, "tanh"), make_layer(1, "tanh")]
    assert observe(modules, last, [200, 200, 0])["lead"] == "Layer 2 passes nothing on:"


def test_a_gradient_vanishes_through_many_sigmoids(modules: Modules) -> None:
    layers = [make_layer(2, "sigmoid")] * 3
    found = observe(modules, layers, [0] * 6)
    assert found["lead"] == "The gradient vanishes through 3 sigmoid layers:"
    assert {layer["activation"] for layer in found["fix"]["patch"]["layers"]} == {"tanh"}
    assert [value for value, _ in found["tried"]] == ["tanh", "relu", "leaky_relu"]


def test_the_step_activation_is_explained_before_anything_is_trained(modules: Modules) -> None:
    found = observe(modules, [make_layer(4, "tanh"), make_layer(2, "step")], step=0)
    assert found["lead"] == "Layer 2 answers in steps:"
    assert [layer["activation"] for layer in found["fix"]["patch"]["layers"]] == ["tanh", "tanh"]
    assert [value for value, _ in found["tried"]] == ["tanh", "relu", "sigmoid"]


@pytest.mark.parametrize(
    ("layers", "lead"),
    [
        ([], "Without a hidden layer the boundary is a straight line."),
        ([make_layer(3, "linear")], "Linear layers combine to a single straight line."),
    ],
)
def test_what_is_too_simple_is_told_its_limit(
    modules: Modules, layers: list[dict[str, Any]], lead: str
) -> None:
    """Only where it does badly; a regression may be a plane."""
    found = observe(modules, layers, train_accuracy=0.6)
    assert found["lead"] == lead
    assert found["fix"]
    assert found["look"] == {"view": "spaces", "layer": len(layers)}
    if not layers:
        assert found["fix"] == {"insert": 0}
        units = [(value, [layer["units"] for layer in made]) for value, made in found["tried"]]
        assert units == [(2, [2]), (4, [4]), (8, [8])]
    assert observe(modules, layers, train_accuracy=0.9)["key"] == "idle"
    assert observe(modules, layers, task="regression", train_accuracy=0)["key"] == "idle"


def test_overfitting_is_a_test_loss_far_above_the_train_loss(modules: Modules) -> None:
    layers = [make_layer(4, "tanh")]
    assert observe(modules, layers, test_loss=0.4)["key"] == "overfit"
    assert observe(modules, layers, test_loss=0.2)["key"] == "idle"
    assert observe(modules, layers, task="regression", test_loss=0.4)["key"] == "idle"
    for r2, key in ((0.85, "overfit"), (0.95, "idle")):
        found = observe(
            modules, layers, task="regression", train_r2=0.99, test_r2=r2, test_loss=0.4
        )
        assert found["key"] == key


def test_a_table_has_no_more_samples_to_train_on(modules: Modules) -> None:
    said = modules.load(
        """const { observe } = await import("advice/observations");
           const { word } = await import("lib/words");
           const meta = { step: 500, units_range: [], train_accuracy: 0.97,
             train_loss: 0.1, test_loss: 0.4 };
           const arrays = { units: { data: new Uint8Array(0), shape: [0, 32, 32] } };
           const spec = { data: { name: "iris" }, layers: [], features: ["x1", "x2"],
             regularization: { l2: 0 }, optimizer: { learning_rate: 0.03 } };
           const { key, values } = observe({ meta, arrays }, { spec, task: "multiclass" });
           return word(`observation.${key}.text`, values);"""
    )
    assert "L2 of 0.001" in said
    assert "samples" not in said


def test_a_run_that_ended_early_says_so_until_it_goes_on(modules: Modules) -> None:
    keys = modules.load(
        """const { endedEarly } = await import("advice/observations");
           const stopped = { step: 640, epoch: 64, best_epoch: 4, restored: true };
           return [endedEarly({ step: 640 }, stopped), endedEarly({ step: 650 }, stopped),
             endedEarly({ step: 640 }, { ...stopped, restored: false })?.key,
             endedEarly({ step: 640 }, null)];"""
    )
    told = {
        "key": "stopped.restored", "values": {"epoch": 64, "best": 4}, "stands": True,
        "look": {"view": "earlyStopping"},
    }  # fmt: skip
    assert keys == [told, None, "stopped.kept", None]


def test_a_loss_that_rises_or_stays_leads_to_the_view_that_shows_why(modules: Modules) -> None:
    one, deep = [make_layer(4, "tanh")], [make_layer(4, "tanh")] * 2
    rises = {"trend": "rising", "before": 0.2, "after": 0.5, "updates": 900}
    found = observe(modules, deep, trend=rises)
    assert found["key"] == "rising"
    assert found["look"] == {"view": "landscape"}
    assert found["fix"] == {"patch": {"optimizer": {"learning_rate": 0.003}}}
    still = {"trend": "still", "before": 0.69, "after": 0.69, "updates": 900}
    assert observe(modules, one, trend=still)["key"] == "idle"
    found = observe(modules, one, trend=still, train_accuracy=0.55)
    assert found["look"] == {"view": "race", "kind": "optimizer"}
    found = observe(modules, deep, trend=still, train_accuracy=0.55)
    assert found["look"] == {"view": "gradients"}
    plane = {"train_r2": 0.1, "train_accuracy": None}
    assert observe(modules, one, trend=still, task="regression", **plane)["key"] == "stuck"
    plane["train_r2"] = 0.9
    assert observe(modules, one, trend=still, task="regression", **plane)["key"] == "idle"


def test_a_trend_is_that_of_the_quarters_since_the_last_change(modules: Modules) -> None:
    """Against NumPy's means of the same rows."""
    rng = np.random.default_rng(0)
    falling = 0.7 * 0.99 ** np.arange(400)
    rising = np.concatenate([falling[:200], np.linspace(falling[200], 0.6, 200)])
    still = 0.69 + rng.normal(0, 0.01, 400)

    def find(losses: np.ndarray, marks: Sequence[int] = ()) -> dict[str, Any] | None:
        steps = [10 * (i + 1) for i in range(len(losses))]
        return modules.load(
            """const { findTrend } = await import("advice/loss-trend");
               const [step, trainLoss, marks] = arguments;
               return findTrend({ series: { step, trainLoss }, marks });""",
            steps, losses.tolist(), list(marks),
        )  # fmt: skip

    assert find(falling) is None
    quarters = rising.reshape(4, 100).mean(axis=1)
    found = find(rising)
    assert found is not None
    assert found["trend"] == "rising"
    assert [found["before"], found["after"]] == pytest.approx([quarters.min(), quarters[3]])
    assert found["updates"] == 10 * (399 - 100 * int(quarters.argmin()))
    found = find(still)
    assert found is not None
    means = still[200:].reshape(2, 100).mean(axis=1)
    assert [found["before"], found["after"]] == pytest.approx(means.tolist())
    assert [found["trend"], found["updates"]] == ["still", 1990]
    # What was before an edit says nothing of the run after it, nor do a few rows.
    assert find(np.concatenate([still, falling]), [4000]) is None
    assert find(still, [3500]) is None


def test_each_look_opens_its_view(modules: Modules) -> None:
    opened = modules.load(
        """const { LOOK_NAMES, helpOfLook, openLook } = await import("advice/looks");
           const { createPageStore } = await import("run/page-store");
           const { createActions } = await import("run/actions");
           const { word } = await import("lib/words");
           const open = (look) => {
             const store = createPageStore();
             const actions = createActions({
               store, send() {}, ablate: (ablation) => store.set({ ablation }),
             });
             word(helpOfLook(look));
             word(`action.look.${look.view}`);
             openLook(look, { store, actions });
             const { view, race, ablation, step } = store.get();
             const update = step.open && [step.chosen, step.stage];
             return [view.dialog, view.space, race.kind, ablation.units, update];
           };
           globalThis.document ??= { getElementById: () => null };
           const looks = [
             { view: "unitUpdate", layer: 1, unit: 2 }, { view: "withoutUnit", layer: 1, unit: 2 },
             { view: "spaces", layer: 1 }, { view: "landscape" }, { view: "race", kind: "seed" },
             { view: "classes" }, { view: "earlyStopping" }, { view: "gradients" },
           ];
           const named = looks.map(({ view }) => view);
           return [looks.map(open), LOOK_NAMES.filter((name) => !named.includes(name))];"""
    )
    chosen = {"kind": "unit", "column": 2, "row": 2}
    off = [{"layer": 1, "unit": 2}]
    assert opened == [
        [
            [None, None, "optimizer", [], [chosen, 2]],
            [None, None, "optimizer", off, False],
            [None, 1, "optimizer", [], False],
            ["landscape", None, "optimizer", [], False],
            ["race", None, "seed", [], False],
            ["classes", None, "optimizer", [], False],
            ["earlyStopping", None, "optimizer", [], False],
            [None, None, "optimizer", [], False],
        ],
        [],
    ]
