"""Networks of a sweep go on after an edit as each of them would alone."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from engine import Programs, Sweep, Trainer, patch_spec
from engine.base.slices import finish
from tests.engine.sweep_cases import make_spec, span, vary

RATES = span("optimizer.learning_rate", 0.05, 0.2, 2)
ADAM = {"optimizer": {"name": "adam"}}
LAYERS = {"layers": [{"units": 6}, {"units": 3, "activation": "relu"}, {"units": 2}]}


def edit(before: Sweep, patch: dict[str, Any], axes: Any, programs: Programs, **more: Any) -> Sweep:
    """The sweep of the edited spec, which goes on from the one before."""
    after = Sweep(patch_spec(before.spec, patch), axes, programs=programs)
    assert finish(after.continue_from(before, **more))
    assert after.epoch == before.epoch
    return after


def check(
    axes: list[dict[str, Any]], patch: dict[str, Any], programs: Programs,
    origin: object = None, **changes: Any,
) -> None:  # fmt: skip
    """Compares every cell with a trainer that is edited."""
    sweep = Sweep(make_spec(**changes), axes, programs=programs)
    sweep.train(3)
    after = edit(sweep, patch, axes, programs, origin=origin)
    after.compile()
    assert np.isfinite(after.cells[..., :4]).all()
    alone = []
    for row, column in itertools.product(range(sweep.grid.rows), range(sweep.grid.columns)):
        trainer = Trainer(sweep.spec, programs)
        trainer.restore(sweep.snapshot(row, column))
        trainer.edit(patch, origin)
        assert after.snapshot(row, column).spec == trainer.spec
        np.testing.assert_array_equal(
            after.snapshot(row, column).state.params, trainer.snapshot().state.params
        )
        trainer.train(epochs=2)
        alone.append(trainer)
    after.train(2)
    for cell, trainer in enumerate(alone):
        snapshot = after.snapshot(*divmod(cell, after.grid.columns))
        assert (snapshot.step, snapshot.epoch) == (trainer.step, 5)
        expected = trainer.snapshot().state.params
        np.testing.assert_allclose(snapshot.state.params, expected, rtol=0, atol=1e-5)


def test_rates_and_penalties_keep_weights_and_moments(programs: Programs) -> None:
    patch = {"regularization": {"l2": 0.01}, "optimizer": {"momentum": 0.5}}
    optimizer = {"name": "momentum", "learning_rate": 0.05}
    check([RATES], patch, programs, optimizer=optimizer, layers=[{"units": 2}])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axes", "patch"),
    [
        ([RATES], LAYERS),
        ([RATES], ADAM),
        ([RATES], {"batch_size": 7}),
        ([RATES], {"data": {"noise": 0.3}}),
        ([RATES], {"data": {"name": "blobs"}}),
        ([RATES], {"features": ["x1", "x2", "x1_x2"]}),
        ([span("layers.units", 2, 5, 3)], {"layers": [{"units": 4, "activation": "relu"}] * 2}),
        ([span("layers.count", 1, 3, 3)], ADAM),
        ([vary("optimizer.name", "sgd", "adam"), span("seed", 3, 4, 2)], {"seed": 9}),
        ([span("data.samples", 60, 100, 2)], {"batch_size": 6}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_every_kind_of_edit_is_that_of_one_network(
    programs: Programs, axes: list[Any], patch: dict[str, Any]
) -> None:
    if "seed" in patch or axes[0]["path"].startswith("layers."):
        check_spec_alone(axes, patch, programs)
    else:
        check(axes, patch, programs)


def check_spec_alone(axes: list[Any], patch: dict[str, Any], programs: Programs) -> None:
    """Where an axis varies what is edited, each network is edited to the spec of its cell."""
    sweep = Sweep(make_spec(), axes, programs=programs)
    sweep.train(2)
    after = edit(sweep, patch, axes, programs)
    for cell, spec in enumerate(after.grid.list_specs()):
        trainer = Trainer(sweep.spec, programs)
        place = divmod(cell, after.grid.columns)
        trainer.restore(sweep.snapshot(*place))
        trainer.edit(spec.model_dump(mode="json"))
        np.testing.assert_array_equal(
            after.snapshot(*place).state.params, trainer.snapshot().state.params
        )


@pytest.mark.slow
def test_an_origin_says_where_layers_come_from(programs: Programs) -> None:
    origin = [[1, [1, 0]], [0, [0, 1, 2, 3]]]
    check([RATES], {"layers": [{"units": 2}, {"units": 4}]}, programs, origin)


def test_an_edit_within_an_epoch_leaves_none_behind(programs: Programs) -> None:
    """Networks that are ahead of others stay so until the same epoch is reached by all."""
    now = itertools.count(0.0, 0.01)
    spec = make_spec(layers=[{"units": 2}])
    axes = [span("data.samples", 50, 100, 2)]
    sweep = Sweep(spec, axes, programs=programs, clock=lambda: next(now))
    sweep.compile()
    sweep.go_to(40)
    while sweep.snapshot(0, 0).step == 0:
        sweep.advance(0)
    steps = [sweep.snapshot(0, column).step for column in range(2)]
    assert sweep.epoch == 0
    assert 0 < steps[0] < 40 * 5
    after = edit(sweep, {"regularization": {"l2": 0.001}}, axes, programs)
    assert [after.snapshot(0, column).step for column in range(2)] == steps
    assert after.target == 40
    after.compile()
    while not after.advance(1.0):
        assert after.epoch == 0
    assert after.epoch == 40
    found = [after.snapshot(0, column) for column in range(2)]
    assert [(one.step, one.epoch) for one in found] == [(40 * 5, 40), (40 * 10, 40)]
    again = edit(after, {"batch_size": 50}, axes, programs)
    again.train(1)
    assert [again.snapshot(0, column).epoch for column in range(2)] == [41, 41]
    again.reset()
    assert again.snapshot(0, 0).step == 0


def test_what_diverged_goes_on_and_another_seed_begins_again(programs: Programs) -> None:
    spec = make_spec(data={"name": "plane", "samples": 60}, layers=[])
    axes = [span("regularization.l2", 0.001, 0.01, 2)]
    hot = patch_spec(spec, {"optimizer": {"learning_rate": 10}})
    sweep = Sweep(hot, axes, programs=programs)
    sweep.train(10)
    assert sweep.diverged.all()
    after = edit(sweep, {"optimizer": {"learning_rate": 0.0001}}, axes, programs)
    after.train(1)
    assert not after.diverged.any()
    assert np.isfinite(after.cells[..., :4]).all()
    other = Sweep(patch_spec(after.spec, {"seed": 5}), axes, programs=programs)
    assert not finish(other.continue_from(after))
    assert other.epoch == 0
