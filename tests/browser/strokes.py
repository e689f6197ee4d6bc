"""Ten digits as a person writes them: strokes in shares of the paper, from the top left."""

from __future__ import annotations

from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput

from tests.browser.page import Page

Stroke = list[tuple[float, float]]

DIGITS: dict[int, list[Stroke]] = {
    0: [
        [(0.55, 0.20), (0.44, 0.22), (0.36, 0.32), (0.32, 0.46), (0.33, 0.62), (0.40, 0.75),
         (0.51, 0.79), (0.61, 0.73), (0.67, 0.60), (0.68, 0.45), (0.64, 0.30), (0.55, 0.20)],
    ],
    1: [
        [(0.56, 0.18), (0.54, 0.32), (0.51, 0.48), (0.49, 0.64), (0.46, 0.81)],
    ],
    2: [
        [(0.32, 0.36), (0.36, 0.25), (0.48, 0.20), (0.60, 0.24), (0.64, 0.35), (0.59, 0.48),
         (0.48, 0.61), (0.37, 0.71), (0.30, 0.78), (0.42, 0.77), (0.56, 0.77), (0.71, 0.79)],
    ],
    3: [
        [(0.34, 0.26), (0.45, 0.20), (0.58, 0.22), (0.64, 0.31), (0.59, 0.41), (0.47, 0.47),
         (0.60, 0.51), (0.67, 0.61), (0.62, 0.73), (0.49, 0.79), (0.35, 0.76)],
    ],
    4: [
        [(0.38, 0.20), (0.35, 0.33), (0.32, 0.46), (0.32, 0.53), (0.44, 0.54), (0.57, 0.52),
         (0.70, 0.50)],
        [(0.64, 0.23), (0.62, 0.38), (0.60, 0.54), (0.58, 0.68), (0.56, 0.83)],
    ],
    5: [
        [(0.40, 0.22), (0.39, 0.33), (0.37, 0.46), (0.48, 0.42), (0.60, 0.46), (0.66, 0.57),
         (0.62, 0.70), (0.50, 0.78), (0.35, 0.75)],
        [(0.41, 0.22), (0.52, 0.22), (0.66, 0.20)],
    ],
    6: [
        [(0.60, 0.18), (0.49, 0.27), (0.40, 0.41), (0.35, 0.57), (0.38, 0.71), (0.49, 0.79),
         (0.61, 0.74), (0.66, 0.63), (0.60, 0.54), (0.49, 0.54), (0.39, 0.62)],
    ],
    7: [
        [(0.31, 0.25), (0.45, 0.24), (0.58, 0.23), (0.68, 0.23), (0.63, 0.36), (0.56, 0.51),
         (0.50, 0.66), (0.45, 0.82)],
    ],
    8: [
        [(0.63, 0.27), (0.54, 0.20), (0.43, 0.22), (0.38, 0.31), (0.43, 0.41), (0.54, 0.49),
         (0.63, 0.59), (0.64, 0.71), (0.53, 0.79), (0.41, 0.76), (0.37, 0.65), (0.44, 0.54),
         (0.55, 0.44), (0.63, 0.34), (0.62, 0.26)],
    ],
    9: [
        [(0.63, 0.30), (0.54, 0.22), (0.43, 0.24), (0.36, 0.34), (0.39, 0.46), (0.50, 0.49),
         (0.60, 0.42), (0.64, 0.29), (0.63, 0.45), (0.61, 0.62), (0.58, 0.82)],
    ],
}  # fmt: skip


def draw(page: Page, strokes: list[Stroke], kind: str = "mouse") -> None:
    """Draws on the paper, which must be in sight.

    Args:
        page: it shows the paper.
        strokes: what to draw.
        kind: of the pointer: `mouse`, `pen` or `touch`.
    """
    paper = page.find(".paper-canvas")
    width, height = paper.rect["width"], paper.rect["height"]
    for stroke in strokes:
        builder = ActionBuilder(page.driver, mouse=PointerInput(kind, kind), duration=12)
        for i, (x, y) in enumerate(stroke):
            builder.pointer_action.move_to(
                paper, round((x - 0.5) * width), round((y - 0.5) * height)
            )
            if i == 0:
                builder.pointer_action.pointer_down()
        builder.pointer_action.pointer_up()
        builder.perform()
