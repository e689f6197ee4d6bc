"""Models that networks share: choices that only cost a little where they are idle are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.programs.models.exact import ExactModel

#: Units that padded layers have room for: networks with fewer units share a program.
_ROOMS = (16, 32)


def share_models(
    models: Sequence[ExactModel],
    others: Sequence[ExactModel] = (),
    *,
    mix_optimizers: bool = False,
) -> list[ExactModel]:
    """Returns models under which networks share as few programs as they can.

    Penalty, dropout and units become those of all networks: a value of 0 among others takes no
    program of its own, and layers have room for the most units, up to 16 or 32.

    Args:
        models: of the networks.
        others: of networks that are to share the same programs, before or after these.
        mix_optimizers: whether different optimizers share a program, too: it computes all terms of
            the update rule, which takes more of a small network than products do.
    """
    known = [*models, *others]
    regularized = any(model.regularized for model in known)
    dropped = any(any(model.dropped) for model in known)
    mixed = mix_optimizers and len({model.optimizer for model in known}) > 1
    widest = {max(model.network.widths[1:-1]) for model in known if model.network.n_hidden}
    shared: list[ExactModel] = []
    for model in models:
        alike = replace(
            model,
            regularized=regularized,
            dropped=tuple(dropped for _ in model.dropped),
            optimizer=None if mixed else model.optimizer,
        )
        if len(widest) > 1 and model.network.n_hidden:
            own = max(model.network.widths[1:-1])
            room = next(room for room in _ROOMS if room >= own)
            alike = alike.pad_units(min(max(widest), room))
        shared.append(alike)
    return shared
