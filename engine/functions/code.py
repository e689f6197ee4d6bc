"""Source templates: how a framework writes one function in an exported file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import indent

#: Rates of a spec by name.
Rates = Mapping[str, float]


@dataclass(frozen=True)
class Code:
    """Source of a function in one framework.

    Attributes:
        use: the expression, with holes such as `{z}` that its kind names.
        definition: top-level source that it needs; "" where the framework has all of it.
        layer: whether it is a layer of its own, and not an argument of one (Keras).
    """

    use: str
    definition: str = ""
    layer: bool = False


def fill(text: str, values: Mapping[str, str]) -> str:
    """Fills the placeholders of a template; other braces stay."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


@dataclass(frozen=True)
class OptimizerCall:
    """Source of an optimizer in one framework.

    Attributes:
        name: what is called.
        arguments: behind the learning rate, with rates as holes (`{momentum}`); or what
            chooses them by the rates.
        definition: top-level source that it needs, with rates as holes; or "".
        notes: lines of a comment that says where the arithmetic differs; or what chooses them
            by the rates and by whether the learning rate follows a schedule.
    """

    name: str
    arguments: tuple[str, ...] | Callable[[Rates], tuple[str, ...]] = ()
    definition: str = ""
    notes: tuple[str, ...] | Callable[[Rates, bool], tuple[str, ...]] = ()

    def list_arguments(self, rates: Rates) -> tuple[str, ...]:
        """Returns the arguments for some rates, holes not filled yet."""
        return self.arguments(rates) if callable(self.arguments) else self.arguments

    def list_notes(self, rates: Rates, scheduled: bool) -> tuple[str, ...]:
        """Returns the lines of the comment for some rates."""
        return self.notes(rates, scheduled) if callable(self.notes) else self.notes


_PYTORCH_OPTIMIZER = '''\
class NAME(torch.optim.Optimizer):
    """ABOUT"""

    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, self.state[parameter], group["lr"])

    def update(self, parameter, state, lr):
BODY'''


def pytorch_optimizer(name: str, about: str, body: str) -> str:
    """Writes the class of an optimizer that PyTorch lacks.

    Args:
        name: of the class.
        about: one sentence.
        body: one update of `parameter`, with its `state` and `lr`; rates as holes.
    """
    lines = indent(body, "        ")
    text = _PYTORCH_OPTIMIZER.replace("NAME", name).replace("ABOUT", about)
    return text.replace("BODY", lines)
