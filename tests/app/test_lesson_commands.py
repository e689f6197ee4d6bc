"""Commands of lessons: the check of a folder, and the pictures of the list."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.lessons import check, pictures
from app.lessons.lesson import read_lesson
from engine import Trainer, parse_spec

HEAD = "---\ntitle: A\nsummary: B\nminutes: 5\n---\n"
PREDICT = ":::predict\nmark: loss\n> c\n:::\n"


def write_lesson(spec: str, hint: str = '{"layers": [{"units": 2}]}') -> str:
    """A lesson whose goal is reached by its hint alone, at once or by training two epochs."""
    return (
        f'{HEAD}## A\n:::state\n{{"spec": {spec}}}\n:::\n'
        f":::goal units >= 2 and epoch >= 1 within 2 epochs\n:::\n:::hint\nedit: {hint}\n:::\n"
        f"## B\n{PREDICT}"
    )


POINTS = '{"data": {"samples": 60}, "layers": []}'
CLASSES = '{"data": {"name": "blobs", "samples": 60}, "layers": []}'
IMAGES = '{"data": {"name": "digits"}, "layers": []}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of lessons that stands for LiveNet's own, and one beside it for pictures."""
    for language in ("en", "ko"):
        (tmp_path / language).mkdir()
    monkeypatch.setattr(check, "OWN", tmp_path)
    monkeypatch.setattr(pictures, "OWN", tmp_path)
    monkeypatch.setattr(pictures, "FOLDER", tmp_path / "drawn")
    return tmp_path


def test_the_check_names_each_file_that_is_wrong_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "en" / "broken.md").write_text(f"{HEAD}## A\n:::nosuch\n:::", encoding="utf-8")
    (folder / "en" / "own.md").write_text(write_lesson(POINTS), encoding="utf-8")
    assert check.main() == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("lessons/en/broken.md line 7: ")
    assert told[1:] == [
        "en/broken: wrong",
        "lessons/ko/broken.md line 1: not there",
        "ko/broken: wrong",
        "en/own: fine",
        "lessons/ko/own.md line 1: not there",
        "ko/own: wrong",
    ]


def test_the_check_of_lessons_that_are_fine_ends_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for language in ("en", "ko"):
        (folder / language / "own.md").write_text(write_lesson(POINTS), encoding="utf-8")
    assert check.main() == 0
    assert capsys.readouterr().out.splitlines() == ["en/own: fine", "ko/own: fine"]


def test_pictures_are_drawn_of_goals_on_points_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, spec in (("points", POINTS), ("images", IMAGES)):
        (folder / "en" / f"{name}.md").write_text(write_lesson(spec), encoding="utf-8")
    assert pictures.main() == 0
    content = (folder / "drawn" / "points.png").read_bytes()
    assert {file.name for file in (folder / "drawn").iterdir()} == {"points.png"}
    assert capsys.readouterr().out.splitlines() == [
        "images: 0 bytes",
        f"points: {len(content)} bytes",
    ]
    # The colours of the page's maps: orange where a point is of the first class, blue elsewhere.
    trainer = Trainer(parse_spec({"data": {"samples": 60}, "layers": [{"units": 2}]}))
    trainer.train(epochs=300)
    first = trainer.frame(views=("boundary",))["boundary"][0][::-1] < 128
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image).astype(int)
    assert ((pixels[..., 0] > pixels[..., 2]) == first).mean() > 0.99


def test_a_picture_of_several_classes_has_a_colour_for_each() -> None:
    content = pictures.draw_picture(read_lesson(write_lesson(CLASSES).encode()))
    assert content is not None
    with Image.open(io.BytesIO(content)) as image:
        colours = image.getcolors()
    trainer = Trainer(parse_spec({"data": {"name": "blobs"}}))
    assert colours is not None
    assert 2 <= len(colours) <= trainer.spec.n_outputs
