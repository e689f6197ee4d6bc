"""Loss, optimizer and training as PyTorch writes them."""

from __future__ import annotations

from engine.exports.data.rows import name_rows
from engine.exports.early_stopping import write_begin, write_decision
from engine.exports.inputs import SourceInput
from engine.exports.pytorch.layers import list_frozen
from engine.exports.schedules import MathNames, describe_schedule, is_scheduled, write_factor
from engine.exports.text import (
    indent_lines,
    write_arguments,
    write_call,
    write_number,
    write_rates,
)
from engine.functions.code import fill
from engine.functions.losses import LOSSES
from engine.functions.optimizers import OPTIMIZERS
from engine.spec import RegularizationSpec, Spec

_MATHS = MathNames("max", "min", "math.floor", "math.cos", "")


def write_training(parts: SourceInput) -> list[str]:
    """Writes loss, penalty, schedule, optimizer and `train`."""
    spec, chunks = parts.spec, []
    loss = LOSSES[spec.resolved_loss].pytorch
    if loss.definition:
        chunks.append(loss.definition)
    if _is_penalized(spec.regularization):
        chunks.append(_write_penalty(spec.regularization))
    if is_scheduled(spec.schedule):
        chunks.append(_write_factor(spec))
    definition = OPTIMIZERS[spec.optimizer.name].pytorch.definition
    if definition:
        chunks.append(fill(definition, write_rates(spec.optimizer.rates)))
    return [*chunks, _write_optimizer(spec), _write_train(parts)]


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


def _write_optimizer(spec: Spec) -> str:
    optimizer = spec.optimizer
    made = OPTIMIZERS[optimizer.name].pytorch
    trained = "network.parameters()"
    if not all(spec.trainable):
        trained = "[one for one in network.parameters() if one.requires_grad]"
    arguments = [trained, f"lr={write_number(optimizer.learning_rate)}"]
    arguments += write_arguments(made, optimizer.rates)
    call = write_call(made.name, arguments, 1, room=len("return "))
    notes = made.list_notes(optimizer.rates, is_scheduled(spec.schedule))
    note = "".join(f"    # {line}\n" for line in notes)
    return f'''\
def make_optimizer():
    """Returns the optimizer."""
{note}    return {call}'''


def _write_still(spec: Spec, levels: int = 1) -> str:
    """Writes that frozen normalization goes by its moving averages, and leaves them alone."""
    found = [place for place, one in list_frozen(spec) if one.has_averages]
    return "".join(f"{'    ' * levels}network[{place}].eval()\n" for place in found)


def _write_validation(spec: Spec) -> tuple[str, str, str]:
    """Writes early stopping: what comes before the epochs, at the end of each, and after them."""
    kept = "copy.deepcopy(network.state_dict())"
    before = f"""\
    aside, aside_labels = load_validation()
    aside_inputs = torch.tensor({name_rows(spec).prepare}(aside))
    aside_targets = torch.tensor(make_targets(aside_labels))
{write_begin(spec, kept)}"""
    each = f"""
        network.eval()
        with torch.no_grad():
            validation_loss = compute_loss(network(aside_inputs), aside_targets).item()
        network.train()
{_write_still(spec, 2)}{write_decision(spec, kept)}"""
    if not spec.early_stopping.restore_best_weights:
        return before, each.removesuffix("\n"), ""
    return before, each, "    network.load_state_dict(kept)"


def _write_train(parts: SourceInput) -> str:
    spec, rows = parts.spec, name_rows(parts.spec)
    begin, each, end = _write_validation(spec) if parts.stops_early else ("", "", "")
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
    compute_loss = {LOSSES[spec.resolved_loss].pytorch.use}
    optimizer = make_optimizer()
{before}{begin}    network.train()
{_write_still(spec)}    for epoch in range(epochs):
        for rows in make_batches(len({rows.noun}), epoch):
            optimizer.zero_grad()
            loss = compute_loss(network(inputs[rows]), targets[rows])
{penalty}            loss.backward()
{clip}            optimizer.step()
{after}        if (epoch + 1) % {rows.every} == 0:
            print(f"epoch {{epoch + 1}}: loss {{loss.item():.4f}}"){each}{end}'''
