"""Loss, optimizer and training as Keras writes them."""

from __future__ import annotations

from engine.exports.data.rows import name_rows
from engine.exports.inputs import SourceInput
from engine.exports.schedules import MathNames, describe_schedule, is_scheduled, write_factor
from engine.exports.text import indent_lines, write_arguments, write_call, write_number
from engine.functions.losses import LOSSES
from engine.functions.optimizers import OPTIMIZERS
from engine.spec import Spec

_MATHS = MathNames("ops.maximum", "ops.minimum", "ops.floor", "ops.cos", "ops.where")


def write_training(parts: SourceInput) -> list[str]:
    """Writes the schedule, the optimizer and `train`."""
    spec, chunks = parts.spec, []
    if is_scheduled(spec.schedule):
        chunks.append(_write_schedule(spec))
    definition = OPTIMIZERS[spec.optimizer.name].keras.definition
    if definition:
        chunks.append(definition)
    if parts.stops_early and _is_penalized(spec):
        chunks.append(_write_plain_loss(spec))
    return [*chunks, _write_optimizer(spec), _write_train(parts)]


def _is_penalized(spec: Spec) -> bool:
    return spec.regularization.l1 > 0 or spec.regularization.l2 > 0


def _write_plain_loss(spec: Spec) -> str:
    """Writes a metric: `val_loss` has the penalty in it, by which nothing is to end."""
    name, _, arguments = LOSSES[spec.resolved_loss].keras.partition("(")
    given = ", ".join([*filter(None, [arguments.removesuffix(")")]), "reduction=None"])
    return f'''\
def plain_loss(targets, outputs):
    """Returns the loss of each sample, without the penalty."""
    return keras.losses.{name}({given})(targets, outputs)'''


def _write_schedule(spec: Spec) -> str:
    body = write_factor(spec.schedule, _MATHS)
    *lines, last = body.split("\n")
    rate = write_number(spec.optimizer.learning_rate)
    value = last.removeprefix("return ")
    value = f"({value})" if " / " in value and not value.startswith("ops") else value
    body = "\n".join([*lines, f"return {rate} * {value}"])
    return f'''\
class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """{describe_schedule(spec.schedule)}."""

    def __call__(self, step):
        step = ops.cast(step, "float32")
{indent_lines(body, 2)}'''


def _write_optimizer(spec: Spec) -> str:
    optimizer, scheduled = spec.optimizer, is_scheduled(spec.schedule)
    rate = "LearningRate()" if scheduled else write_number(optimizer.learning_rate)
    made = OPTIMIZERS[optimizer.name].keras
    arguments = [f"learning_rate={rate}", *write_arguments(made, optimizer.rates)]
    if optimizer.clip_norm is not None:
        arguments.append(f"global_clipnorm={write_number(optimizer.clip_norm)}")
    call = write_call(made.name, arguments, 1, room=len("return "))
    note = "".join(f"    # {line}\n" for line in made.list_notes(optimizer.rates, scheduled))
    return f'''\
def make_optimizer():
    """Returns the optimizer."""
{note}    return {call}'''


def _write_train(parts: SourceInput) -> str:
    spec, rows = parts.spec, name_rows(parts.spec)
    says = "Trains; returns the losses of every epoch"
    if _is_penalized(spec):
        says += ", with the penalty"
    load = f"    {rows.noun}, labels, test_{rows.noun}, test_labels = {rows.load}()\n"
    held = f"{rows.prepare}(test_{rows.noun}), make_targets(test_labels)"
    metrics = stopping = callbacks = ""
    if parts.is_validated:
        load = f"    {rows.noun}, labels, _, _ = {rows.load}()\n"
        load += "    aside, aside_labels = load_validation()\n"
        held = f"{rows.prepare}(aside), make_targets(aside_labels)"
    if parts.stops_early:
        metrics = ", metrics=[plain_loss]" if _is_penalized(spec) else ""
        stopping, callbacks = _write_stopping(spec), "        callbacks=[stopping],\n"
    loss = LOSSES[spec.resolved_loss]
    note = f"    # {loss.keras_note}\n" if loss.keras_note else ""
    return f'''\
def train(epochs):
    """{says}."""
{load}{note}    loss = keras.losses.{loss.keras}
    model.compile(optimizer=make_optimizer(), loss=loss{metrics})
{stopping}    return model.fit(
        {rows.prepare}({rows.noun}),
        make_targets(labels),
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=({held}),
{callbacks}        verbose=2,
    )'''


def _write_stopping(spec: Spec) -> str:
    rule = spec.early_stopping
    monitor = "val_plain_loss" if _is_penalized(spec) else "val_loss"
    arguments = [
        f'monitor="{monitor}"', 'mode="min"', "patience=PATIENCE", "min_delta=MIN_DELTA",
        f"restore_best_weights={rule.restore_best_weights}",
    ]  # fmt: skip
    call = write_call("keras.callbacks.EarlyStopping", arguments, 1, room=len("stopping = "))
    return f"    stopping = {call}\n"
