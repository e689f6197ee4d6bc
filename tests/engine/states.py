"""What a trainer holds, read and written through its saved file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from engine import Programs, Spec, Trainer
from engine.base.counters import Counters
from engine.programs.training import State
from engine.state.checkpoints import save_checkpoint
from engine.state.snapshots import Snapshot, no_ranges
from tests.engine import oracle

Floats = NDArray[np.float32]


class Saved(NamedTuple):
    """Parameters and the optimizer's slots, flat; see `oracle` for their order."""

    params: Floats
    m: Floats
    v: Floats


class Layer(NamedTuple):
    """One dense layer of a flat vector; slopes are empty for the output."""

    kernel: Floats
    bias: Floats
    slopes: Floats


def read_state(trainer: Trainer) -> Saved:
    """Returns what the trainer would save."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        trainer.save(path)
        return Saved(**load_file(path))


def load_state(
    spec: Spec, programs: Programs, params: Any, m: Any = None, v: Any = None
) -> Trainer:
    """Returns a trainer at step 0 with the given parameters and slots (0 if None)."""
    params = np.asarray(params, np.float32)
    m, v = (np.zeros_like(params) if s is None else np.asarray(s, np.float32) for s in (m, v))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state"
        state = State(params, m, v)
        save_checkpoint(path, Snapshot(spec, None, state, Counters(), no_ranges(spec)))
        return Trainer.load(path, programs)


def draw_params(spec: Spec, seed: int, scale: float = 0.7) -> Floats:
    """Draws normal weights and biases, and all that units have besides between 0 and 1."""
    rng = np.random.default_rng(seed)
    flat = rng.normal(0.0, scale, oracle.n_flat(spec))
    flat[oracle.n_weights(spec) :] = rng.uniform(0.0, 1.0, len(flat) - oracle.n_weights(spec))
    return flat.astype(np.float32)


def take_apart(spec: Spec, flat: Floats) -> list[Layer]:
    """Returns the dense layers of a flat vector, the output last."""
    kernels, biases, slopes = oracle.split(spec, flat)
    return [Layer(*parts) for parts in zip(kernels, biases, [*slopes, flat[:0]], strict=True)]


def same_bits(a: Any, b: Any) -> bool:
    """Whether two arrays are equal bit for bit."""
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
