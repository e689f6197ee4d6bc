"""Loops of small networks are folded into one function, and the process starts where XLA cannot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from engine import parse_spec
from engine.base import loops
from engine.base.devices import small_network_device
from engine.base.loops import are_loops_folded, unfolded_loop
from engine.programs.models import ExactModel
from engine.programs.turns import compile_turn
from tests.programs import ROOT

#: What XLA marks a folded loop with.
FOLDED = 'xla_cpu_small_call="true"'


def compile_text(units: tuple[int, ...], batch_size: int) -> str:
    """The compiled program of a network, as text."""
    layers = [{"units": n} for n in units]
    spec = parse_spec({"layers": layers, "batch_size": batch_size, "data": {"samples": 60}})
    compiled = compile_turn(ExactModel.of(spec, 30, 60, 20))
    return compiled.as_text()  # pyright: ignore[reportFunctionMemberAccess]


def test_loops_are_folded() -> None:
    assert are_loops_folded()


@pytest.mark.parametrize(
    ("units", "batch_size", "folded"),
    [
        ((4,), 10, True),
        ((4, 2), 10, True),
        ((8, 8), 30, True),
        ((16, 16), 10, True),
        ((32, 32), 10, False),
    ],
)
def test_small_networks_train_in_a_folded_loop(
    units: tuple[int, ...], batch_size: int, folded: bool
) -> None:
    assert (FOLDED in compile_text(units, batch_size)) == folded


def test_updates_and_what_is_measured_after_them_are_one_kernel() -> None:
    entry = compile_text((8, 8), 10).split("ENTRY")[1]
    launched = re.findall(r" (call|fusion|while|dot|conditional|copy)\(", entry)
    assert launched.count("call") == 1
    assert launched.count("while") == launched.count("dot") == 0
    # XLA hands launches to other threads where more than eight could be made at once.
    assert len(launched) <= 12, launched


@pytest.mark.parametrize(("loop", "folded"), [(lax.fori_loop, True), (unfolded_loop, False)])
def test_a_loop_of_matrix_products_can_be_kept_from_being_folded(loop: Any, folded: bool) -> None:
    def multiply(n: jax.Array, kernels: jax.Array, h: jax.Array) -> jax.Array:
        return loop(0, n, lambda i, h: jnp.tanh(kernels[i].T @ h), h)

    kernels = np.random.default_rng(0).standard_normal((3, 32, 32)).astype(np.float32)
    h = np.ones((32, 512), np.float32)
    with jax.default_device(small_network_device()), jax.default_matmul_precision("highest"):
        program = jax.jit(multiply).lower(jnp.int32(3), kernels, h).compile()
    assert (FOLDED in (program.as_text() or "")) == folded
    expected = h
    for kernel in kernels:
        expected = np.tanh(kernel.T @ expected)
    np.testing.assert_allclose(program(jnp.int32(3), kernels, h), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", "True"),
        ("--xla_cpu_use_fusion_emitters=false", "True"),
        # Own options stay, so nothing is folded, and that is said once.
        ("--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=0", "False"),
    ],
)
def test_what_xla_is_told_already_stays(flags: str, expected: str) -> None:
    script = """import os, engine
from engine.base.loops import are_loops_folded
print(are_loops_folded(), are_loops_folded(), os.environ["XLA_FLAGS"])"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "XLA_FLAGS": flags},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(f"{expected} {expected} {flags}")
    assert done.stderr.count("small networks train more slowly") == (expected == "False")


def test_a_version_that_was_not_tried_starts_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "version", lambda _: "99.0.0")
    monkeypatch.setenv("XLA_FLAGS", "")
    loops.fold_loops()
    assert not os.environ["XLA_FLAGS"]
