"""A search on the page: its settings, trials, scales and address, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.page.node import Modules

RATE = {"path": "optimizer.learning_rate", "kind": "number", "usual": [0.001, 1], "scale": "log"}
UNITS = {"path": "layers.units", "kind": "integer", "usual": [1, 16], "scale": "linear"}
NAMES = {"path": "optimizer.name", "kind": "choice", "values": ["sgd", "adam", "lion"]}
CHOICE = {
    "dimensions": [
        {
            "path": "optimizer.learning_rate",
            "low": 0.001,
            "high": 1,
            "count": 4,
            "scale": "log",
        },
        {"path": "layers.units", "low": 1, "high": 16, "count": 4, "scale": "linear"},
        {"path": "layers.activation", "values": ["relu", "tanh"]},
    ],
    "method": "random",
    "objectives": ["validation_loss", "parameters"],
    "trials": 128,
    "epochs": 50,
    "pruning": False,
}
MORE = {"seconds": 90, "batch": 4, "seed": 7}
WORD = (
    "rate:0.001:1:4:log,units:1:16:4,activation:relu.tanh,method:random,"
    "for:validation_loss.parameters,trials:128,epochs:50"
)


def trial(number: int, loss: float | None = None, **more: Any) -> dict[str, Any]:
    """A complete trial with a validation loss, or one that diverged."""
    state = "complete" if loss is not None else "diverged"
    metrics = {"validation_loss": loss, "validation_accuracy": loss and 1 - loss}
    values = {"optimizer.learning_rate": 10.0 ** -(number % 4)}
    return {
        "number": number,
        "by": "method",
        "state": state,
        "epoch": 10,
        "values": values,
        "metrics": metrics,
        **more,
    }


def test_an_address_says_a_search_and_reads_it_again(modules: Modules) -> None:
    address = 'const { writeSearch, readSearchText } = await import("search/model/address");'
    assert modules.load(f"{address} return writeSearch(arguments[0]);", CHOICE) == WORD
    read = modules.load(f"{address} return readSearchText(arguments[0]);", f"{WORD},prune")
    assert read == {**CHOICE, "pruning": True}
    more = f"{WORD},seconds:90,batch:4,seed:7"
    assert modules.load(f"{address} return writeSearch(arguments[0]);", {**CHOICE, **MORE}) == more
    assert modules.load(f"{address} return readSearchText(arguments[0]);", more) == {
        **{key: value for key, value in CHOICE.items() if key != "pruning"}, **MORE,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "method:random",
        "rate:1:0.001:4",
        "rate:0.001:1:4:log,rate:0.001:1:4:log",
        "rate:0.001:1:4,trials:-1",
        "rate:0.001:1:4,trials:1e9",
        "rate:0.001:1:4,seconds:0",
        "rate:0.001:1:4,seed:99999999999",
        "rate:0.001:1:4,for:a.b.c",
        "rate:0.001:1:4,method:<b>",
        "rate:0.001:1:4,other:1",
        "x" * 2000,
    ],
)
def test_what_is_no_search_opens_none(modules: Modules, text: str) -> None:
    script = 'return (await import("search/model/address")).readSearchText(arguments[0]);'
    assert modules.load(script, text) is None


def test_the_server_is_told_counts_of_a_grid_alone(modules: Modules) -> None:
    script = """const { writeSettings } = await import("search/model/settings");
      const schema = { search: () => ({ methods: { grid: { enumerates: true } } }) };
      return writeSettings(arguments[0], schema);"""
    told = modules.load(script, CHOICE)
    assert told["dimensions"] == [
        {"path": "optimizer.learning_rate", "low": 0.001, "high": 1, "scale": "log"},
        {"path": "layers.units", "low": 1, "high": 16, "scale": "linear"},
        {"path": "layers.activation", "values": ["relu", "tanh"]},
    ]
    assert told["objectives"] == ["validation_loss", "parameters"]
    # Two objectives are not pruned by one of them.
    assert not modules.load(script, {**CHOICE, "pruning": True})["pruning"]
    grid = modules.load(script, {**CHOICE, "method": "grid"})
    assert [one.get("count") for one in grid["dimensions"]] == [4, 4, None]


def test_what_a_search_has_fits_the_data(modules: Modules) -> None:
    script = 'return (await import("search/model/settings")).fitChoice(...arguments);'

    def kind(path: str, low: float, high: float) -> dict[str, Any]:
        usual = {"kind": "number", "usual": [low, high / 2], "scale": "linear"}
        return {"path": path, "low": low, "high": high, **usual}

    plane = [kind("optimizer.learning_rate", 0.001, 1), kind("batch_size", 1, 256)]
    images = [kind("optimizer.learning_rate", 0.001, 1), kind("batch_size", 16, 2048)]
    first = modules.load(script, {"dimensions": []}, images, True)
    assert [one["path"] for one in first["dimensions"]] == ["optimizer.learning_rate"]
    assert (first["epochs"], first["pruning"]) == (5, True)
    assert set(modules.load(script, {"dimensions": []}, plane, False)) == {"dimensions"}
    small = {"path": "batch_size", "low": 1, "high": 64, "count": 4, "scale": "log"}
    chosen = {"dimensions": [small]}
    assert modules.load(script, chosen, plane, False) == {}
    (other,) = modules.load(script, chosen, images, True)["dimensions"]
    assert (other["low"], other["high"]) == (16, 1024)


def test_trials_that_come_again_take_the_place_of_the_old(modules: Modules) -> None:
    script = 'return (await import("search/model/trials")).mergeTrials(...arguments);'
    old, new = [trial(0, 0.5), trial(2, 0.4)], [trial(2, 0.3), trial(1, 0.2)]
    merged = modules.load(script, old, new)
    assert [one["number"] for one in merged] == [0, 1, 2]
    assert merged[2]["metrics"]["validation_loss"] == 0.3


def test_trials_without_a_score_are_last_in_either_direction(modules: Modules) -> None:
    script = """const { sortTrials } = await import("search/model/trials");
      return sortTrials(...arguments).map(({ number }) => number);"""
    trials = [trial(0, 0.5), trial(1), trial(2, 0.1), trial(3, 0.5), trial(4)]
    column = "metric validation_loss"
    assert modules.load(script, trials, {"column": column, "down": False}) == [2, 0, 3, 1, 4]
    assert modules.load(script, trials, {"column": column, "down": True}) == [0, 3, 2, 1, 4]
    by_state = {"column": "state", "down": False}
    assert modules.load(script, trials, by_state) == [0, 2, 3, 1, 4]


def test_the_best_so_far_is_that_of_numpy(modules: Modules) -> None:
    losses = np.random.default_rng(3).uniform(0.01, 1, 40)
    trials = [trial(i, float(loss)) for i, loss in enumerate(losses)]
    trials[7] = trial(7)
    trials[9]["state"] = "pruned"
    kept = np.delete(np.arange(40), [7, 9])
    script = 'return (await import("search/model/trials")).bestSoFar(...arguments);'
    found = modules.load(script, trials, "validation_loss", False)
    assert found["numbers"] == kept.tolist()
    np.testing.assert_allclose(found["scores"], np.minimum.accumulate(losses[kept]))
    found = modules.load(script, trials, "validation_accuracy", True)
    np.testing.assert_allclose(found["scores"], np.maximum.accumulate(1 - losses[kept]))


def test_dimensions_stand_where_numpy_has_them(modules: Modules) -> None:
    script = """const { scaleOfDimension } = await import("search/model/scales");
      const [dimension, kind, values] = arguments;
      const scale = scaleOfDimension(dimension, kind);
      return { shares: values.map(scale.share), ticks: scale.ticks.map(({ value }) => value) };"""
    asked = {"path": RATE["path"], "low": 0.001, "high": 1, "scale": "log", "values": None}
    values = np.geomspace(0.001, 1, 7)
    found = modules.load(script, asked, RATE, values.tolist())
    np.testing.assert_allclose(found["shares"], np.linspace(0, 1, 7), atol=1e-12)
    # What a study leaves out is what is usual.
    bare = {"path": UNITS["path"], "low": None, "high": None, "scale": None, "values": None}
    found = modules.load(script, bare, UNITS, [1, 4, 16])
    np.testing.assert_allclose(found["shares"], [0, 0.2, 1])
    assert found["ticks"] == [1, 9, 16]
    chosen = {"path": NAMES["path"], "values": ["adam", "lion"]}
    assert modules.load(script, chosen, NAMES, ["adam", "lion"])["shares"] == [0, 1]


def test_what_diverged_squashes_no_scale(modules: Modules) -> None:
    script = """const { scaleOfScores } = await import("search/model/scales");
      const { low, high, log } = scaleOfScores(...arguments);
      return { low, high, log };"""
    good = [trial(i, 0.1 + 0.01 * i) for i in range(30)]
    far = modules.load(script, [*good, trial(30, 1e30), trial(31)], "validation_loss", False)
    assert far["low"] == pytest.approx(0.1)
    assert far["high"] < 0.5
    assert not far["log"]
    wide = [trial(i, 10.0 ** -(i % 4)) for i in range(30)]
    assert modules.load(script, wide, "validation_loss", False)["log"]


def test_trials_have_whole_numbers(modules: Modules) -> None:
    ticks = modules.load(
        """const { trialTicks } = await import("search/model/scales");
           return arguments[0].map((last) => trialTicks(last, 8.4));""",
        [0, 4, 8, 9, 511],
    )
    assert ticks == [{"dtick": 1}] * 3 + [{"nticks": 8}] * 2


def test_a_brush_lists_what_passes(modules: Modules) -> None:
    script = """const { passes, scaleOfDimension } = await import("search/model/scales");
      const { cellOf } = await import("search/model/trials");
      const [trials, dimension, from, to] = arguments;
      const scale = scaleOfDimension(dimension);
      const brush = { column: `value ${dimension.path}`, scale, from, to };
      return trials.filter((trial) => passes(trial, [brush], cellOf))
        .map(({ number }) => number);"""
    trials = [trial(i, 0.5) for i in range(8)]
    dimension = {"path": RATE["path"], "low": 0.001, "high": 1, "scale": "log"}
    # Rates 0.1 and 0.01 lie at two thirds and one third.
    assert modules.load(script, trials, dimension, 0.3, 0.7) == [1, 2, 5, 6]
    assert modules.load(script, trials, dimension, 0, 1) == list(range(8))


def test_a_trial_that_is_just_asked_for_has_no_values_yet(modules: Modules) -> None:
    script = 'return (await import("search/words")).formatAt(...arguments);'
    assert modules.load(script.replace("...arguments", "arguments[0], undefined"), "seed") == "–"
    rate = "optimizer.learning_rate"
    shown = [modules.load(script, rate, value) for value in (0.0123456, 3, 1e-5)]
    assert shown == ["0.0123", "3", "1e−5"]


SCHEMA = """{ search: () => ({
  methods: { tpe: { enumerates: false }, preferential_gp: { compares: true } },
  objectives: {
    validation_loss: { direction: "minimize" }, validation_accuracy: { direction: "maximize" },
    preference: { direction: "maximize", is_preference: true },
  },
}) }"""


def test_a_preference_stands_alone_by_the_method_made_for_it(modules: Modules) -> None:
    found = modules.load(
        f"""const {{ canPrune, chooseObjectives, methodsOf, objectivesOf }} =
          await import("search/model/settings");
        const schema = {SCHEMA};
        const choose = (method, objectives) => chooseObjectives({{ method }}, objectives, schema);
        return {{
          judged: choose("tpe", ["preference", "validation_loss"]),
          back: choose("preferential_gp", ["validation_loss"]),
          methods: methodsOf(["validation_loss"], schema),
          prunes: [canPrune(["validation_loss"], schema), canPrune(["preference"], schema)],
          points: objectivesOf("binary", false, schema),
          images: objectivesOf("multiclass", true, schema),
        }};"""
    )
    assert found == {
        "judged": {"objectives": ["preference"], "method": "preferential_gp"},
        "back": {"objectives": ["validation_loss"], "method": "tpe"},
        "methods": ["tpe"],
        "prunes": [True, False],
        "points": ["validation_loss", "validation_accuracy", "preference"],
        "images": ["validation_loss", "validation_accuracy"],
    }


def test_who_is_preferred_stays_on_its_side(modules: Modules) -> None:
    found = modules.load(
        """const { place } = await import("search/duel");
        const pair = (...numbers) => numbers.map((trial) => ({ trial }));
        const numbers = (placed) => placed.map(({ trial }) => trial);
        return [[[0, 1], []], [[1, 2], [0, 1]], [[0, 2], [0, 1]], [[2, 3], [2, 1]]]
          .map(([next, before]) => numbers(place(pair(...next), pair(...before))));"""
    )
    assert found == [[0, 1], [2, 1], [0, 2], [2, 3]]
