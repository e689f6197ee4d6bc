"""Recordings of a few frames, made by the page's own modules."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from tests.page.node import Modules

#: Makes a recording, as a hostile hand might: `change(spec, meta, about, arrays)`.
_MAKE = """
const { pack, unpack } = await import("recordings/format");
const array = (data, ...shape) => ({ data, shape });
const make = (change, count = 3) => {
  const spec = {
    features: ["x1"], layers: [{ units: 1, activation: "relu", dropout: 0 }],
    data: { name: "xor", points: null, noise: 0 },
    optimizer: { name: "sgd", learning_rate: 0.1 }, regularization: { l1: 0 }, seed: 1,
  };
  const meta = {
    step: 1, epoch: 1, spec_id: 0, boundary_range: [0, 1], units_range: [[-1, 1]],
    train_loss: 0.5, test_loss: 0.5, penalty: 0, train_accuracy: 0.5, test_accuracy: 0.5,
  };
  const about = { recorded: "2026-01-01T00:00:00.000Z", every: 1 };
  const arrays = {
    boundary: array(new Uint8Array(10000), 1, 100, 100),
    units: array(new Uint8Array(1024), 1, 32, 32),
    weights: array(new Float32Array(4), 4),
    history: array(Float32Array.of(1, 0.5, 0.5, 0.5, 0.5), 1, 5),
    points: array(new Float32Array(12), 2, 6),
  };
  change(spec, meta, about, arrays);
  const steps = Array.from({ length: count }, (_, i) => (meta.step === 1 ? i : meta.step));
  return pack({ about, frames: steps.map((step) => ({ spec, meta: { ...meta, step }, arrays })) });
};
"""


def make_with(changes: Iterable[str], script: str) -> str:
    """A script that has `make`, and `changes` in an array.

    They are source, since a page may make no functions out of texts.
    """
    bodies = ", ".join(f"(spec, meta, about, arrays) => {{ {change}; }}" for change in changes)
    return f"{_MAKE} const changes = [{bodies}]; {script}"


def make_recording(modules: Modules, change: str, count: int = 3) -> bytes:
    """A recording of some frames with one change, packed."""
    script = "return Buffer.from(await make(changes[0], arguments[0])).toString('base64');"
    return base64.b64decode(modules.load(make_with([change], script), count))
