"""Search: what is proposed is trained as it would be alone, and nothing of it is lost."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Programs, SearchError, SpecError, Trainer, parse_spec
from engine.search import (
    METHODS,
    OBJECTIVES,
    Search,
    SearchSettings,
    SearchTrial,
    find_best,
    write_trials,
)
from engine.search.batches import list_looks
from engine.search.ensemble import Ensemble
from tests.engine import oracle

SPEC = {
    "data": {"name": "xor", "samples": 100, "validation_fraction": 0.3},
    "layers": [{"units": 4, "activation": "tanh"}],
    "optimizer": {"name": "adam", "learning_rate": 0.05},
}
RATE = {"path": "optimizer.learning_rate", "low": 0.001, "high": 1, "scale": "log"}
PENALTY = {"path": "regularization.l2", "low": 1e-6, "high": 0.1, "scale": "log"}


def make_settings(**changes: Any) -> SearchSettings:
    few = {"trials": 6, "epochs": 5, "batch": 4}
    return SearchSettings.parse({"spec": SPEC, "dimensions": [RATE, PENALTY], **few, **changes})


def train_alone(search: Search, trial: SearchTrial, programs: Programs) -> Trainer:
    alone = Trainer(search.settings.make_spec(trial.values), programs)
    alone.train(epochs=int(trial.epoch))
    return alone


@pytest.mark.parametrize("method", [name for name, one in METHODS.items() if not one.compares])
def test_a_trial_is_trained_as_its_spec_would_be_alone(programs: Programs, method: str) -> None:
    few = [{**RATE, "count": 3}, {**PENALTY, "count": 2}]
    search = Search(make_settings(method=method, dimensions=few), programs=programs)
    (best,) = search.run()
    assert search.done
    assert [trial.number for trial in search.trials] == list(range(6))
    for trial in search.trials:
        assert trial.state == "complete"
        alone = train_alone(search, trial, programs)
        for name in ("train_loss", "validation_loss", "validation_accuracy", "penalty"):
            assert trial.metrics[name] == pytest.approx(alone.metrics[name], abs=1e-5)
        np.testing.assert_allclose(
            search.snapshot(trial.number).state.params, alone.shown_snapshot().state.params,
            atol=1e-5,
        )  # fmt: skip
    losses = [trial.metrics["validation_loss"] for trial in search.trials]
    assert best.number == int(np.argmin(losses))


def test_a_grid_has_each_place_once_whatever_is_tried_by_hand(programs: Programs) -> None:
    kinds = {"path": "optimizer.name", "values": ["sgd", "adam", "rmsprop"]}
    dimensions = [{**RATE, "count": 3}, kinds]
    settings = make_settings(method="grid", trials=100, epochs=1, dimensions=dimensions)
    search = Search(settings, programs=programs)
    assert settings.budget == 9
    own = {RATE["path"]: 0.5, "optimizer.name": "sgd"}
    search.add(own)
    search.run()
    rates = [0.001, 10**-1.5, 1.0]
    expected = [(rate, name) for rate in rates for name in kinds["values"]]
    tried = [tuple(one.values.values()) for one in search.trials if one.by == "method"]
    assert [name for _, name in tried] == [name for _, name in expected]
    found: list[Any] = [rate for rate, _ in tried]
    np.testing.assert_allclose(found, [rate for rate, _ in expected])
    assert [dict(one.values) for one in search.trials if one.by == "hand"] == [own]


def test_trials_that_fall_behind_are_given_up(programs: Programs) -> None:
    search = Search(make_settings(trials=24, batch=12, epochs=27, pruning=True), programs=programs)
    search.run()
    states = [trial.state for trial in search.trials]
    assert {"complete", "pruned"} == set(states)
    for trial in search.trials:
        assert trial.epoch in list_looks(27)
        assert (trial.epoch == 27) == (trial.state == "complete")
    pruned = next(trial for trial in search.trials if trial.state == "pruned")
    alone = train_alone(search, pruned, programs)
    assert pruned.metrics["validation_loss"] == pytest.approx(
        alone.metrics["validation_loss"], abs=1e-5
    )


def test_a_trial_that_diverges_is_told_apart_and_the_others_go_on(programs: Programs) -> None:
    rates = {"path": "optimizer.learning_rate", "low": 0.01, "high": 10, "scale": "log", "count": 4}
    spec = {**SPEC, "data": {"name": "plane", "validation_fraction": 0.2}, "optimizer": {}}
    spec |= {"layers": [{"units": 8, "activation": "relu"}], "loss": "mean_squared_error"}
    settings = make_settings(spec=spec, dimensions=[rates], method="grid", epochs=20)
    search = Search(settings, programs=programs)
    (best,) = search.run()
    states = [trial.state for trial in search.trials]
    assert states[-1] == "diverged"
    assert states[0] == "complete"
    assert best.state == "complete"
    assert search.trials[-1].objectives == ()


def test_values_that_do_not_go_together_fail_alone(programs: Programs) -> None:
    dimensions = [
        {"path": "layers.units", "low": 8, "high": 32, "count": 2},
        {"path": "layers.activation", "values": ["tanh", "maxout"]},
    ]
    settings = make_settings(dimensions=dimensions, method="grid", epochs=2, batch=1)
    search = Search(settings, programs=programs)
    search.run()
    assert [one.state for one in search.trials] == ["complete"] * 3 + ["failed"]
    with pytest.raises(SpecError):
        search.add({"layers.units": 17, "layers.activation": "maxout"})


def test_weights_that_are_not_kept_are_trained_again(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.search.kept_weights.MAX_BYTES", 1)
    search = Search(make_settings(trials=4), programs=programs)
    search.run()
    again = search.snapshot(0)
    alone = train_alone(search, search.trials[0], programs)
    np.testing.assert_allclose(again.state.params, alone.shown_snapshot().state.params, atol=1e-5)


def test_two_objectives_leave_the_trials_that_none_beats(programs: Programs) -> None:
    units = {"path": "layers.units", "low": 1, "high": 6}
    objectives = ["validation_loss", "parameters"]
    search = Search(
        make_settings(dimensions=[RATE, units], objectives=objectives, trials=12),
        programs=programs,
    )
    front = search.run()
    pairs = {
        t.number: (t.metrics["validation_loss"], t.metrics["parameters"]) for t in search.trials
    }
    beaten = {
        one
        for one, (loss, size) in pairs.items()
        if any(a <= loss and b <= size and (a, b) != (loss, size) for a, b in pairs.values())
    }
    assert {trial.number for trial in front} == set(pairs) - beaten


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["complete", "pruned"])),
        max_size=12,
    )
)
def test_the_front_holds_exactly_the_trials_that_no_other_one_beats(
    rows: list[tuple[int, int, Any]],
) -> None:
    trials = [
        SearchTrial(i, "method", {}, state, 1, (float(loss), float(right)))
        for i, (loss, right, state) in enumerate(rows)
    ]
    objectives = [OBJECTIVES["validation_loss"], OBJECTIVES["validation_accuracy"]]
    found = {trial.objectives for trial in find_best(trials, objectives)}
    points = {trial.objectives for trial in trials if trial.state == "complete"}
    expected = {
        p for p in points if not any(q[0] <= p[0] and q[1] >= p[1] and q != p for q in points)
    }
    assert found == expected


def test_the_test_points_are_looked_at_once_in_the_end(programs: Programs) -> None:
    search = Search(make_settings(trials=4), programs=programs)
    (best,) = search.run()
    assert not any(name.startswith("test") for t in search.trials for name in t.metrics)
    (number, metrics), *_ = search.measure_test().items()
    assert number == best.number
    alone = train_alone(search, best, programs)
    assert metrics["test_loss"] == pytest.approx(alone.metrics["test_loss"], abs=1e-5)
    with pytest.raises(SearchError, match="over"):
        search.add({RATE["path"]: 0.1, PENALTY["path"]: 0.001})


def test_a_study_knows_that_its_test_points_were_looked_at(
    programs: Programs, tmp_path: Path
) -> None:
    file = tmp_path / "study.db"
    first = Search(make_settings(trials=2), file, programs)
    first.run()
    found = first.measure_test()
    again = Search(make_settings(trials=6), file, programs)
    assert again.done
    assert again.tested == again.measure_test() == found


def test_data_without_validation_points_gets_some(programs: Programs) -> None:
    spec = {**SPEC, "data": {"name": "xor"}}
    assert make_settings(spec=spec).spec.data.validation_fraction == 0.2


def test_an_ensemble_is_the_mean_of_its_members(programs: Programs) -> None:
    search = Search(make_settings(), programs=programs)
    search.run()
    ensemble = search.make_ensemble([0, 2, 3])
    places = np.array([[1.0, 2.0], [-3.0, 0.5], [4.0, -4.0]])
    expected = np.mean(
        [
            oracle.forward(
                (one := search.snapshot(number)).spec, one.state.params, places
            ).outputs
            for number in (0, 2, 3)
        ],
        axis=0,
    )  # fmt: skip
    np.testing.assert_allclose(ensemble.evaluate(places.astype(np.float32)), expected, atol=1e-5)
    data = search.snapshot(0).data
    rows = data.rows("validation")
    right = (ensemble.evaluate(data.x)[rows, 0] >= 0.5) == (data.labels[rows] > 0)
    assert ensemble.score("validation") == pytest.approx(right.mean())
    boundary = ensemble.boundary(10)
    assert boundary is not None
    assert boundary.shape == (1, 10, 10)
    with pytest.raises(SearchError, match="no trial 99"):
        search.make_ensemble([99])


def test_what_matters_is_told_by_how_much(programs: Programs) -> None:
    search = Search(make_settings(method="random", trials=32, batch=32, epochs=30), None, programs)
    assert search.measure_importances() == {}
    search.run()
    found = search.measure_importances()
    assert sum(found.values()) == pytest.approx(1)
    assert found[RATE["path"]] > found[PENALTY["path"]]


def test_the_table_has_a_line_for_each_trial(programs: Programs) -> None:
    search = Search(make_settings(trials=4), programs=programs)
    search.run()
    rows = list(csv.DictReader(io.StringIO(write_trials(search.settings, search.trials))))
    assert [int(row["trial"]) for row in rows] == [0, 1, 2, 3]
    for row, trial in zip(rows, search.trials, strict=True):
        assert row["state"] == "complete"
        assert row["by"] == "method"
        assert float(row[RATE["path"]]) == trial.values[RATE["path"]]
        assert float(row["validation_loss"]) == trial.metrics["validation_loss"]


def read_trials(search: Search) -> list[tuple[Mapping[str, Any], str, tuple[float, ...]]]:
    return [(dict(one.values), one.state, one.objectives) for one in search.trials]


def test_a_study_is_gone_on_with(programs: Programs, tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    first = Search(make_settings(trials=4), file, programs)
    first.add({RATE["path"]: 0.25, PENALTY["path"]: 0.01})
    first.run()
    before = read_trials(first)
    again = Search(None, file, programs)
    assert again.done
    assert read_trials(again) == before
    np.testing.assert_array_equal(
        again.snapshot(2).state.params, first.snapshot(2).state.params
    )  # trained again
    more = Search(make_settings(trials=6), file, programs)
    more.run()
    assert read_trials(more)[:5] == before
    assert sum(one.by == "method" for one in more.trials) == 6
    assert len({tuple(one.values.values()) for one in more.trials}) == 7
    with pytest.raises(SearchError, match="another search"):
        Search(make_settings(dimensions=[RATE]), file, programs)


CHILD = """
import sys
from engine.search import Search
search = Search(None, sys.argv[1])
while True:
    search.advance(0)
    print(sum(one.state == "complete" for one in search.trials), flush=True)
"""


@pytest.mark.slow
def test_a_study_survives_the_end_of_its_process(programs: Programs, tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    settings = make_settings(trials=40, batch=4, epochs=9)
    Search(settings, file, programs)
    command = [sys.executable, "-c", CHILD, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) >= 8:
                break
        os.kill(child.pid, signal.SIGKILL)
    search = Search(None, file, programs)
    before = [one for one in read_trials(search) if one[1] == "complete"]
    assert len(before) >= 8
    search.run()
    after = read_trials(search)
    assert [one for one in after if one in before] == before
    assert sum(one.state == "complete" for one in search.trials) == 40


@pytest.mark.parametrize("kept", [True, False])
def test_optuna_reads_what_is_packed(programs: Programs, tmp_path: Path, kept: bool) -> None:
    search = Search(make_settings(trials=3), tmp_path / "study.db" if kept else None, programs)
    search.run()
    (tmp_path / "packed.db").write_bytes(search.pack())
    study = optuna.load_study(study_name=None, storage=f"sqlite:///{tmp_path / 'packed.db'}")
    assert [trial.values for trial in study.trials] == [[*t.objectives] for t in search.trials]
    assert [trial.params for trial in study.trials] == [dict(t.values) for t in search.trials]


def test_a_trial_that_is_cut_off_while_it_is_told_is_tried_again(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "study.db"
    first = Search(make_settings(trials=3, batch=1), file, programs)
    with monkeypatch.context() as cut:
        cut.setattr(optuna.study.Study, "tell", lambda *_, **__: sys.exit())
        with pytest.raises(SystemExit):
            first.run()
    again = Search(None, file, programs)
    assert again.trials == ()
    again.run()
    assert [one.state for one in again.trials] == ["complete"] * 3
    assert len(again.best) == 1


def test_a_file_that_is_no_study_is_refused(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database, but long enough to be read as one" * 10)
    with pytest.raises(SearchError, match="cannot be kept"):
        Search(make_settings(), tmp_path / "text.db", programs)
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(SearchError, match="no study"):
        Search(None, tmp_path / "empty.db", programs)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"dimensions": []}, "dimensions"),
        ({"dimensions": [RATE, RATE]}, "dimensions"),
        ({"dimensions": "all"}, "dimensions"),
        ({"dimensions": [{**RATE, "path": "data.noise"}]}, "dimensions.0.path"),
        ({"dimensions": [{**RATE, "low": 2}]}, "dimensions.0.low"),
        ({"dimensions": [{**RATE, "low": "x"}]}, "dimensions.0.low"),
        ({"dimensions": [{**RATE, "values": ["0.1", "1"]}]}, "dimensions.0.values"),
        ({"dimensions": [{**PENALTY, "low": 0}]}, "dimensions.0.low"),
        ({"dimensions": [{"path": "optimizer.name", "low": 1}]}, "dimensions.0.low"),
        (
            {"dimensions": [{"path": "optimizer.name", "values": ["sgd"] * 2}]},
            "dimensions.0.values",
        ),
        ({"dimensions": [{"path": "batch_size", "low": 2.2, "high": 2.8}]}, "dimensions.0.low"),
        ({"spec": {"batch_size": 0}}, "spec.batch_size"),
        ({"method": "magic"}, "method"),
        ({"objectives": ["test_loss"]}, "objectives.0"),
        ({"objectives": ["validation_rmse"]}, "objectives"),
        ({"objectives": ["parameters"] * 2}, "objectives"),
        ({"trials": 0}, "trials"),
        ({"trials": 10**9}, "trials"),
        ({"trials": True}, "trials"),
        ({"epochs": 1.5}, "epochs"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": float("nan")}, "seconds"),
        ({"batch": 1000}, "batch"),
        ({"pruning": True, "objectives": ["validation_loss", "parameters"]}, "pruning"),
        ({"other": 1}, "other"),
    ],
)
def test_settings_that_break_a_rule(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(SearchError) as caught:
        make_settings(**changes)
    assert caught.value.path == path


def test_whole_numbers_lie_within_their_range() -> None:
    """Whatever proposes them: a grid, or a method by its distribution."""
    sizes = {"path": "batch_size", "low": 2.5, "high": 20.5, "count": 3}
    (dimension,) = make_settings(dimensions=[sizes]).dimensions
    assert dimension.values == (3, 8, 20)
    drawn = dimension.make_distribution(optuna)
    assert (drawn.low, drawn.high) == (3, 20)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({RATE["path"]: 0.1}, PENALTY["path"]),
        ({RATE["path"]: 2, PENALTY["path"]: 0.01}, RATE["path"]),
        ({RATE["path"]: "x", PENALTY["path"]: 0.01}, RATE["path"]),
        ({RATE["path"]: 0.1, PENALTY["path"]: 0.01, "seed": 3}, "seed"),
    ],
)
def test_values_by_hand_that_do_not_fit(
    programs: Programs, values: dict[str, Any], path: str
) -> None:
    search = Search(make_settings(), programs=programs)
    with pytest.raises(SearchError) as caught:
        search.add(values)
    assert caught.value.path == path
    assert search.trials == ()


def test_a_choice_by_hand_is_one_of_its_values(programs: Programs) -> None:
    kinds = {"path": "optimizer.name", "values": ["sgd", "adam"]}
    search = Search(make_settings(dimensions=[kinds], method="random"), programs=programs)
    for name in ("rmsprop", 1, None):
        with pytest.raises(SearchError, match=r"^optimizer.name must be of sgd, adam$"):
            search.add({"optimizer.name": name})
    assert search.trials == ()


def test_no_trial_begins_when_the_seconds_are_spent(programs: Programs) -> None:
    search = Search(make_settings(seconds=1e-9, batch=1), programs=programs)
    search.run()
    assert len(search.trials) == 1
    assert search.done
    assert not search.advance(1.0)


def test_an_ensemble_has_members_on_the_same_data(programs: Programs) -> None:
    search = Search(make_settings(trials=2), programs=programs)
    search.run()
    assert len(search.make_ensemble([0, 1])) == 2
    with pytest.raises(SearchError, match="one network at least"):
        search.make_ensemble([])
    with pytest.raises(ValueError, match="one network at least"):
        Ensemble([], programs)
    other = Trainer(parse_spec({"data": {"name": "circle"}}), programs).snapshot()
    with pytest.raises(ValueError, match="the same data"):
        Ensemble([search.snapshot(0), other], programs)


def test_with_two_objectives_a_trial_that_diverges_has_none(
    programs: Programs, tmp_path: Path
) -> None:
    """And is not tried again when the study is gone on with."""
    rates = {"path": "optimizer.learning_rate", "low": 0.01, "high": 10, "scale": "log", "count": 2}
    spec = {"data": {"name": "plane", "samples": 60, "validation_fraction": 0.2}}
    spec |= {"layers": [{"units": 4, "activation": "relu"}]}
    settings = make_settings(
        spec=spec, dimensions=[rates], method="grid", epochs=20,
        objectives=["validation_loss", "parameters"],
    )  # fmt: skip
    file = tmp_path / "study.db"
    Search(settings, file, programs).run()
    again = Search(settings, file, programs)
    assert [one.state for one in again.trials] == ["complete", "diverged"]
    assert [len(one.objectives) for one in again.trials] == [2, 0]
    assert again.done


def test_a_study_that_cannot_be_kept_says_so(programs: Programs, tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="cannot be kept") as caught:
        Search(make_settings(), tmp_path / "nowhere" / "study.db", programs)
    assert caught.value.path == "study"
