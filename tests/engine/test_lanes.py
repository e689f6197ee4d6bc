"""A function of all lanes gives what it gives for each lane alone."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from engine.base.lanes import run_lanes

LANES = 3


def test_lanes_are_computed_as_each_would_be_alone() -> None:
    rng = np.random.default_rng(1)
    shared = jnp.asarray(rng.normal(size=(5, 4)).astype(np.float32))

    def run(kernel: Array, rate: Array, start: Array) -> dict[str, Array]:
        def loss(kernel: Array) -> Array:
            z = jnp.sum(shared[:, :, None] * kernel[None], axis=1)
            return jnp.mean(jnp.square(jax.nn.relu(z) - 1.0)) + jax.nn.logsumexp(z)

        def add(i: Array, total: Array) -> Array:
            return total + rate * i

        return {
            "update": kernel - rate * jax.grad(loss)(kernel),
            "matrix product": shared @ kernel,
            "rows": lax.dynamic_slice(shared, (start, 0), (2, 4)),
            "chosen": lax.cond(rate > 0, jnp.sum, jnp.max, kernel),
            "loop": lax.fori_loop(0, start, add, jnp.zeros(())),
            "sorted": jnp.sort(kernel, axis=0)[::-1],
            "joined": jnp.concatenate([kernel.ravel(), jnp.ones(2), rate[None]]),
            "largest": jnp.argmax(kernel, axis=0),
            "shared": shared.T,
            "turned": jnp.where(rate > 0, kernel.T, shared[:2]),
            "number": jnp.float32(2.0),
        }

    own = (
        jnp.asarray(rng.normal(size=(4, 2, LANES)).astype(np.float32)),
        jnp.asarray([0.1, -0.2, 0.3], jnp.float32),
        jnp.arange(LANES),
    )
    together = jax.jit(lambda *own: run_lanes(run, *own, lanes=LANES))(*own)
    run_alone = jax.jit(run)
    for lane in range(LANES):
        alone = run_alone(*(of[..., lane] for of in own))
        assert together.keys() == alone.keys()
        for name, expected in alone.items():
            assert together[name].shape == (*expected.shape, LANES), name
            np.testing.assert_allclose(
                together[name][..., lane], expected, rtol=1e-6, atol=1e-6, err_msg=name
            )
