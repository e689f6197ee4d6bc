"""Loss, optimizer and training as Keras writes them."""

from __future__ import annotations

from engine.exports.rows import name_rows
from engine.exports.schedules import Mathematics, describe_schedule, is_scheduled, write_factor
from engine.exports.text import indent_lines, write_call, write_number
from engine.spec import OptimizerSpec, Spec

_MATHS = Mathematics("ops.maximum", "ops.minimum", "ops.floor", "ops.cos", "ops.where")
_LOSSES = {
    "binary_crossentropy": "BinaryCrossentropy()",
    "categorical_crossentropy": "CategoricalCrossentropy()",
    "mean_squared_error": "MeanSquaredError()",
    "mean_absolute_error": "MeanAbsoluteError()",
    "huber": "Huber(delta=1.0)",
    "hinge": "Hinge()",
}
_CLASSES = {
    "sgd": "SGD",
    "momentum": "SGD",
    "nesterov": "SGD",
    "adagrad": "Adagrad",
    "adadelta": "Adadelta",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
    "lion": "Lion",
}
_RATES = {
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "adagrad": ("epsilon",),
    "adadelta": ("rho", "epsilon"),
    "rmsprop": ("rho", "epsilon"),
    "adam": ("beta_1", "beta_2", "epsilon"),
    "adamw": ("beta_1", "beta_2", "epsilon", "weight_decay"),
    "nadam": ("beta_1", "beta_2", "epsilon"),
    "lion": ("beta_1", "beta_2", "weight_decay"),
}
_SMALLEST = 1e-12  # Keras's Lion wants a beta_1 above 0

_NADAM = '''\
class Nadam(keras.optimizers.Adam):
    """Adam that looks one step ahead; Keras's own warms its momentum up as well."""

    def update_step(self, gradient, variable, learning_rate):
        place = self._get_variable_index(variable)
        m, v = self._momentums[place], self._velocities[place]
        b1, b2 = self.beta_1, self.beta_2
        t = ops.cast(self.iterations + 1, variable.dtype)
        self.assign(m, b1 * m + (1 - b1) * gradient)
        self.assign(v, b2 * v + (1 - b2) * ops.square(gradient))
        ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * gradient / (1 - b1**t)
        root = ops.sqrt(v / (1 - b2**t))
        self.assign_sub(variable, learning_rate * ahead / (root + self.epsilon))'''


def write_training(spec: Spec) -> list[str]:
    """Writes the schedule, the optimizer and `train`."""
    optimizer, chunks = spec.optimizer, []
    if is_scheduled(spec.schedule):
        chunks.append(_write_schedule(spec))
    if optimizer.name == "nadam":
        chunks.append(_NADAM)
    return [*chunks, _write_optimizer(spec), _write_train(spec)]


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
    optimizer = spec.optimizer
    name = optimizer.name
    rate = "LearningRate()" if is_scheduled(spec.schedule) else None
    arguments = [f"learning_rate={rate or write_number(optimizer.learning_rate)}"]
    if name == "adagrad":
        arguments.append("initial_accumulator_value=0.1")
    for key in _RATES.get(name, ()):
        value = getattr(optimizer, key)
        if name == "lion" and key == "beta_1":
            value = max(value, _SMALLEST)
        arguments.append(f"{key}={write_number(value)}")
    if name == "nesterov":
        arguments.append("nesterov=True")
    if optimizer.clip_norm is not None:
        arguments.append(f"global_clipnorm={write_number(optimizer.clip_norm)}")
    made = "Nadam" if name == "nadam" else f"keras.optimizers.{_CLASSES[name]}"
    call = write_call(made, arguments, 1, room=len("return "))
    note = "".join(f"    # {line}\n" for line in _list_notes(optimizer, spec))
    return f'''\
def make_optimizer():
    """Returns the optimizer."""
{note}    return {call}'''


def _list_notes(optimizer: OptimizerSpec, spec: Spec) -> list[str]:
    """What Keras does a little differently."""
    if optimizer.name in ("adam", "adamw"):
        return [
            "Keras adds epsilon before it corrects the mean square for its start at 0, so",
            "the first steps are a little smaller than in LiveNet where gradients are tiny.",
        ]
    if optimizer.name in ("momentum", "nesterov") and is_scheduled(spec.schedule):
        return ["Keras keeps the learning rate in the momentum; LiveNet applies the present one."]
    if optimizer.name == "lion" and optimizer.beta_1 == 0:
        return ["Keras wants beta_1 above 0."]
    return []


def _write_train(spec: Spec) -> str:
    penalty, rows = spec.regularization, name_rows(spec)
    says = "Trains; returns the losses of every epoch"
    if penalty.l1 > 0 or penalty.l2 > 0:
        says += ", with the penalty"
    note = ""
    if spec.resolved_loss.endswith("crossentropy"):
        note = "    # Keras keeps probabilities 1e-7 away from 0 and 1 in this loss.\n"
    return f'''\
def train(epochs):
    """{says}."""
    {rows.noun}, labels, test_{rows.noun}, test_labels = {rows.load}()
{note}    loss = keras.losses.{_LOSSES[spec.resolved_loss]}
    model.compile(optimizer=make_optimizer(), loss=loss)
    return model.fit(
        {rows.prepare}({rows.noun}),
        make_targets(labels),
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=({rows.prepare}(test_{rows.noun}), make_targets(test_labels)),
        verbose=2,
    )'''
