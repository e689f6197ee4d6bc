"""Preferences: a person compares two networks at a time, and the search goes on from that."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import SearchError
from engine.__main__ import main
from engine.search import METHODS, Search, SearchSettings
from engine.search.proposals.preferences import find_contenders, rate_trials

SPEC = {
    "data": {"name": "xor", "samples": 60, "validation_fraction": 0.3},
    "layers": [{"units": 3, "activation": "tanh"}],
}
DIMENSIONS = [
    {"path": "optimizer.learning_rate", "low": 0.001, "high": 1, "scale": "log"},
    {"path": "regularization.l2", "low": 1e-6, "high": 0.1, "scale": "log"},
]
LEARNS = pytest.mark.skipif(
    not METHODS["preferential_gp"].is_available, reason="optuna-dashboard and BoTorch are needed"
)


def make_settings(**changes: Any) -> SearchSettings:
    few = {"trials": 6, "epochs": 3, "method": "random", "objectives": ["preference"]}
    return SearchSettings.parse({"spec": SPEC, "dimensions": DIMENSIONS, **few, **changes})


def loss_of(search: Search, number: int) -> float:
    return next(one for one in search.trials if one.number == number).metrics["validation_loss"]


def judge(search: Search) -> int:
    """Prefers the one with the lower validation loss."""
    search.run()
    assert search.duel is not None
    better = min(search.duel, key=lambda number: loss_of(search, number))
    search.prefer(better)
    return better


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_who_wins_for_the_first_time_has_beaten_all_before(wins: list[bool]) -> None:
    """The next trial wins or not; what a value says agrees with who beat whom, directly or not."""
    preferences, first = [], 0
    for challenger, won in enumerate(wins, start=1):
        preferences.append((challenger, first) if won else (first, challenger))
        first = challenger if won else first
    values = rate_trials(preferences)
    assert max(values, key=lambda number: values[number]) == first
    for better, worse in preferences:
        assert values[better] > values[worse]
    assert find_contenders(preferences, range(len(wins) + 1)) == [first]
    assert find_contenders(preferences, range(len(wins) + 3))[:2] == [first, len(wins) + 1]


def test_the_one_that_is_preferred_stays_and_meets_the_next() -> None:
    search = Search(make_settings())
    kept = [judge(search) for _ in range(5)]
    assert search.duel is None
    assert search.done
    losses = [one.metrics["validation_loss"] for one in search.trials]
    assert losses[kept[-1]] == min(losses)
    assert [one.number for one in search.best] == [kept[-1]]
    for at, number in enumerate(kept, start=2):
        assert losses[number] == min(losses[:at]), "the best of those that were trained by then"
    values = {one.number: one.objectives[0] for one in search.trials}
    assert values[kept[-1]] == 1 + kept.index(kept[-1])
    assert all(one.metrics["preference"] == one.objectives[0] for one in search.trials)
    with pytest.raises(SearchError, match="not one of two"):
        search.prefer(kept[-1])
    assert list(search.measure_test()) == [kept[-1]]


def test_a_study_is_gone_on_with_where_it_waited_for_a_person(tmp_path: Path) -> None:
    file = tmp_path / "study.db"
    search = Search(make_settings(), file)
    first = judge(search)
    search.run()
    again = Search(None, file)
    assert again.done
    assert again.duel == search.duel
    assert [one.state for one in again.trials] == ["complete"] * 3
    (other,) = set(again.duel or ()) - {first}
    again.prefer(other)
    again.run()
    study = optuna.load_study(study_name="livenet", storage=f"sqlite:///{file}")
    told = {one.number: one.values for one in study.trials if one.state.is_finished()}
    assert told[other] == [2.0]
    assert told[first] == [1.0]


def test_values_by_hand_are_compared_too() -> None:
    search = Search(make_settings(trials=2))
    search.run()
    duel = search.duel
    search.add({"optimizer.learning_rate": 0.5, "regularization.l2": 1e-5})
    search.run()
    assert search.duel == duel, "first things first"
    search.prefer(0)
    assert search.duel == (0, 2)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"objectives": ["preference", "parameters"]}, "objectives"),
        ({"pruning": True}, "pruning"),
        ({"spec": {"data": {"name": "digits"}}, "dimensions": DIMENSIONS[:1]}, "objectives"),
        ({"method": "preferential_gp", "objectives": ["validation_loss"]}, "method"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(SearchError) as caught:
        make_settings(**changes)
    assert caught.value.path == path


@LEARNS
@pytest.mark.slow
def test_a_gaussian_process_learns_what_is_liked() -> None:
    """A person who likes learning rates near 0.1 is soon shown little else."""
    search = Search(make_settings(method="preferential_gp", trials=10, epochs=1))
    away: list[float] = []
    while not search.done or search.duel is not None:
        search.run()
        rates = [float(one.values["optimizer.learning_rate"]) for one in search.trials]
        away = [abs(math.log10(rate / 0.1)) for rate in rates]
        assert search.duel is not None
        search.prefer(min(search.duel, key=lambda number: away[number]))
    # Drawn evenly on the log scale from 0.001 to 1 they would be 0.83 away on average.
    assert sum(away[4:]) / len(away[4:]) < 0.6


def test_the_command_line_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    rate = "optimizer.learning_rate"
    told = ["search", "--dimension", rate, "--objective", "preference", "--method", "random"]
    assert main(told) != 0
    assert "preferences are a person's" in capsys.readouterr().err
