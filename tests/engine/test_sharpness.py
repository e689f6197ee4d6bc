"""The `sharpness` view against `jax.hessian` in float64, and its limit against what diverges."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine import FrameRequest, Programs, Spec, Trainer, parse_spec
from engine.base.slices import finish
from engine.data.datasets import make_dataset
from engine.functions.activations import ACTIVATIONS
from engine.functions.features import FEATURES, compute_features
from engine.functions.heads import HEADS, head_index, make_targets
from engine.insight.sharpness import find_limit, multiply_hessian
from engine.network import Layout
from tests.engine import states
from tests.engine.test_landscape import start_line

SHARPNESS = FrameRequest(views=("sharpness",))


def largest_eigenvalue(trainer: Trainer) -> float:
    """Of the Hessian of mean train loss and L2 penalty, by `jax.hessian` in float64."""
    spec, data, layout = trainer.spec, trainer.data, Layout.of(trainer.spec)
    n = data.n_train
    head = HEADS[head_index(spec.task, spec.resolved_loss)]
    columns = [FEATURES.index(name) for name in spec.features]
    with jax.enable_x64(True):
        x = jnp.asarray(compute_features(data.x[:n])[:, columns], jnp.float64).T
        y = jnp.asarray(make_targets(data.labels[:n], head, spec.n_outputs), jnp.float64).T

        def objective(flat: Any) -> Any:
            h = x
            for i, layer in enumerate(spec.layers):
                entry = ACTIVATIONS[layer.activation]
                own = flat[layout.unit_slice(layout.unit_parameters[0], i)][:, None]
                slope = own if entry.learned_slope else jnp.full_like(own, layer.negative_slope)
                z = layout.kernel(flat, i).T @ h + flat[layout.bias_slice(i)][:, None]
                h = entry.apply(z, slope)
            last = layout.n_hidden
            z = layout.kernel(flat, last).T @ h + flat[layout.bias_slice(last)][:, None]
            penalty = spec.regularization.l2 * jnp.sum((flat * layout.kernel_mask) ** 2)
            return jnp.mean(head.rows(z, head.activate(z), y, spec.n_outputs)) + penalty

        flat = jnp.asarray(trainer.snapshot().state.params, jnp.float64)
        return float(np.linalg.eigvalsh(np.asarray(jax.hessian(objective)(flat)))[-1])


#: Cases whose float64 Hessian takes JAX seconds to compile.
SLOW = pytest.mark.slow


def measure(trainer: Trainer) -> Any:
    return trainer.turn(request=SHARPNESS).arrays["sharpness"]


SMOOTH = ["tanh", "sigmoid", "elu", "selu", "gelu", "silu", "mish", "softplus", "sin"]


@pytest.mark.parametrize(
    "more",
    [
        *(
            pytest.param(more, marks=SLOW)
            for more in (
                {},
                {"layers": []},
                {"layers": [{"units": 8, "activation": name} for name in SMOOTH[:6]]},
                {"layers": [{"units": 4, "activation": name} for name in SMOOTH[6:]]},
                {
                    "layers": [
                        {"units": 6, "activation": "relu"},
                        {"units": 5, "activation": "prelu"},
                    ]
                },
                {"data": {"name": "arms"}, "layers": [{"units": 5}]},
                {"data": {"name": "bumps", "samples": 1200}, "regularization": {"l2": 0.05}},
                {"loss": "huber", "features": ["x1", "radius"]},
            )
        ),
    ],
    ids=["plain", "no layer", "six", "others", "kinks", "classes", "penalty", "huber"],
)
def test_it_is_the_largest_eigenvalue(programs: Programs, more: dict[str, Any]) -> None:
    spec = parse_spec(more)
    trainer = states.load_state(spec, programs, states.draw_params(spec, 4))
    for _ in range(2):
        rows = measure(trainer)
        assert rows[-1, 0] == trainer.step
        assert rows[-1, 1] == pytest.approx(largest_eigenvalue(trainer), rel=5e-3)
        trainer.turn(batches=3)


def test_the_line_of_the_lecture(programs: Programs) -> None:
    """The Hessian [[5, 3], [3, 2]]: (7 + 45^.5) / 2, so rates up to 0.2918 settle."""
    trainer = start_line(programs)
    _, value, limit = measure(trainer)[-1]
    assert value == pytest.approx((7 + 45**0.5) / 2, rel=1e-5)
    assert limit == pytest.approx(20)


def settles(optimizer: Any, curvature: float) -> bool:
    """Whether an optimizer comes to the bottom of a parabola in one dimension."""
    w = jnp.array(1.0)
    state = optimizer.init(w)
    for _ in range(400):
        update, state = optimizer.update(curvature * w, state)
        w = w + update
        if not abs(w) < 1e6:
            return False
    return bool(abs(w) < 1)


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        ("sgd", optax.sgd(0.1)),
        ("momentum", optax.sgd(0.1, momentum=0.6)),
        ("nesterov", optax.sgd(0.1, momentum=0.6, nesterov=True)),
    ],
)
def test_beyond_the_limit_an_optimizer_diverges(name: str, optimizer: Any) -> None:
    spec = parse_spec({"optimizer": {"name": name, "learning_rate": 0.1, "momentum": 0.6}})
    limit = find_limit(spec, 1.0)
    assert settles(optimizer, 0.97 * limit)
    assert not settles(optimizer, 1.03 * limit)


def test_the_limit_follows_the_schedule_and_adaptive_rules_have_none(programs: Programs) -> None:
    schedule = {"name": "step", "warmup_steps": 0, "decay_steps": 10, "decay_rate": 0.5}
    trainer = Trainer(parse_spec({"schedule": schedule}), programs)
    trainer.turn(batches=12)
    assert measure(trainer)[-1, 2] == pytest.approx(2 / 0.015)
    trainer.edit({"optimizer": {"name": "adam"}})
    assert np.isnan(measure(trainer)[-1, 2])


def test_a_session_that_trains_gets_it_little_by_little(programs: Programs) -> None:
    trainer = Trainer(Spec(), programs)
    hurried = FrameRequest(views=("sharpness",), patient=False)
    measure(trainer)
    rows: Any = []
    while len(rows) < 4:
        rows = trainer.turn(batches=1, request=hurried).arrays["sharpness"]
    assert (np.diff(rows[:, 0]) > 0).all()
    trainer.reset()
    assert len(measure(trainer)) == 1


def test_the_product_of_a_normalized_network_is_that_of_its_gradients() -> None:
    """Symmetric, and the same along another line: v H u = u H v."""
    layers = [{"units": 4, "activation": "tanh", "batch_norm": True}]
    spec = parse_spec({"layers": layers})
    data, flat = make_dataset(spec.data), states.draw_params(spec, 3).astype(float)
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, len(flat))) / np.sqrt(len(flat))
    hu, hv = (finish(multiply_hessian(spec, data, flat, one)) for one in (u, v))
    assert np.linalg.norm(hu) > 0.01
    assert v @ hu == pytest.approx(u @ hv, rel=1e-4)
