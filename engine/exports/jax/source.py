"""The source for plain JAX and optax."""

from __future__ import annotations

from engine.exports.data.common import write_batches, write_score
from engine.exports.data.rows import name_rows
from engine.exports.inputs import Source, SourceInput
from engine.exports.jax.layers import write_initial, write_layers
from engine.exports.jax.training import write_training
from engine.exports.weights import write_loader
from engine.spec import Spec

_TAKE = """\
# draw_params(jax.random.key(SEED)) would begin anew.
params = load_weights()"""
_TAKE_AVERAGES = """\
# draw_params(jax.random.key(SEED)) and make_averages() would begin anew.
weights = load_weights()
averages = {name: weights.pop(name) for name in make_averages()}
params = weights"""


def write_jax(parts: SourceInput) -> Source:
    """Writes the parts of a source that are JAX's own."""
    spec = parts.spec
    state = ["params", "averages"] if spec.normalized else ["params"]
    weights, start = [], [_write_start(spec)]
    if parts.weights is not None:
        loader = write_loader(parts.weights, inline=parts.weights_inline)
        weights, start = [*loader, _TAKE_AVERAGES if spec.normalized else _TAKE], []
    return Source(
        framework="JAX",
        packages=("jax", "optax"),
        imports=("import jax", "import jax.numpy as jnp", "import optax"),
        network=[*write_layers(spec), *write_initial(spec), *start],
        weights=weights,
        training=[write_batches(), *write_training(parts)],
        result=[_write_predict(spec), write_score(spec)],
        train=f"{', '.join(state)} = train({', '.join(state)}, EPOCHS)",
    )


def _write_start(spec: Spec) -> str:
    start = "params = draw_params(jax.random.key(SEED))"
    return f"{start}\naverages = make_averages()" if spec.normalized else start


def _write_predict(spec: Spec) -> str:
    rows = name_rows(spec)
    if spec.normalized:
        run = f"z, _ = forward(params, averages, {rows.prepare}({rows.noun}))"
    else:
        run = f"z = forward(params, {rows.prepare}({rows.noun}))"
    return f'''\
def predict({rows.noun}):
    """Returns the outputs [n, K] for {rows.noun} {rows.shape}."""
    {run}
    return np.asarray(activate(z))'''
