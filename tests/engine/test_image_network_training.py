"""Training on images against NumPy and optax, on the real 8x8 digits."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from engine import DivergedError, Programs, Trainer, parse_spec
from engine.spec import names
from tests.engine import image_oracle, states
from tests.engine.specs import SMOOTH_ACTIVATIONS
from tests.sizes import at_night

OPTAX = {
    "sgd": optax.sgd(0.02),
    "momentum": optax.sgd(0.02, momentum=0.9),
    "nesterov": optax.sgd(0.02, momentum=0.9, nesterov=True),
    "adagrad": optax.adagrad(0.02, eps=1e-7),
    "adadelta": optax.adadelta(0.02, rho=0.9, eps=1e-7),
    "rmsprop": optax.rmsprop(0.02, decay=0.9, eps=1e-7),
    "adam": optax.adam(0.02, eps=1e-7),
    "adamw": optax.adamw(0.02, eps=1e-7, weight_decay=0.01),
    "nadam": optax.nadam(0.02, eps=1e-7),
    "lion": optax.lion(0.02, b1=0.9, b2=0.999, weight_decay=0.01),
}


def digits(**changes: Any) -> dict[str, Any]:
    return {
        "data": {"name": "digits"},
        "layers": [{"units": 12, "activation": "tanh"}],
        "optimizer": {"name": "momentum", "learning_rate": 0.01},
        **changes,
    }


def make(programs: Programs, **changes: Any) -> Trainer:
    return Trainer(parse_spec(digits(**changes)), programs)


def check_gradient(trainer: Trainer) -> None:
    """The first slot after one update is the gradient; central differences of some places."""
    spec, before = trainer.spec, states.read_state(trainer).params.astype(float)
    images, labels = image_oracle.batch(trainer, 0)
    trainer.turn(batches=1)
    found = states.read_state(trainer).m
    places = np.random.default_rng(0).permutation(len(before))[:60]
    kept = places[found[places] != 0]
    assert len(kept) > 20
    for place in kept:
        shift = np.zeros_like(before)
        shift[place] = 1e-5
        up, down = (
            image_oracle.loss(spec, before + sign * shift, images, labels) for sign in (1, -1)
        )
        assert found[place] == pytest.approx((up - down) / 2e-5, rel=2e-3, abs=2e-6)


@pytest.mark.parametrize("start", range(0, len(SMOOTH_ACTIVATIONS), 4))
def test_gradients_of_every_activation(programs: Programs, start: int) -> None:
    """Four at a time, for each network is compiled."""
    layers = [
        {"units": 9 - place, "activation": activation, "negative_slope": 0.3}
        for place, activation in enumerate(SMOOTH_ACTIVATIONS[start : start + 4])
    ]
    check_gradient(make(programs, layers=layers))


@pytest.mark.parametrize(
    ("loss", "layers"),
    [
        ("categorical_crossentropy", []),
        ("mean_squared_error", [{"units": 6, "batch_norm": True}]),
        at_night("categorical_crossentropy", [{"units": 6, "batch_norm": True}]),
        at_night("mean_squared_error", []),
    ],
)
def test_gradients_of_every_loss(programs: Programs, loss: str, layers: list[Any]) -> None:
    penalty = {"l1": 0.001, "l2": 0.002}
    check_gradient(make(programs, layers=layers, loss=loss, regularization=penalty))


@jax.jit
def gradient_of_five(flat: jax.Array, images: jax.Array, labels: jax.Array) -> jax.Array:
    """Of the mean cross-entropy of a network with one layer of 5 tanh units."""

    def loss(flat: jax.Array) -> jax.Array:
        first, rest = flat[: 64 * 5].reshape(64, 5), flat[64 * 5 :]
        h = jnp.tanh(images / 255 @ first + rest[:5])
        z = h @ rest[5:55].reshape(5, 10) + rest[55:65]
        return optax.softmax_cross_entropy_with_integer_labels(z, labels).mean()

    return jax.grad(loss)(flat)


#: With every slot and every schedule of rates; the others follow the same rules as on the plane.
USUAL = ("sgd", "adadelta", "nadam", "lion")


@pytest.mark.parametrize(
    "name", [name if name in USUAL else at_night(name) for name in names.OPTIMIZERS]
)
def test_every_optimizer_as_optax(programs: Programs, name: str) -> None:
    """Twenty updates, past the end of an epoch whose last batch is smaller."""
    trainer = make(
        programs,
        layers=[{"units": 5}],
        optimizer={"name": name, "learning_rate": 0.02},
        batch_size=100,
    )
    assert trainer.data.n_train % 100 > 0
    params = jnp.asarray(trainer.weights)
    rule = OPTAX[name]

    @jax.jit
    def update(gradient: jax.Array, slots: Any, params: Any) -> Any:
        changes, slots = rule.update(gradient, slots, params)
        return optax.apply_updates(params, changes), slots

    slots = rule.init(params)
    for step in range(20):
        gradient = gradient_of_five(params, *image_oracle.batch(trainer, step))
        params, slots = update(gradient, slots, params)
    trainer.train(steps=20)
    np.testing.assert_allclose(trainer.weights, np.asarray(params), rtol=2e-3, atol=2e-4)


def test_clipping_shortens_the_gradient(programs: Programs) -> None:
    free, clipped = (
        make(programs),
        make(programs, optimizer={"name": "momentum", "learning_rate": 0.01, "clip_norm": 0.05}),
    )
    for trainer in (free, clipped):
        trainer.turn(batches=1)
    whole, short = states.read_state(free).m, states.read_state(clipped).m
    assert np.linalg.norm(whole) > 0.05
    np.testing.assert_allclose(short, whole * 0.05 / np.linalg.norm(whole), rtol=1e-4, atol=1e-7)


def test_warm_up_and_cosine_scale_the_steps(programs: Programs) -> None:
    schedule = {"name": "cosine", "warmup_steps": 4, "decay_steps": 8}
    trainer = make(
        programs,
        optimizer={"name": "sgd", "learning_rate": 0.1},
        schedule=schedule,
        batch_size=2048,
    )
    lengths = []
    for _ in range(13):
        before = trainer.weights
        trainer.turn(batches=1)
        lengths.append(float(np.linalg.norm(trainer.weights - before)))
    assert lengths[0] == 0.0
    assert lengths[12] == pytest.approx(0.0, abs=1e-7)
    assert max(lengths) == max(lengths[3:6])


def test_batch_normalization_follows_the_batch(programs: Programs) -> None:
    trainer = make(programs, layers=[{"units": 6, "batch_norm": True}])
    flat = states.read_state(trainer).params
    images, _ = image_oracle.batch(trainer, 0)
    kernel, bias = flat[: 64 * 6].reshape(64, 6).astype(float), flat[64 * 6 : 64 * 6 + 6]
    z = images / 255 @ kernel + bias
    trainer.turn(batches=1)
    after = states.read_state(trainer).params
    means, variances = after[-12:-6], after[-6:]
    np.testing.assert_allclose(means, 0.1 * z.mean(axis=0), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(variances, 0.9 + 0.1 * z.var(axis=0), rtol=1e-3)


def test_dropout_trains_with_fewer_units_and_answers_with_all(programs: Programs) -> None:
    layers = [{"units": 200, "activation": "relu", "dropout": 0.5}]
    trainer, again = (make(programs, layers=layers) for _ in range(2))
    images, _ = image_oracle.batch(trainer, 0)
    first = trainer.predict(images)
    np.testing.assert_array_equal(first, trainer.predict(images))
    trainer.turn(batches=1)
    again.turn(batches=1)
    np.testing.assert_array_equal(trainer.weights, again.weights)
    # Of a unit that is dropped for a whole batch nothing is learned; of most something is.
    moved = states.read_state(trainer).m[: 64 * 200].reshape(64, 200)
    assert 0.5 < (moved != 0).any(axis=0).mean() <= 1.0


def test_epochs_are_counted(programs: Programs) -> None:
    trainer = make(programs, batch_size=100)
    batches = -(-trainer.data.n_train // 100)
    assert trainer.batches_per_epoch == batches
    trainer.train(epochs=2)
    assert (trainer.epoch, trainer.step) == (2, 2 * batches)


def test_the_same_seed_is_the_same_run(programs: Programs) -> None:
    one, other = make(programs), make(programs)
    one.train(steps=40)
    for _ in range(8):
        other.turn(batches=5)
    np.testing.assert_array_equal(one.weights, other.weights)
    assert not np.array_equal(make(programs, seed=1).weights, make(programs).weights)


def test_divergence_keeps_the_last_finite_state(programs: Programs) -> None:
    layers = [{"units": 30, "activation": "relu"}] * 3
    wild = {"name": "momentum", "learning_rate": 10.0, "momentum": 0.999}
    changes: dict[str, Any] = {
        "layers": layers, "optimizer": wild, "loss": "mean_squared_error",
        "initializer": {"name": "he_normal", "scale": 5},
        "regularization": {"l2": 1.0},
    }  # fmt: skip
    trainer, single = make(programs, **changes), make(programs, **changes)
    with pytest.raises(DivergedError) as caught:
        trainer.train(epochs=20)
    assert caught.value.step == trainer.step > 0
    assert np.isfinite(trainer.weights).all()
    for _ in range(trainer.step):
        single.turn(batches=1)
    np.testing.assert_array_equal(single.weights, trainer.weights)
    with pytest.raises(DivergedError):
        single.turn(batches=1)


def test_saving_goes_on_bit_for_bit(programs: Programs, tmp_path: Any) -> None:
    trainer = make(programs, optimizer={"name": "adam"}, layers=[{"units": 8, "batch_norm": True}])
    trainer.train(steps=17)
    trainer.save(tmp_path / "model.safetensors")
    loaded = Trainer.load(tmp_path / "model.safetensors", programs)
    trainer.train(steps=20)
    loaded.train(steps=20)
    np.testing.assert_array_equal(trainer.weights, loaded.weights)
    assert trainer.metrics == loaded.metrics


def test_the_real_digits_of_mnist_to_97_percent(mnist_programs: Programs) -> None:
    spec = {
        "data": {"name": "mnist"},
        "layers": [{"units": 100, "activation": "relu"}],
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "schedule": {"name": "cosine", "decay_steps": 2 * 235},
        "batch_size": 256,
    }
    trainer = Trainer(parse_spec(spec), mnist_programs)
    assert trainer.data.n_train == 60_000
    metrics = trainer.train(epochs=2)
    assert metrics["test_accuracy"] >= 0.97
