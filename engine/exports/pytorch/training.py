"""Loss, optimizer and training as PyTorch writes them."""

from __future__ import annotations

from engine.exports.rows import name_rows
from engine.exports.schedules import Mathematics, describe_schedule, is_scheduled, write_factor
from engine.exports.text import indent_lines, write_call, write_number
from engine.spec import OptimizerSpec, RegularizationSpec, Spec

_MATHS = Mathematics("max", "min", "math.floor", "math.cos", "")
_LOSSES = {
    "binary_crossentropy": "nn.BCEWithLogitsLoss()",
    "categorical_crossentropy": "nn.CrossEntropyLoss()",
    "mean_squared_error": "nn.MSELoss()",
    "mean_absolute_error": "nn.L1Loss()",
    "huber": "nn.HuberLoss(delta=1.0)",
    "hinge": "compute_hinge",
}
_HINGE = '''\
def compute_hinge(outputs, targets):
    """max(0, 1 - y z), which PyTorch lacks in this form."""
    return torch.clamp(1 - targets * outputs, min=0).mean()'''
_OWN = '''\
class {name}(torch.optim.Optimizer):
    """{says}"""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {{"lr": lr}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, self.state[parameter], group["lr"])

    def update(self, parameter, state, lr):
{body}'''
_RMSPROP = """\
gradient, rho = parameter.grad, {rho}
v = state.setdefault("v", torch.zeros_like(parameter))
v.mul_(rho).add_((1 - rho) * gradient.square())
parameter.sub_(lr * gradient / torch.sqrt(v + {epsilon}))"""
_NADAM = """\
gradient, b1, b2 = parameter.grad, {beta_1}, {beta_2}
t = state["t"] = state.get("t", 0) + 1
m = state.setdefault("m", torch.zeros_like(parameter))
v = state.setdefault("v", torch.zeros_like(parameter))
m.mul_(b1).add_((1 - b1) * gradient)
v.mul_(b2).add_((1 - b2) * gradient.square())
ahead = b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * gradient / (1 - b1**t)
root = torch.sqrt(v / (1 - b2**t))
parameter.sub_(lr * ahead / (root + {epsilon}))"""
_LION = """\
gradient, b1, b2 = parameter.grad, {beta_1}, {beta_2}
m = state.setdefault("m", torch.zeros_like(parameter))
change = torch.sign(b1 * m + (1 - b1) * gradient)
m.mul_(b2).add_((1 - b2) * gradient)
parameter.sub_(lr * (change + {weight_decay} * parameter))"""
#: Optimizers that PyTorch lacks: the class's name, what it is, and one update.
_OWN_OPTIMIZERS = {
    "rmsprop": (
        "RMSprop",
        "RMSprop with epsilon under the root; PyTorch's own adds it to the root.",
        _RMSPROP,
    ),
    "nadam": (
        "Nadam",
        "Adam that looks one step ahead; PyTorch's own warms its momentum up as well.",
        _NADAM,
    ),
    "lion": ("Lion", "Lion, which PyTorch lacks: only the signs of the changes count.", _LION),
}


def write_training(spec: Spec) -> list[str]:
    """Writes loss, penalty, schedule, optimizer and `train`."""
    chunks = []
    if spec.resolved_loss == "hinge":
        chunks.append(_HINGE)
    if _is_penalized(spec.regularization):
        chunks.append(_write_penalty(spec.regularization))
    if is_scheduled(spec.schedule):
        chunks.append(_write_factor(spec))
    if spec.optimizer.name in _OWN_OPTIMIZERS:
        chunks.append(_write_own(spec.optimizer))
    return [*chunks, _write_optimizer(spec), _write_train(spec)]


def _is_penalized(penalty: RegularizationSpec) -> bool:
    return penalty.l1 > 0 or penalty.l2 > 0


def _write_penalty(penalty: RegularizationSpec) -> str:
    lines = ["total = 0"]
    lines.append("for module in network:")
    lines.append("    if isinstance(module, nn.Linear):")
    if penalty.l1 > 0:
        lines.append(f"        total += {write_number(penalty.l1)} * module.weight.abs().sum()")
    if penalty.l2 > 0:
        lines.append(f"        total += {write_number(penalty.l2)} * module.weight.square().sum()")
    body = indent_lines("\n".join(lines))
    return f'''\
def compute_penalty():
    """Returns the penalty on the kernels."""
{body}
    return total'''


def _write_factor(spec: Spec) -> str:
    body = indent_lines(write_factor(spec.schedule, _MATHS))
    return f'''\
def schedule(step):
    """{describe_schedule(spec.schedule)}."""
{body}'''


def _write_own(optimizer: OptimizerSpec) -> str:
    name, says, body = _OWN_OPTIMIZERS[optimizer.name]
    rates = {key: write_number(value) for key, value in optimizer if isinstance(value, float)}
    return _OWN.format(name=name, says=says, body=indent_lines(body.format(**rates), 2))


def _write_optimizer(spec: Spec) -> str:
    call = write_call(*_name_optimizer(spec.optimizer), 1, room=len("return "))
    note = ""
    if spec.optimizer.name == "adagrad":
        note = "    # Epsilon stands under the root in LiveNet, so it is part of the start.\n"
    return f'''\
def make_optimizer():
    """Returns the optimizer."""
{note}    return {call}'''


def _name_optimizer(optimizer: OptimizerSpec) -> tuple[str, list[str]]:
    arguments = ["network.parameters()", f"lr={write_number(optimizer.learning_rate)}"]
    beta_1, beta_2 = write_number(optimizer.beta_1), write_number(optimizer.beta_2)
    adam = [*arguments, f"betas=({beta_1}, {beta_2})", f"eps={write_number(optimizer.epsilon)}"]
    momentum = [f"momentum={write_number(optimizer.momentum)}"] if optimizer.momentum else []
    match optimizer.name:
        case "sgd":
            return "torch.optim.SGD", arguments
        case "momentum":
            return "torch.optim.SGD", [*arguments, *momentum]
        case "nesterov":
            ahead = ["nesterov=True"] if momentum else []
            return "torch.optim.SGD", [*arguments, *momentum, *ahead]
        case "adagrad":
            start = f"initial_accumulator_value=0.1 + {write_number(optimizer.epsilon)}"
            return "torch.optim.Adagrad", [*arguments, start, "eps=0"]
        case "adadelta":
            rates = [f"rho={write_number(optimizer.rho)}", f"eps={write_number(optimizer.epsilon)}"]
            return "torch.optim.Adadelta", [*arguments, *rates]
        case "adam":
            return "torch.optim.Adam", adam
        case "adamw":
            decay = f"weight_decay={write_number(optimizer.weight_decay)}"
            return "torch.optim.AdamW", [*adam, decay]
        case _:
            return _OWN_OPTIMIZERS[optimizer.name][0], arguments


def _write_train(spec: Spec) -> str:
    rows = name_rows(spec)
    before, after, clip = "", "", ""
    if is_scheduled(spec.schedule):
        before = "    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)\n"
        after = "            rate.step()\n"
    if spec.optimizer.clip_norm is not None:
        norm = write_number(spec.optimizer.clip_norm)
        clip = f"            nn.utils.clip_grad_norm_(network.parameters(), {norm})\n"
    penalty = ""
    if _is_penalized(spec.regularization):
        penalty = "            loss = loss + compute_penalty()\n"
    return f'''\
def train(epochs):
    """Trains, and prints the loss of the last batch now and then."""
    {rows.noun}, labels, _, _ = {rows.load}()
    inputs = torch.tensor({rows.prepare}({rows.noun}))
    targets = torch.tensor(make_targets(labels))
    compute_loss = {_LOSSES[spec.resolved_loss]}
    optimizer = make_optimizer()
{before}    network.train()
    for epoch in range(epochs):
        for rows in make_batches(len({rows.noun}), epoch):
            optimizer.zero_grad()
            loss = compute_loss(network(inputs[rows]), targets[rows])
{penalty}            loss.backward()
{clip}            optimizer.step()
{after}        if (epoch + 1) % {rows.every} == 0:
            print(f"epoch {{epoch + 1}}: loss {{loss.item():.4f}}")'''
