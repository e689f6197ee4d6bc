"""Loss, optimizer and training as plain JAX with optax writes them."""

from __future__ import annotations

from engine.exports.data.rows import name_rows
from engine.exports.early_stopping import write_begin, write_decision
from engine.exports.inputs import SourceInput
from engine.exports.jax.layers import has_dropout
from engine.exports.schedules import MathNames, describe_schedule, is_scheduled, write_factor
from engine.exports.text import indent_lines, write_arguments, write_call, write_number
from engine.functions.losses import LOSSES
from engine.functions.optimizers import OPTIMIZERS
from engine.spec import RegularizationSpec, Spec

_MATHS = MathNames("jnp.maximum", "jnp.minimum", "jnp.floor", "jnp.cos", "jnp.where")


def write_training(parts: SourceInput) -> list[str]:
    """Writes loss, schedule, optimizer, `update` and `train`."""
    spec = parts.spec
    chunks = [_write_loss(spec)]
    if parts.stops_early:
        chunks.append(_write_validation_loss(spec))
    if is_scheduled(spec.schedule):
        chunks.append(_write_schedule(spec))
    definition = OPTIMIZERS[spec.optimizer.name].jax.definition
    if definition:
        chunks.append(definition)
    return [*chunks, _write_optimizer(spec), _write_update(spec), _write_train(parts)]


def _list_state(spec: Spec) -> list[str]:
    return ["params", "averages"] if spec.normalized else ["params"]


def _list_more(spec: Spec) -> list[str]:
    return ["key"] if has_dropout(spec) else []


def _write_penalty(penalty: RegularizationSpec) -> str:
    lines = ["for name, value in params.items():", '    if name.endswith("kernel"):']
    if penalty.l1 > 0:
        lines.append(f"        loss += {write_number(penalty.l1)} * jnp.abs(value).sum()")
    if penalty.l2 > 0:
        lines.append(f"        loss += {write_number(penalty.l2)} * jnp.square(value).sum()")
    return indent_lines("\n".join(lines)) + "\n"


def _write_loss(spec: Spec) -> str:
    penalty, says = "", "Returns the mean loss of some rows"
    if spec.regularization.l1 > 0 or spec.regularization.l2 > 0:
        penalty, says = _write_penalty(spec.regularization), f"{says}, and the penalty"
    arguments = ["params", *_list_state(spec)[1:], "x", "targets", *_list_more(spec)]
    if spec.normalized:
        called = ["params", "averages", "x", "training=True"]
        called += [f"{name}={name}" for name in _list_more(spec)]
        run, value = f"z, averages = forward({', '.join(called)})", "loss, averages"
        says = f"{says}; and the moving averages"
    else:
        called = ["params", "x", *_list_more(spec)]
        run, value = f"z = forward({', '.join(called)})", "loss"
    return f'''\
def compute_loss({", ".join(arguments)}):
    """{says}."""
    {run}
    loss = {LOSSES[spec.resolved_loss].jax}.mean()
{penalty}    return {value}'''


def _write_validation_loss(spec: Spec) -> str:
    given = ", ".join([*_list_state(spec), "x", "targets"])
    made = "z, _" if spec.normalized else "z"
    return f'''\
def compute_validation_loss({given}):
    """Returns the mean loss of what is predicted for some rows, without the penalty."""
    {made} = forward({given.removesuffix(", targets")})
    return {LOSSES[spec.resolved_loss].jax}.mean()'''


def _write_schedule(spec: Spec) -> str:
    *lines, last = write_factor(spec.schedule, _MATHS).split("\n")
    rate = write_number(spec.optimizer.learning_rate)
    lines += [f"factor = {last.removeprefix('return ')}", f"return {rate} * factor"]
    return f'''\
def schedule(step):
    """{describe_schedule(spec.schedule)}."""
{indent_lines(chr(10).join(lines))}'''


def _write_optimizer(spec: Spec) -> str:
    if all(spec.trainable):
        return _write_rule(spec, "optimizer")
    frozen = [f'"layers.{i}."' for i, trained in enumerate(spec.trainable) if not trained]
    return f'''\
{_write_rule(spec, "rule")}
FROZEN = ({", ".join(frozen)},)


def label_params(params):
    """Names the weights that frozen layers keep, and those that are trained."""
    return {{name: "frozen" if name.startswith(FROZEN) else "trained" for name in params}}


optimizer = optax.multi_transform(
    {{"trained": rule, "frozen": optax.set_to_zero()}}, label_params
)'''


def _write_rule(spec: Spec, name: str) -> str:
    optimizer = spec.optimizer
    made = OPTIMIZERS[optimizer.name].jax
    rate = "schedule" if is_scheduled(spec.schedule) else write_number(optimizer.learning_rate)
    arguments = [rate, *write_arguments(made, optimizer.rates)]
    if optimizer.clip_norm is None:
        return f"{name} = {write_call(made.name, arguments, room=len(name) + 3)}"
    clip = f"optax.clip_by_global_norm({write_number(optimizer.clip_norm)})"
    call = write_call(made.name, arguments, 1, room=1)
    return f"{name} = optax.chain(\n    {clip},\n    {call},\n)"


def _write_update(spec: Spec) -> str:
    state, more = _list_state(spec), _list_more(spec)
    given = ", ".join([*state, "slots", "x", "targets", *more])
    called = ", ".join([*state, "x", "targets", *more])
    if spec.normalized:
        gradient = "gradient, averages = jax.grad(compute_loss, has_aux=True)"
    else:
        gradient = "gradient = jax.grad(compute_loss)"
    line = f"    {gradient}({called})"
    if len(line) > 88:
        line = f"    {gradient}(\n        {called}\n    )"
    back = ", ".join(["optax.apply_updates(params, changes)", *state[1:], "slots"])
    return f'''\
@jax.jit
def update({given}):
    """Takes one step: the gradient of the loss, then the optimizer."""
{line}
    changes, slots = optimizer.update(gradient, slots, params)
    return {back}'''


def _write_train(parts: SourceInput) -> str:
    spec, rows = parts.spec, name_rows(parts.spec)
    state, more = _list_state(spec), _list_more(spec)
    names = ", ".join(state)
    begin = each = end = ""
    if parts.stops_early:
        kept = f"({names})" if len(state) > 1 else names
        begin = f"""\
    aside, aside_labels = load_validation()
    aside = {rows.prepare}(aside), make_targets(aside_labels)
"""
        begin += write_begin(spec, kept)
        each = f"        validation_loss = compute_validation_loss({names}, *aside)\n"
        each += write_decision(spec, kept)
        end = f"    {names} = kept\n" if spec.early_stopping.restore_best_weights else ""
    draw, key = "", ""
    if more:
        draw = "    key = jax.random.key(SEED + 1)\n"
        key = "            key, now = jax.random.split(key)\n"
    given = ", ".join([names, "slots", "x", "y", *("now" for _ in more)])
    loss = ", ".join([*state, "inputs", "targets", *("None" for _ in more)])
    measured = f"{'loss, _' if spec.normalized else 'loss'} = compute_loss({loss})"
    return f'''\
def train({names}, epochs):
    """Trains, prints the loss now and then, and returns what was learned."""
    {rows.noun}, labels, _, _ = {rows.load}()
    inputs, targets = {rows.prepare}({rows.noun}), make_targets(labels)
    slots = optimizer.init(params)
{draw}{begin}    for epoch in range(epochs):
        for rows in make_batches(len({rows.noun}), epoch):
            x, y = inputs[rows], targets[rows]
{key}            {names}, slots = update({given})
        if (epoch + 1) % {rows.every} == 0:
            {measured}
            print(f"epoch {{epoch + 1}}: loss {{loss:.4f}}")
{each}{end}    return {names}'''
