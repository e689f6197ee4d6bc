"""The picture of all rooms in docs/architecture.md; `python -m tests.doc_tables` draws it."""

from __future__ import annotations

from html import escape

from tests.test_dependencies import APP, ENGINE, PAGE

TITLE = "How LiveNet is put together: page, contract, server, engine"
TOP, GAP, MARGIN = 74, 4, 16
#: What is in each room, in a word or two.
PAGE_ROOMS = {
    "lib": "store, words",
    "spec": "schema, links",
    "spoken": "changes in words",
    "plot": "Plotly, palettes",
    "stream": "connection, retries",
    "run": "edits, history",
    "advice": "tips, trials",
    "controls": "from the schema",
    "ui": "tooltips, tabs",
    "network": "units and links",
    "step": "one update",
    "images": "networks for images",
    "spaces": "hidden space",
    "flow": "gradients",
    "points": "own points",
    "landscape": "loss over a plane",
    "race": "networks side by side",
    "map": "networks along two axes",
    "search": "hyperparameters",
    "goals": "goals in words",
    "lessons": "steps, answers",
    "pictures": "pictures, animations",
    "embed": "layout, messages",
    "recordings": "format, playback",
    "share": "links, code, embeds",
    "views": "painted from frames",
    "pages": "playground, embed",
}
APP_ROOMS = {
    "limits": "memory, rates",
    "web": "settings, origins",
    "protocol": "messages, frames",
    "lessons": "Markdown, directives",
    "pages": "HTML, static files",
    "files": "CSV, blob store",
    "history": "undo, time line",
    "scheduling": "fair queue, inbox",
    "sessions": "turns, commands",
    "hosting": "workers, saving",
    "transports": "WebSocket, HTTP",
    "api": "JSON, by resource",
    "operation": "metrics, status",
    "server": "gunicorn, Werkzeug",
    "cluster": "processes, Ray",
}
ENGINE_ROOMS = {
    "base": "errors, caches",
    "functions": "losses, optimizers",
    "data": "points, images",
    "spec": "models, ranges",
    "network": "forward pass",
    "frames": "views, metrics, log",
    "programs": "compiled turns",
    "insight": "step, landscape",
    "state": "snapshots",
    "edits": "migration",
    "runs": "points, images",
    "exports": "Keras, PyTorch",
    "sweeps": "grids of networks",
    "goals": "grammar, seeds",
    "search": "Optuna, ensembles",
    "trainer": "one run, its edits",
}
#: Title, folders, place and width of a column, place of the notes, and the rooms.
COLUMNS = (
    ("Page", "static/ templates/", 24, 270, 92, PAGE_ROOMS, PAGE),
    ("Server", "app/", 346, 270, 98, APP_ROOMS, APP),
    ("Engine", "engine/", 668, 268, 88, ENGINE_ROOMS, ENGINE),
)
#: Text, ends and height of an arrow.
ARROWS = (
    ("edits", 276, 362, 0.40), ("frames", 364, 278, 0.56),
    ("turn", 598, 684, 0.40), ("arrays", 686, 600, 0.56),
)  # fmt: skip


def list_rooms(notes: dict[str, str], order: tuple[str, ...]) -> list[str]:
    """The rooms of a column in the order of imports; each has a note.

    Raises:
        ValueError: a room has no note, or a note no room.
    """
    alone = {"__init__", "__main__", "factory", "stacked_trainer"}
    rooms = [room for room in order if "/" not in room and room not in alone]
    if set(rooms) != set(notes):
        raise ValueError(f"notes and rooms differ: {sorted(set(rooms) ^ set(notes))}")
    return rooms


def draw_column(
    title: str, folders: str, x: int, width: int, indent: int,
    notes: dict[str, str], order: tuple[str, ...], height: int,
) -> list[str]:  # fmt: skip
    """A column: its card, and a box for each room."""
    rooms = list_rooms(notes, order)
    pitch = (height - TOP - 2 * MARGIN) / len(rooms)
    lines = [
        f'<rect x="{x}" y="24" width="{width}" height="{height - 48}" rx="14" fill="#fff" '
        'stroke="#cfd6de"/>',
        f'<text x="{x + 20}" y="56" font-weight="700" font-size="17" fill="#17202a">{title}</text>',
        f'<text x="{x + width - 20}" y="56" text-anchor="end" fill="#66727f">{folders}</text>',
    ]
    for place, room in enumerate(rooms):
        y = TOP + place * pitch
        base = f"{y + (pitch - GAP) / 2 + 4.5:.1f}"
        lines += [
            f'<rect x="{x + 20}" y="{y:.1f}" width="{width - 40}" height="{pitch - GAP:.1f}" '
            'rx="6" fill="#eef2fd" stroke="#b9c8f4"/>',
            f'<text x="{x + 30}" y="{base}" font-weight="600" font-size="13" fill="#17202a">'
            f"{room}</text>",
            f'<text x="{x + 30 + indent}" y="{base}" fill="#66727f" font-size="11">'
            f"{escape(notes[room])}</text>",
        ]
    return lines


def draw_arrow(text: str, start: int, end: int, y: int) -> str:
    """An arrow with its word above."""
    back = 9 if end < start else -9
    middle = (start + end) // 2
    return (
        f'<path d="M{start} {y} H{end}" stroke="#1f4fd8" stroke-width="2.5"/>'
        f'<path d="M{end - back // 4} {y} l{back} -5 v10z" fill="#1f4fd8"/>'
        f'<text x="{middle}" y="{y - 10}" text-anchor="middle" font-size="13" fill="#1f4fd8">'
        f"{text}</text>"
    )


def draw_architecture() -> str:
    """The picture as SVG: three columns of rooms, and what goes between them."""
    most = max(len(list_rooms(notes, order)) for *_, notes, order in COLUMNS)
    height = TOP + 26 * most + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" role="img" '
        'aria-labelledby="t" font-family="system-ui, sans-serif" font-size="14">',
        f'<title id="t">{TITLE}</title>',
        f'<rect width="960" height="{height}" fill="#f7f8fa"/>',
    ]
    for column in COLUMNS:
        lines += draw_column(*column, height)
    lines += [draw_arrow(text, start, end, int(at * height)) for text, start, end, at in ARROWS]
    return "\n".join([*lines, "</svg>", ""])
