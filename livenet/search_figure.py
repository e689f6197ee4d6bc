"""Figure of a search: its trials in their order, the best so far, and a table of the best ones."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from livenet.figure import Figure, write_value

_WIDTH, _HEIGHT, _LEFT, _BELOW = 520, 200, 60, 34
_ROWS = 10
#: Objectives of which more is better.
_RISING = ("accuracy", "r2")
#: Losses that differ by more than this factor are shown by their logarithm.
_FAR = 10.0


def show_search(search: Any) -> Figure:
    """Shows the first objective of all trials of a search, and its best trials.

    Args:
        search: an `engine.Search`.
    """
    objective = search.settings.objectives[0]
    rises = objective.endswith(_RISING)
    known = [
        (trial, trial.objectives[0])
        for trial in search.trials
        if trial.objectives and math.isfinite(trial.objectives[0])
    ]
    ended = [(t, value) for t, value in known if t.state == "complete"]
    ranked = sorted(ended, key=lambda pair: -pair[1] if rises else pair[1])[:_ROWS]
    paths = [one.path for one in search.settings.dimensions]
    said = f"{len(search.trials)} trials"
    if ranked:
        best, value = ranked[0]
        values = ", ".join(f"{path} = {write_value(best.values[path])}" for path in paths)
        said += f"; best {objective} {value:.3g} in trial {best.number}: {values}"
    return Figure(_draw(known, objective, rises=rises) + _tabulate(ranked, paths, objective), said)


def _draw(known: list[tuple[Any, float]], objective: str, *, rises: bool) -> str:
    if not known:
        return ""
    values = [value for _, value in known]
    log = min(values) > 0 and max(values) > _FAR * min(values)

    def place(value: float) -> float:
        return math.log10(value) if log else value

    low, high = place(min(values)), place(max(values))
    last = max(trial.number for trial, _ in known) or 1

    def at(trial: Any, value: float) -> tuple[float, float]:
        x = _LEFT + trial.number / last * (_WIDTH - _LEFT - 10)
        return x, 10 + (high - place(value)) / ((high - low) or 1) * (_HEIGHT - 10)

    parts, path, best = [], [], None
    for trial, value in known:
        x, y = at(trial, value)
        blue = trial.state == "complete"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{"#0072b2" if blue else "none"}"'
            f' stroke="#0072b2"><title>trial {trial.number}: {escape(objective)} {value:.3g}'
            f" ({trial.state})</title></circle>"
        )
        if blue and (best is None or (value > best if rises else value < best)):
            before = at(trial, best if best is not None else value)[1]
            path += [f"{x:.1f},{before:.1f}", f"{x:.1f},{y:.1f}"]
            best = value
    if path:
        path.append(f"{_WIDTH - 10},{path[-1].split(',')[1]}")
        parts.insert(0, f'<polyline points="{" ".join(path)}" fill="none" stroke="#e69f00"/>')
    for value, y in ((max(values), 14), (min(values), _HEIGHT + 4)):
        parts.append(f'<text x="{_LEFT - 8}" y="{y}" text-anchor="end">{value:.3g}</text>')
    parts.append(
        f'<text x="{(_LEFT + _WIDTH) / 2}" y="{_HEIGHT + 26}" text-anchor="middle">trial</text>'
        f'<text transform="rotate(-90 12 {_HEIGHT / 2})" x="12" y="{_HEIGHT / 2}"'
        f' text-anchor="middle">{escape(objective)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT + _BELOW}"'
        f' role="img" width="{_WIDTH}" style="max-width:100%;font:12px sans-serif"'
        f' fill="currentColor">{"".join(parts)}</svg>'
    )


def _tabulate(ranked: list[tuple[Any, float]], paths: list[str], objective: str) -> str:
    if not ranked:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in ("trial", objective, *paths))
    rows = [
        f"<tr><td>{trial.number}</td><td>{value:.3g}</td>"
        + "".join(f"<td>{escape(write_value(trial.values[path]))}</td>" for path in paths)
        + "</tr>"
        for trial, value in ranked
    ]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
