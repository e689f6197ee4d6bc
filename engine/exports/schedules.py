"""Learning rate schedules in a source."""

from __future__ import annotations

from dataclasses import dataclass

from engine.exports.text import write_number
from engine.functions.code import fill
from engine.functions.schedules import SCHEDULES
from engine.spec import ScheduleSpec


@dataclass(frozen=True)
class MathNames:
    """A framework's names of the functions in a schedule."""

    maximum: str
    minimum: str
    floor: str
    cos: str
    where: str


def is_scheduled(spec: ScheduleSpec) -> bool:
    """Whether the rate depends on the step."""
    return spec.name != "constant" or spec.warmup_steps > 0


def describe_schedule(spec: ScheduleSpec) -> str:
    """Says what the factor does."""
    holes = {"rate": format(spec.decay_rate, ".6g"), "steps": f"{spec.decay_steps:,}"}
    decay = fill(SCHEDULES[spec.name].about, holes)
    if not spec.warmup_steps:
        return decay[0].upper() + decay[1:]
    return f"Warm-up over {spec.warmup_steps:,} steps, then {decay}"


def write_factor(spec: ScheduleSpec, maths: MathNames) -> str:
    """Writes the lines of a function that returns the factor of `step`."""
    lines, t = [], "step"
    if spec.warmup_steps and spec.name != "constant":
        lines.append(f"t = {maths.maximum}(step - {spec.warmup_steps}, 0)")
        t = "t"
    factor = fill(
        SCHEDULES[spec.name].code,
        {
            "t": t,
            "rate": write_number(spec.decay_rate),
            "steps": str(spec.decay_steps),
            **{name: getattr(maths, name) for name in ("floor", "cos", "minimum")},
        },
    )
    if spec.warmup_steps:
        lines.append(f"factor = {factor}")
        warm = f"step / {spec.warmup_steps}"
        if maths.where:
            factor = f"{maths.where}(step < {spec.warmup_steps}, {warm}, factor)"
        else:
            factor = f"{warm} if step < {spec.warmup_steps} else factor"
    return "\n".join([*lines, f"return {factor}"])
