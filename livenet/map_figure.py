"""Figure of a sweep: the boundaries of its cells, or one of their numbers, along its axes."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from livenet.figure import Figure, write_png, write_value

#: Columns of `engine.Sweep.cells`.
COLOURS = {"train_loss": 0, "test_loss": 1, "train_score": 2, "test_score": 3}
_LOW, _ZERO, _HIGH = (238, 125, 0), (251, 252, 253), (10, 123, 214)
_CLASSES = [
    (230, 159, 0), (0, 114, 178), (0, 158, 115), (204, 121, 167), (86, 180, 233),
    (213, 94, 0), (240, 228, 66), (31, 41, 51), (120, 88, 106), (138, 9, 0),
]  # fmt: skip
_DIVERGED = (222, 226, 230)
#: Pixels of the picture along its longer side, of a cell at most, and beside it.
_SIDE, _MOST, _ROOM = 460, 96, 76
_TICKS = 5


def show_sweep(sweep: Any, colour: str = "boundary") -> Figure:
    """Shows a sweep as it is.

    Args:
        sweep: an `engine.Sweep`.
        colour: boundary, train_loss, test_loss, train_score or test_score; blue is good.

    Raises:
        ValueError: there is no such colour.
    """
    if colour not in ("boundary", *COLOURS):
        names = ", ".join(("boundary", *COLOURS))
        raise ValueError(f"colour must be one of {names}, got {colour!r}")
    arrays, told = sweep.arrays, sweep.describe()
    rows, columns, axes = told["rows"], told["columns"], told["axes"]
    cells = arrays["sweep_cells"].reshape(rows * columns, -1)
    count = columns * rows if len(axes) > 1 else len(axes[0]["values"])
    if colour == "boundary":
        pixels = _paint_boundaries(arrays, cells)
    else:
        pixels = _paint_numbers(cells[:, COLOURS[colour]], falls=colour.endswith("loss"))
    pixels[cells[:, 4] == 1] = _DIVERGED
    pixels[count:] = 255
    pitch = max(4, min(_MOST, _SIDE // max(rows, columns)))
    wall = _join_cells(pixels, rows, columns)
    names = [_name(axes, columns, cell) for cell in range(count)]
    said = [_describe(numbers) for numbers in cells[:count]]
    html = _draw(write_png(wall), axes, (rows, columns, pitch), list(zip(names, said, strict=True)))
    return Figure(html, _sum_up(sweep, cells[:count], names))


def _paint_boundaries(arrays: Any, cells: Any) -> Any:
    """Returns uint8 [cells, side, side, 3]."""
    import numpy as np  # noqa: PLC0415 - who has a sweep has it

    maps = arrays["sweep_boundaries"].astype(np.float32)
    _, outputs, side, _ = maps.shape
    if outputs > 1:
        colours = np.array(_CLASSES, np.float32)[maps.argmax(axis=1)]
        sure = (maps.max(axis=1) - 255 / outputs) / (255 - 255 / outputs)
        share = np.clip(sure, 0, 1)[..., None]
        return (np.array(_ZERO) * (1 - share) + colours * share).astype(np.uint8)
    low, high = np.nan_to_num(arrays["sweep_ranges"]).T[:, :, None, None]
    middle = np.where(low == 0, high / 2, 0)
    most = np.maximum(np.abs(low - middle), np.abs(high - middle))
    value = low + (high - low) * maps[:, 0] / 255 - middle
    assert value.shape == (len(cells), side, side)
    return _mix(value / np.where(most > 0, most, 1))


def _paint_numbers(values: Any, *, falls: bool) -> Any:
    """Returns uint8 [cells, 1, 1, 3]; extremes end at a color, and losses are logarithmic."""
    import numpy as np  # noqa: PLC0415

    known = np.isfinite(values)
    some = np.log(np.maximum(values, 1e-6)) if falls else values
    ends = np.quantile(some[known], [0, 0.95]) if known.any() else (0.0, 1.0)
    share = (some - ends[0]) / max(1e-9, ends[1] - ends[0])
    share = np.clip(np.where(known, share, 0.5), 0, 1) * 2 - 1
    return _mix((-share if falls else share)[:, None, None])


def _mix(value: Any) -> Any:
    """Colours of -1 (orange) to 1 (blue)."""
    import numpy as np  # noqa: PLC0415

    ends = np.where(value[..., None] > 0, np.array(_HIGH), np.array(_LOW))
    share = np.minimum(1, np.abs(value))[..., None] * 0.85
    return (np.array(_ZERO) * (1 - share) + ends * share).astype(np.uint8)


def _join_cells(pixels: Any, rows: int, columns: int) -> Any:
    """Returns uint8 [rows * side, columns * side, 3], row 0 of cells and pixels at the bottom."""
    side = pixels.shape[1]
    wall = pixels.reshape(rows, columns, side, side, 3).transpose(0, 2, 1, 3, 4)
    return wall.reshape(rows * side, columns * side, 3)[::-1]


def _name(axes: Any, columns: int, cell: int) -> str:
    places = [cell] if len(axes) == 1 else [cell % columns, cell // columns]
    return ", ".join(
        f"{axis['path']} = {write_value(axis['values'][place])}"
        for axis, place in zip(axes, places, strict=True)
    )


def _describe(numbers: Any) -> str:
    train, test, _, score, lost, _ = (float(number) for number in numbers)
    if lost == 1:
        return "diverged"
    return f"train loss {train:.3g}, test loss {test:.3g}, test score {score:.3g}"


def _sum_up(sweep: Any, cells: Any, names: list[str]) -> str:
    losses = [float(loss) for loss in cells[:, 1]]
    going = [place for place, loss in enumerate(losses) if math.isfinite(loss)]
    lost = sum(float(one) == 1 for one in cells[:, 4])
    said = [f"{sweep.describe()['networks']} networks at epoch {sweep.epoch}"]
    if going:
        best = min(going, key=losses.__getitem__)
        said.append(f"lowest test loss {losses[best]:.3g} at {names[best]}")
    return "; ".join([*said, *([f"{lost} diverged"] if lost else [])])


def _draw(
    address: str, axes: Any, sizes: tuple[int, int, int], cells: list[tuple[str, str]]
) -> str:
    """Returns the wall with its axes; each cell says its numbers where it is pointed at."""
    rows, columns, pitch = sizes
    width, height = columns * pitch, rows * pitch
    parts = [
        f'<image href="{address}" x="{_ROOM}" y="8" width="{width}" height="{height}"'
        ' preserveAspectRatio="none" style="image-rendering:pixelated"/>'
    ]
    for cell, (name, said) in enumerate(cells):
        x, y = _ROOM + cell % columns * pitch, 8 + (rows - 1 - cell // columns) * pitch
        parts.append(
            f'<rect x="{x}" y="{y}" width="{pitch}" height="{pitch}" fill="transparent"'
            f' stroke="#fff"><title>{escape(name)}: {escape(said)}</title></rect>'
        )
    if len(axes) > 1:
        for place, text in _choose_ticks(axes[0]["values"]):
            x = _ROOM + (place + 0.5) * pitch
            parts.append(f'<text x="{x}" y="{height + 24}" text-anchor="middle">{text}</text>')
        for place, text in _choose_ticks(axes[1]["values"]):
            y = 12 + (rows - 0.5 - place) * pitch
            parts.append(f'<text x="{_ROOM - 6}" y="{y}" text-anchor="end">{text}</text>')
        y = 8 + height / 2
        parts.append(
            f'<text transform="rotate(-90 14 {y})" x="14" y="{y}" text-anchor="middle"'
            f' font-weight="bold">{escape(axes[1]["path"])}</text>'
        )
    parts.append(
        f'<text x="{_ROOM + width / 2}" y="{height + 46}" text-anchor="middle"'
        f' font-weight="bold">{escape(axes[0]["path"])}</text>'
    )
    box = f"0 0 {width + _ROOM + 8} {height + 56}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"'
        f' width="{width + _ROOM + 8}" style="max-width:100%;font:12px sans-serif"'
        f' fill="currentColor">{"".join(parts)}</svg>'
    )


def _choose_ticks(values: Any) -> list[tuple[int, str]]:
    """Some of the values, with their places."""
    every = -(-len(values) // _TICKS)
    return [(i, escape(write_value(values[i]))) for i in range(0, len(values), every)]
