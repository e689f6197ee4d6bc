"""Units and links that are switched off: the message of a client, and what the engine is asked."""

from __future__ import annotations

from typing import Any

from app.protocol.messages import Ablation, WeightName
from engine import AblationRequest, WeightNumbers

#: Nothing is switched off.
WHOLE = AblationRequest()


def read_ablation(asked: Ablation) -> AblationRequest:
    """Returns what the engine is asked for."""
    units = tuple((one.layer, one.unit) for one in asked.units)
    return AblationRequest(units, tuple(read_weight(one) for one in asked.links))


def describe_ablation(asked: AblationRequest) -> dict[str, Any]:
    """Returns the `units` and `links` of a message."""
    units = [{"layer": layer, "unit": unit} for layer, unit in asked.units]
    return {"units": units, "links": [describe_weight(one) for one in asked.links]}


def write_ablation(asked: AblationRequest) -> Ablation:
    """Returns the part of a message that asks for it."""
    return Ablation.model_validate(describe_ablation(asked))


def read_weight(weight: WeightName) -> WeightNumbers:
    """Returns the numbers of a weight; the source of a bias is None."""
    return weight.layer, None if weight.from_ == "bias" else weight.from_, weight.to


def describe_weight(weight: WeightNumbers) -> dict[str, Any]:
    """Returns the name of a weight in a message."""
    layer, from_, to = weight
    return {"layer": layer, "from": "bias" if from_ is None else from_, "to": to}
