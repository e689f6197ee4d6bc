"""The learning rate's schedule in a source: a factor for every step."""

from __future__ import annotations

from dataclasses import dataclass

from engine.exports.text import write_number
from engine.spec import ScheduleSpec


@dataclass(frozen=True)
class Mathematics:
    """What a framework calls the functions of a schedule."""

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
    rate, steps = format(spec.decay_rate, ".6g"), f"{spec.decay_steps:,} steps"
    decay = {
        "constant": "1",
        "step": f"times {rate} after each {steps}",
        "exponential": f"times {rate} over each {steps}",
        "cosine": f"half a cosine down to 0 over {steps}",
    }[spec.name]
    if not spec.warmup_steps:
        return decay[0].upper() + decay[1:]
    return f"Warm-up over {spec.warmup_steps:,} steps, then {decay}"


def write_factor(spec: ScheduleSpec, maths: Mathematics) -> str:
    """Writes the lines of a function that returns the factor of `step`."""
    lines, t = [], "step"
    if spec.warmup_steps and spec.name != "constant":
        lines.append(f"t = {maths.maximum}(step - {spec.warmup_steps}, 0)")
        t = "t"
    rate, steps = write_number(spec.decay_rate), spec.decay_steps
    factor = {
        "constant": "1.0",
        "step": f"{rate} ** {maths.floor}({t} / {steps})",
        "exponential": f"{rate} ** ({t} / {steps})",
        "cosine": f"(1 + {maths.cos}(math.pi * {maths.minimum}({t} / {steps}, 1))) / 2",
    }[spec.name]
    if spec.warmup_steps:
        lines.append(f"factor = {factor}")
        warm = f"step / {spec.warmup_steps}"
        if maths.where:
            factor = f"{maths.where}(step < {spec.warmup_steps}, {warm}, factor)"
        else:
            factor = f"{warm} if step < {spec.warmup_steps} else factor"
    return "\n".join([*lines, f"return {factor}"])
