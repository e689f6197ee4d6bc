"""First-order optimizers: one entry each, settings of the one rule of `update_rule`.

SGD, momentum, Nesterov, Adagrad, RMSProp, Adam, AdamW and Nadam are settings of its
coefficients; Lion takes the sign of the numerator, and Adadelta keeps squared updates in m. So an
optimizer can change while a compiled program runs. The arithmetic is that of optax 0.2.8, and
tests hold it to that update by update.

References:
    Polyak, 1964 (momentum); Nesterov, 1983; Duchi et al., 2011 (Adagrad); Zeiler,
    arXiv:1212.5701 (Adadelta); Hinton, 2012 (RMSProp); Kingma and Ba, arXiv:1412.6980 (Adam);
    Loshchilov and Hutter, arXiv:1711.05101 (AdamW); Dozat, 2016 (Nadam); Chen et al.,
    arXiv:2302.06675 (Lion).
"""

from __future__ import annotations

from dataclasses import replace

from engine.functions.code import OptimizerCall, Rates, pytorch_optimizer
from engine.functions.optimizer_registry import OPTIMIZERS, Optimizer
from engine.functions.update_rule import NO_TERMS, Coefficients

_ADAGRAD_START = 0.1
#: Keras's Lion wants a beta_1 above 0.
_SMALLEST = 1e-12


_OF_M = replace(NO_TERMS, m=True)
_OF_V = replace(NO_TERMS, v=True)
_OF_ADAM = replace(NO_TERMS, m=True, v=True, correction=True)


def _sgd(_: Rates) -> Coefficients:
    return Coefficients(floor=1.0, use_gradient=1.0)


OPTIMIZERS.register(
    Optimizer(
        "sgd", "w ← w - rate g", (), NO_TERMS, _sgd,
        keras=OptimizerCall("keras.optimizers.SGD"),
        pytorch=OptimizerCall("torch.optim.SGD"),
        jax=OptimizerCall("optax.sgd"),
    )
)  # fmt: skip


def _momentum(rates: Rates) -> Coefficients:
    return Coefficients(floor=1.0, keep_m=rates["momentum"], add_m=1.0, use_m=1.0)


def _note_momentum(rates: Rates, scheduled: bool) -> tuple[str, ...]:
    note = "Keras keeps the learning rate in the momentum; LiveNet applies the present one."
    return (note,) if scheduled else ()


_KEEP = "momentum={momentum}"

OPTIMIZERS.register(
    Optimizer(
        "momentum", "m ← μ m + g; w ← w - rate m", ("momentum",), _OF_M, _momentum,
        keras=OptimizerCall("keras.optimizers.SGD", (_KEEP,), notes=_note_momentum),
        pytorch=OptimizerCall(
            "torch.optim.SGD", lambda rates: (_KEEP,) if rates["momentum"] else ()
        ),
        jax=OptimizerCall("optax.sgd", (_KEEP,)),
    )
)  # fmt: skip


def _nesterov(rates: Rates) -> Coefficients:
    return _momentum(rates)._replace(use_gradient=1.0, use_m=rates["momentum"])


_AHEAD = (_KEEP, "nesterov=True")

OPTIMIZERS.register(
    Optimizer(
        "nesterov", "m ← μ m + g; w ← w - rate (g + μ m)", ("momentum",), _OF_M, _nesterov,
        keras=OptimizerCall("keras.optimizers.SGD", _AHEAD, notes=_note_momentum),
        # PyTorch refuses to look ahead without momentum.
        pytorch=OptimizerCall("torch.optim.SGD", lambda rates: _AHEAD if rates["momentum"] else ()),
        jax=OptimizerCall("optax.sgd", _AHEAD),
    )
)  # fmt: skip


def _adagrad(rates: Rates) -> Coefficients:
    return Coefficients(
        use_gradient=1.0,
        keep_v=1.0,
        add_v=1.0,
        divide=1.0,
        inside=rates["epsilon"] + _ADAGRAD_START,
    )


OPTIMIZERS.register(
    Optimizer(
        "adagrad", "v ← v + g²; w ← w - rate g / sqrt(v + 0.1 + ε)", ("epsilon",), _OF_V, _adagrad,
        keras=OptimizerCall(
            "keras.optimizers.Adagrad", ("initial_accumulator_value=0.1", "epsilon={epsilon}")
        ),
        pytorch=OptimizerCall(
            "torch.optim.Adagrad", ("initial_accumulator_value=0.1 + {epsilon}", "eps=0"),
            notes=("Epsilon stands under the root in LiveNet, so it is part of the start.",),
        ),
        jax=OptimizerCall("optax.adagrad", ("eps={epsilon}",)),
    )
)  # fmt: skip


def _rmsprop(rates: Rates) -> Coefficients:
    return Coefficients(
        keep_v=rates["rho"],
        add_v=1 - rates["rho"],
        use_gradient=1.0,
        divide=1.0,
        inside=rates["epsilon"],
    )


def _adadelta(rates: Rates) -> Coefficients:
    return _rmsprop(rates)._replace(
        keep_m=rates["rho"], add_m=1 - rates["rho"], squared_updates=1.0
    )


OPTIMIZERS.register(
    Optimizer(
        "adadelta",
        "v ← ρ v + (1 - ρ) g²; d = g sqrt(u + ε) / sqrt(v + ε); u ← ρ u + (1 - ρ) d²; "
        "w ← w - rate d",
        ("rho", "epsilon"), replace(NO_TERMS, m=True, v=True, squared_updates=True), _adadelta,
        keras=OptimizerCall("keras.optimizers.Adadelta", ("rho={rho}", "epsilon={epsilon}")),
        pytorch=OptimizerCall("torch.optim.Adadelta", ("rho={rho}", "eps={epsilon}")),
        jax=OptimizerCall("optax.adadelta", ("rho={rho}", "eps={epsilon}")),
    )
)  # fmt: skip

_PYTORCH_RMSPROP = pytorch_optimizer(
    "RMSprop",
    "RMSprop with epsilon under the root; PyTorch's own adds it to the root.",
    """\
gradient, rho = parameter.grad, {rho}
v = state.setdefault("v", torch.zeros_like(parameter))
v.mul_(rho).add_((1 - rho) * gradient.square())
parameter.sub_(lr * gradient / torch.sqrt(v + {epsilon}))""",
)

OPTIMIZERS.register(
    Optimizer(
        "rmsprop", "v ← ρ v + (1 - ρ) g²; w ← w - rate g / sqrt(v + ε)", ("rho", "epsilon"),
        _OF_V, _rmsprop,
        keras=OptimizerCall("keras.optimizers.RMSprop", ("rho={rho}", "epsilon={epsilon}")),
        pytorch=OptimizerCall("RMSprop", definition=_PYTORCH_RMSPROP),
        jax=OptimizerCall("optax.rmsprop", ("decay={rho}", "eps={epsilon}")),
    )
)  # fmt: skip


def _adam(rates: Rates) -> Coefficients:
    b1, b2 = rates["beta_1"], rates["beta_2"]
    return Coefficients(
        keep_m=b1, add_m=1 - b1, keep_v=b2, add_v=1 - b2, use_m=1.0,
        decay_m=b1, decay_v=b2, divide=1.0, outside=rates["epsilon"],
    )  # fmt: skip


_ADAM_RATES = ("beta_1", "beta_2", "epsilon")
_KERAS_ADAM = ("beta_1={beta_1}", "beta_2={beta_2}", "epsilon={epsilon}")
_PYTORCH_ADAM = ("betas=({beta_1}, {beta_2})", "eps={epsilon}")
_JAX_ADAM = ("b1={beta_1}", "b2={beta_2}", "eps={epsilon}")
_DECAY = "weight_decay={weight_decay}"
_KERAS_EPSILON = (
    "Keras adds epsilon before it corrects the mean square for its start at 0, so",
    "the first steps are a little smaller than in LiveNet where gradients are tiny.",
)

OPTIMIZERS.register(
    Optimizer(
        "adam",
        "m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; w ← w - rate m̂ / (sqrt(v̂) + ε)",
        _ADAM_RATES, _OF_ADAM, _adam,
        keras=OptimizerCall("keras.optimizers.Adam", _KERAS_ADAM, notes=_KERAS_EPSILON),
        pytorch=OptimizerCall("torch.optim.Adam", _PYTORCH_ADAM),
        jax=OptimizerCall("optax.adam", _JAX_ADAM),
    )
)  # fmt: skip


def _adamw(rates: Rates) -> Coefficients:
    return _adam(rates)._replace(weight_decay=rates["weight_decay"])


OPTIMIZERS.register(
    Optimizer(
        "adamw", "as `adam`, and w ← w - rate λ w", (*_ADAM_RATES, "weight_decay"),
        replace(_OF_ADAM, weight_decay=True), _adamw,
        keras=OptimizerCall("keras.optimizers.AdamW", (*_KERAS_ADAM, _DECAY), notes=_KERAS_EPSILON),
        pytorch=OptimizerCall("torch.optim.AdamW", (*_PYTORCH_ADAM, _DECAY)),
        jax=OptimizerCall("optax.adamw", (*_JAX_ADAM, _DECAY)),
    )
)  # fmt: skip


def _nadam(rates: Rates) -> Coefficients:
    b1 = rates["beta_1"]
    return _adam(rates)._replace(use_gradient=1 - b1, use_m=b1, ahead=1.0)


_KERAS_NADAM = '''\
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
_PYTORCH_NADAM = pytorch_optimizer(
    "Nadam",
    "Adam that looks one step ahead; PyTorch's own warms its momentum up as well.",
    """\
gradient, b1, b2 = parameter.grad, {beta_1}, {beta_2}
t = state["t"] = state.get("t", 0) + 1
m = state.setdefault("m", torch.zeros_like(parameter))
v = state.setdefault("v", torch.zeros_like(parameter))
m.mul_(b1).add_((1 - b1) * gradient)
v.mul_(b2).add_((1 - b2) * gradient.square())
ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * gradient / (1 - b1**t)
root = torch.sqrt(v / (1 - b2**t))
parameter.sub_(lr * ahead / (root + {epsilon}))""",
)

OPTIMIZERS.register(
    Optimizer(
        "nadam",
        "as `adam` with β₁ m / (1 - β₁^(t+1)) + (1 - β₁) g / (1 - β₁^t) in place of m̂",
        _ADAM_RATES, _OF_ADAM, _nadam,
        keras=OptimizerCall("Nadam", _KERAS_ADAM, _KERAS_NADAM),
        pytorch=OptimizerCall("Nadam", definition=_PYTORCH_NADAM),
        jax=OptimizerCall("optax.nadam", _JAX_ADAM),
    )
)  # fmt: skip


def _lion(rates: Rates) -> Coefficients:
    b1, b2 = rates["beta_1"], rates["beta_2"]
    return Coefficients(
        keep_m=b2, add_m=1 - b2, use_gradient=1 - b1, use_old_m=b1,
        floor=1.0, sign=1.0, weight_decay=rates["weight_decay"],
    )  # fmt: skip


def _keras_lion(rates: Rates) -> tuple[str, ...]:
    first = "beta_1={beta_1}" if rates["beta_1"] >= _SMALLEST else f"beta_1={_SMALLEST}"
    return first, "beta_2={beta_2}", _DECAY


def _note_lion(rates: Rates, scheduled: bool) -> tuple[str, ...]:
    return () if rates["beta_1"] else ("Keras wants beta_1 above 0.",)


_PYTORCH_LION = pytorch_optimizer(
    "Lion",
    "Lion, which PyTorch lacks: only the signs of the changes count.",
    """\
gradient, b1, b2 = parameter.grad, {beta_1}, {beta_2}
m = state.setdefault("m", torch.zeros_like(parameter))
change = torch.sign(b1 * m + (1 - b1) * gradient)
m.mul_(b2).add_((1 - b2) * gradient)
parameter.sub_(lr * (change + {weight_decay} * parameter))""",
)

OPTIMIZERS.register(
    Optimizer(
        "lion", "w ← w - rate (sign(β₁ m + (1 - β₁) g) + λ w); m ← β₂ m + (1 - β₂) g",
        ("beta_1", "beta_2", "weight_decay"),
        replace(_OF_M, sign=True, weight_decay=True), _lion,
        keras=OptimizerCall("keras.optimizers.Lion", _keras_lion, notes=_note_lion),
        pytorch=OptimizerCall("Lion", definition=_PYTORCH_LION),
        jax=OptimizerCall("optax.lion", ("b1={beta_1}", "b2={beta_2}", _DECAY)),
    )
)  # fmt: skip
