"""Lessons of others: a teacher's folder, and files that are sent; hostile ones get one line."""

from __future__ import annotations

import http.client
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from app.factory import ROOT
from app.lessons.errors import LessonError
from app.lessons.lesson import MAX_BYTES, read_lesson
from app.lessons.library import OWN, Library
from app.lessons.pictures import (
    FOLDER,
    describe_source,
    find_network,
    read_source,
    write_png,
)
from app.pages.assets import Assets
from app.pages.lessons import make_lessons_blueprint
from app.pages.rendering import Renderer
from app.web.settings import Settings, SettingsError, read_environment
from tests.app.servers import LiveServer
from tests.catalogues import catalogue, mistakes

HEAD = "---\ntitle: A\nsummary: B\nminutes: 5\n---\n"
LESSON = f"{HEAD}## Step\nHello.\n"
DEEP = "(" * 1000 + "epoch > 1" + ")" * 1000

#: What somebody might try, and what is said of it.
HOSTILE = {
    "ten megabytes": (b"x" * (10 << 20), "128 KiB"),
    "a million steps": ((HEAD + "## A\n" * 25_000).encode(), "at most 40 steps"),
    "no UTF-8": (LESSON.encode() + b"\xff\xfe\xc0", "not UTF-8"),
    "recursive directives": ((HEAD + "## A\n" + ":::hint\n" * 1000).encode(), "has not ended"),
    "a goal nested a thousand deep": (f"{HEAD}## A\n:::goal {DEEP}\n:::".encode(), "400"),
    "a goal with parentheses": (
        f"{HEAD}## A\n:::goal {'(' * 150}epoch > 1{')' * 150}\n:::".encode(),
        "parentheses",
    ),
    "a number that overflows": (f"{HEAD}## A\n:::goal epoch > 1e999\n:::".encode(), "number"),
    "nested JSON": (f"{HEAD}## A\n:::state\n{'[' * 3900}\n:::".encode(), "no JSON"),
    "an infinite weight": (
        f'{HEAD}## A\n:::state\n{{"spec": {{}}, "weights": [[0, 0, 0, 1e999]]}}\n:::'.encode(),
        "a weight is",
    ),
    "an address to load": (
        f'{HEAD}## A\n:::state\n{{"spec": {{"data": {{"name": "http://a/b"}}}}}}\n:::'.encode(),
        "data.name",
    ),
}


def post(server: LiveServer, content: bytes, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    try:
        connection.request("POST", "/api/lessons", content, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_one_clear_line(name: str) -> None:
    content, said = HOSTILE[name]
    with pytest.raises(LessonError) as refused:
        read_lesson(content[: MAX_BYTES + 1])
    message = refused.value.message
    assert said in message
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("name", ["ten megabytes", "no UTF-8", "a goal nested a thousand deep"])
def test_the_server_says_the_line_and_goes_on(server: LiveServer, name: str) -> None:
    status, told = post(server, HOSTILE[name][0])
    refusals = ((400, "invalid_lesson"), (413, "request_entity_too_large"))
    assert (status, told["error"]["code"]) in refusals
    if status == 400:
        assert told["error"]["message"].startswith(f"line {told['error']['line']}: ")
    status, told = post(server, LESSON.encode())
    assert (status, told["lesson"]["title"]) == (200, "A")


def test_a_mistake_is_named_for_the_page_and_said_in_its_language(
    server: LiveServer,
) -> None:
    """The page fills the same words with the same values."""
    content = f"{HEAD}## A\n:::figure film\n:::".encode()
    told = post(server, content)[1]["error"]
    assert (told["mistake"], told["values"]) == ("panel", {"name": "film"})
    with pytest.raises(LessonError) as refused:
        read_lesson(content)
    korean = refused.value.describe(catalogue("ko").__getitem__)
    assert korean == "7번째 줄: film 패널은 없습니다"


def test_every_mistake_has_words() -> None:
    words = {
        key.rpartition(".")[2] for key in catalogue("en") if key.startswith("lessons.mistake.")
    }
    assert words == mistakes()
    assert len(words) > 40


def test_another_site_has_no_lesson_read(server: LiveServer) -> None:
    assert post(server, LESSON.encode(), Origin="https://evil.example")[0] == 403


def test_a_file_is_sanitized_whatever_it_holds(server: LiveServer) -> None:
    text = f"{LESSON}<img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](https://b.example)"
    [block] = post(server, text.encode())[1]["lesson"]["steps"][0]["blocks"]
    assert "<img" not in block["html"]
    assert 'href="javascript' not in block["html"]
    assert '<a href="https://b.example">' in block["html"]


def test_a_folder_of_a_teacher(tmp_path: Path) -> None:
    """Only names that are names are read, and none takes the place of a lesson of LiveNet."""
    for name in ("own", "neuron", "UPPER", "a b", "..", "x" * 80):
        file = tmp_path / "ko" / f"{name}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(LESSON, encoding="utf-8")
    (tmp_path / "ko" / "dir.md").mkdir()
    (tmp_path / "readme.md").write_text(LESSON, encoding="utf-8")
    library = Library(OWN, tmp_path)
    names = library.names()
    assert [name for name in names if name not in Library().names()] == ["own"]
    own, neuron = library.find("own", "en"), library.find("neuron", "ko")
    assert own is not None
    assert own.title == "A"
    assert neuron is not None
    assert neuron.title == "뉴런"


def test_the_list_and_the_pages_of_lessons(tmp_path: Path) -> None:
    """A file that cannot be read is named with its line, and the others are there."""
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "own.md").write_text(LESSON, encoding="utf-8")
    (tmp_path / "en" / "broken.md").write_text(f"{HEAD}## A\n:::nosuch\n:::", encoding="utf-8")
    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    assets = Assets(ROOT / "static")
    library = Library(OWN, tmp_path)
    app.register_blueprint(make_lessons_blueprint(library, Renderer(assets), assets))
    client = app.test_client()
    listed = client.get("/lessons?lang=en").text
    for name in {*library.names()} - {"broken"}:
        assert f"name={name}" in listed
    assert "name=broken" not in listed
    assert "line 7" in listed
    assert "img/lessons/neuron." in listed
    answers = {
        name: client.get(f"/lesson?name={name}") for name in ("", "own", "broken", "missing")
    }
    codes = [answer.status_code for answer in answers.values()]
    assert codes == [200, 200, 422, 404]
    assert "line 7" in answers["broken"].text
    assert '"title": "A"' in answers["own"].text or '"title":"A"' in answers["own"].text


def test_the_folder_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(lessons_dir=tmp_path).lessons_dir == tmp_path.resolve()
    monkeypatch.setenv("LIVENET_LESSONS_DIR", str(tmp_path / "nothing"))
    with pytest.raises(SettingsError, match="LIVENET_LESSONS_DIR: must be a folder"):
        read_environment()


def test_pictures_are_png_files_of_pixels() -> None:
    """Decoded by another library, the pixels are those that were given."""
    pixels = np.random.default_rng(5).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    with Image.open(io.BytesIO(write_png(pixels))) as image:
        assert image.format == "PNG"
        assert (np.asarray(image) == pixels).all()


def test_the_pictures_in_the_list_are_those_of_the_lessons_as_they_are() -> None:
    """Otherwise `make lessons-pictures` draws them anew."""
    library = Library(OWN)
    assert {file.stem for file in FOLDER.glob("*.png")} == {*library.names()}
    for name in library.names():
        lesson = library.find(name, "en")
        network = find_network(lesson) if lesson else None
        assert network, name
        content = (FOLDER / f"{name}.png").read_bytes()
        assert read_source(content) == describe_source(network), name
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (100, 100)
