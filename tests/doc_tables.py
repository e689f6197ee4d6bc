"""What documents have from the code: tables of the registries, the picture of the rooms.

`python -m tests.doc_tables` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.frames.registry import ArrayType
from engine.frames.views import VIEWS
from engine.functions.activations import ACTIVATIONS
from engine.functions.heads import HEADS
from engine.functions.initializers import INITIALIZERS
from engine.functions.optimizers import OPTIMIZERS
from engine.functions.schedules import SCHEDULES
from engine.goals import QUANTITIES
from tests.architecture_picture import draw_architecture

DOCS = Path(__file__).parents[1] / "docs"
PICTURE = DOCS / "img" / "architecture.svg"
Rows = list[tuple[str, ...]]


def list_formulas(entries: Mapping[str, Any]) -> Callable[[], Rows]:
    """Rows of name and formula."""
    return lambda: [(f"`{name}`", entry.formula) for name, entry in entries.items()]


def list_losses() -> Rows:
    """One row for each loss of a task."""
    targets = {"multiclass": "one-hot", "regression": "the value"}
    rows = []
    for head in HEADS:
        target = targets.get(head.task) or ("-1, 1" if head.negative else "0, 1")
        rows.append((head.task, f"`{head.loss}`", head.activation, target, head.formula))
    return rows


def write_type(array: ArrayType) -> str:
    """Type and shape, as `u8 [K,100,100]`."""
    return f"{array.dtype.lower()} [{','.join(map(str, array.shape))}]"


def list_arrays() -> Rows:
    """Arrays of frames of runs on points."""
    views = [view for view in VIEWS.values() if view.of != "images"]
    return [
        (f"`{array.name}`", write_type(array), array.about)
        for view in views
        for array in view.arrays
    ]


def list_views() -> Rows:
    """Views of runs on images, and their arrays."""
    views = [view for view in VIEWS.values() if view.of == "images"]
    return [
        (f"`{view.name}`" if place == 0 else "", f"`{array.name}`", write_type(array), array.about)
        for view in views
        for place, array in enumerate(view.arrays)
    ]


def list_quantities() -> Rows:
    """Quantities that goals speak of."""
    return [(f"`{one.name}`", one.about) for one in QUANTITIES.values()]


#: Page and first cells of a table's head -> its rows.
TABLES: dict[tuple[str, str], Callable[[], Rows]] = {
    ("formulas.md", "| activation | formula |"): list_formulas(ACTIVATIONS),
    ("formulas.md", "| task | `loss` |"): list_losses,
    ("formulas.md", "| `optimizer.name` |"): list_formulas(OPTIMIZERS),
    ("formulas.md", "| `schedule.name` |"): list_formulas(SCHEDULES),
    ("formulas.md", "| `initializer.name` |"): list_formulas(INITIALIZERS),
    ("goals.md", "| quantity | what |"): list_quantities,
    ("protocol.md", "| array | dtype, shape | what |"): list_arrays,
    ("protocol.md", "| view | array | dtype, shape | what |"): list_views,
}


def write_rows(rows: Rows) -> list[str]:
    """Rows as Markdown."""
    return [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows]


def replace_table(page: str, head: str, rows: Rows) -> str:
    """Returns a page with other rows in the table of that head."""
    lines = page.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(head)) + 2
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("|"))
    return "\n".join([*lines[:start], *write_rows(rows), *lines[end:]])


def main() -> None:
    """Writes all tables, and draws the picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw_architecture())
    for (name, head), rows in TABLES.items():
        file = DOCS / name
        file.write_text(replace_table(file.read_text(), head, rows()))


if __name__ == "__main__":
    main()
