"""The layers of a network as plain JAX writes them."""

from __future__ import annotations

from engine.exports.activations import write_definitions
from engine.exports.data.common import find_head
from engine.exports.initializers import find_initializer, scaled_variance
from engine.exports.text import write_call, write_number
from engine.functions.activations import ACTIVATIONS
from engine.functions.code import fill
from engine.functions.layer_kinds import DENSE
from engine.network.normalization import EPSILON, MOMENTUM
from engine.spec import InitializerSpec, LayerSpec, Spec

_NORMALIZE = f'''\
def normalize(params, averages, layer, h, training):
    """A dense layer without bias, then batch normalization.

    Returns the values, and the moving averages after this batch.
    """
    name = f"layers.{{layer}}."
    z = h @ params[name + "kernel"]
    mean, variance = averages[name + "moving_mean"], averages[name + "moving_variance"]
    if training:
        now = z.mean(axis=0), z.var(axis=0)
        keep = {write_number(MOMENTUM)}
        moved = {{
            name + "moving_mean": keep * mean + (1 - keep) * now[0],
            name + "moving_variance": keep * variance + (1 - keep) * now[1],
        }}
        averages = {{**averages, **moved}}
        mean, variance = now
    normal = (z - mean) * jax.lax.rsqrt(variance + {write_number(EPSILON)})
    return params[name + "gamma"] * normal + params[name + "beta"], averages'''
_DROPOUT = '''\
def dropout(key, layer, rate, h):
    """Drops a share of the units while training, that is, when there is a key."""
    if key is None:
        return h
    keep = jax.random.bernoulli(jax.random.fold_in(key, layer), 1 - rate, h.shape)
    return jnp.where(keep, h / (1 - rate), 0.0)'''


def has_dropout(spec: Spec) -> bool:
    """Whether any layer drops units."""
    return any(hidden.dropout for hidden in spec.layers)


def write_layers(spec: Spec) -> list[str]:
    """Writes the functions that `forward` is made of, and `forward`."""
    chunks = [DENSE.jax.definition]
    if spec.normalized:
        chunks.append(_NORMALIZE)
    chunks += write_definitions(spec, lambda entry: entry.jax)
    if has_dropout(spec):
        chunks.append(_DROPOUT)
    return [*chunks, _write_forward(spec), _write_activate(spec)]


def _write_forward(spec: Spec) -> str:
    arguments = ["params", "x"]
    if spec.normalized:
        arguments = ["params", "averages", "x", "training=False"]
    if has_dropout(spec):
        arguments.append("key=None")
    lines, fed = [], "x"
    for i, hidden in enumerate(spec.layers):
        lines += _write_hidden(i, hidden, fed)
        fed = "h"
    outputs = _write_dense(len(spec.layers), fed)
    says = "Returns the values before the output's activation"
    if spec.normalized:
        says, outputs = f"{says}, and the moving averages", f"{outputs}, averages"
    body = "".join(f"    {line}\n" for line in [*lines, f"return {outputs}"])
    return f'''\
def forward({", ".join(arguments)}):
    """{says}."""
{body}'''.rstrip()


def _write_hidden(i: int, hidden: LayerSpec, fed: str) -> list[str]:
    lines, z = [], _write_dense(i, fed)
    if hidden.batch_norm:
        # Frozen normalization goes by its moving averages, and leaves them alone.
        training = "training" if hidden.trainable else "False"
        lines.append(f"h, averages = normalize(params, averages, {i}, {fed}, {training})")
        z = "h"
    slope, pieces = write_number(hidden.negative_slope), str(hidden.pieces)
    holes = {"slope": slope, "layer": str(i), "z": z, "pieces": pieces}
    z = fill(ACTIVATIONS[hidden.activation].jax.use, holes)
    if z != "h":
        lines.append(f"h = {z}")
    if hidden.dropout:
        lines.append(f"h = dropout(key, {i}, {write_number(hidden.dropout)}, h)")
    return lines


def _write_dense(layer: int, fed: str) -> str:
    return fill(DENSE.jax.use, {"layer": str(layer), "h": fed})


def _write_activate(spec: Spec) -> str:
    output = find_head(spec).output
    return f'''\
def activate(z):
    """Returns the outputs ({output.name})."""
    return {output.jax}'''


def write_initial(spec: Spec) -> list[str]:
    """Writes the functions that make the initial weights and moving averages."""
    rows, averages, widths = [], [], spec.widths
    for i, (inputs, units) in enumerate(zip(widths, spec.sums, strict=False)):
        hidden = spec.layers[i] if i < len(spec.layers) else None
        own = {"kernel": f"draw(keys[{i}], ({inputs}, {units}))"}
        if hidden is not None and hidden.batch_norm:
            own |= {"gamma": f"jnp.ones({units})", "beta": f"jnp.zeros({units})"}
            averages.append((i, "moving_mean", f"jnp.zeros({units})"))
            averages.append((i, "moving_variance", f"jnp.ones({units})"))
        else:
            own["bias"] = f"jnp.zeros({units})"
        if hidden is not None and ACTIVATIONS[hidden.activation].learned_slope:
            own["slope"] = f"jnp.full({units}, {write_number(hidden.negative_slope)})"
        rows += [(i, name, value) for name, value in own.items()]
    draw = _write_draw(spec.initializer)
    draw = draw if "def draw" in draw else f"    draw = {draw}"
    chunks = [
        f'''\
def draw_params(key):
    """Draws the initial weights ({spec.initializer.name})."""
{draw}
    keys = jax.random.split(key, {len(widths) - 1})
    return {{
{_write_rows(rows)}    }}'''
    ]
    if averages:
        chunks.append(f'''\
def make_averages():
    """Returns the moving averages of batch normalization at the start."""
    return {{
{_write_rows(averages)}    }}''')
    return chunks


def _write_rows(rows: list[tuple[int, str, str]]) -> str:
    return "".join(f'        "layers.{i}.{name}": {value},\n' for i, name, value in rows)


def _write_draw(spec: InitializerSpec) -> str:
    found = scaled_variance(spec)
    if found is None:
        entry = find_initializer(spec)
        return fill(entry.jax, {"scale": write_number(spec.scale)})
    if spec.scale == 1:
        return f"jax.nn.initializers.{spec.name}()"
    arguments = (write_number(found.factor), f'"{found.mode}"', f'"{found.distribution}"')
    name = "jax.nn.initializers.variance_scaling"
    return write_call(name, arguments, 1, room=len("draw = "))
