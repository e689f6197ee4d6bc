"""Lessons: what their files may hold, their pages, and that goals are reached by their hints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lessons.check import check_lesson, outline
from app.lessons.directives import DIRECTIVES, PANELS
from app.lessons.errors import LessonError
from app.lessons.lesson import MAX_BYTES, MAX_STEPS, Lesson, read_lesson
from app.lessons.library import OWN, Library
from engine import Programs

HEAD = "---\ntitle: A\nsummary: B\nminutes: 5\n---\n"
STATE = ':::state\n{"spec": {"data": {"samples": 60}, "layers": []}}\n:::\n'
PROGRAMS = Programs.offline()
FILES = sorted(OWN.glob("*/*.md"))


def read(text: str) -> Lesson:
    return read_lesson(text.encode())


def refusal(content: bytes) -> str:
    with pytest.raises(LessonError) as refused:
        read_lesson(content)
    return refused.value.message


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_lessons_can_be_read(file: Path) -> None:
    lesson = read_lesson(file.read_bytes())
    assert 5 <= len(lesson.steps) <= 10
    kinds = [block["kind"] for step in lesson.steps for block in step["blocks"]]
    assert {"goal", "predict"} <= {*kinds}


def test_every_lesson_is_there_in_both_languages_with_the_same_steps() -> None:
    library = Library()
    assert library.names()[:2] == ["neuron", "perceptron-xor"]
    for name in library.names():
        english, korean = library.find(name, "en"), library.find(name, "ko")
        assert english is not None
        assert korean is not None
        assert (OWN / "ko" / f"{name}.md").is_file(), name
        assert outline(english) == outline(korean), name


def test_all_states_hints_and_predictions_can_be_made() -> None:
    """Milliseconds each; what takes training is checked by the slow test below."""
    library = Library()
    for name in library.names():
        lesson = library.find(name, "en")
        assert lesson is not None
        assert check_lesson(lesson, PROGRAMS, training=False) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("name", Library().names())
def test_states_load_and_goals_are_reached_by_their_hints(name: str) -> None:
    lesson = Library().find(name, "en")
    assert lesson is not None
    assert check_lesson(lesson, PROGRAMS) == []


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("", ["a lesson has at least one goal", "a lesson has at least one predict"]),
        (":::goal epoch >= 1 within 2 epochs\n:::\n", ["without doing anything"]),
        (":::goal train_loss < 0 within 2 epochs\n:::\n", ["has a hint"]),
        (":::goal train_loss < 0 within 2 epochs\n:::\n:::hint\nx\n:::\n", ["does not reach"]),
        (
            ':::goal units >= 2 within 2 epochs\nfails: {"layers":[{"units":2}]}\n'
            'fails: {"layers":[{"units":1}]}\n:::\n:::hint\nedit: {"layers":[{"units":3}]}\n:::\n',
            ['in spite of fails: {"layers": [{"units": 2}]}'],
        ),
        (
            ':::goal units >= 2 within 2 epochs\nfails: {"layers":[{"units":99}]}\n:::\n'
            ":::hint\nx\n:::\n",
            ["layers"],
        ),
    ],
)
def test_what_the_check_finds(step: str, found: list[str]) -> None:
    wrong = check_lesson(read(f"{HEAD}## A\n{STATE}{step}"), PROGRAMS)
    for text in found:
        assert any(text in line for line in wrong), wrong


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 1, "begins with ---"),
        (b"# Hello", 1, "begins with ---"),
        (HEAD.replace("minutes: 5", "minutes: many").encode(), 2, "minutes"),
        (HEAD.replace("title: A\n", "").encode(), 4, "title is missing"),
        (f"{HEAD}".encode(), 6, "has steps"),
        (f"{HEAD}text\n## A".encode(), 6, "stands in a step"),
        (f"{HEAD}## A\n\xff".encode("latin-1"), 7, "UTF-8"),
        (b"x" * (MAX_BYTES + 1), 1, "128 KiB"),
        ((HEAD + "## A\n" * (MAX_STEPS + 1)).encode(), 46, "at most 40 steps"),
        (f"{HEAD}## A\n:::goal epoch > 1".encode(), 7, "does not end"),
        (f"{HEAD}## A\n:::goal epoch > 1\n:::hint\n:::\n:::".encode(), 8, "has not ended"),
        (f"{HEAD}## A\n:::".encode(), 7, "not begun"),
        (f"{HEAD}## A\n:::video x\n:::".encode(), 7, "no directive video"),
        (f"{HEAD}## A\n\n:::goal loss < 1\n:::".encode(), 8, "no quantity loss"),
        (f"{HEAD}## A\n:::state\n{{\n:::".encode(), 7, "no JSON"),
        (f'{HEAD}## A\n:::state\n{{"spec":{{"batch_size":0}}}}\n:::'.encode(), 7, "batch_size"),
        (f"{HEAD}## A\n:::state\n{'[' * 3000}\n:::".encode(), 7, "no JSON"),
        (f"{HEAD}## A\n:::figure film\n:::".encode(), 7, "no panel film"),
        (f"{HEAD}## A\n:::figure loss\npoint: unit\n:::".encode(), 7, "neither"),
        (f"{HEAD}## A\n:::figure loss\nsize: 3\n:::".encode(), 8, "expected one of"),
        (f"{HEAD}## A\n:::figure loss\nrace: kind=seed\n:::".encode(), 7, "the panel race"),
        (f"{HEAD}## A\n:::figure race\nrace: kind=size\n:::".encode(), 7, "no kind=size"),
        (f"{HEAD}## A\n:::figure race\nrace: epochs=3\n:::".encode(), 7, "no epochs=3"),
        (f"{HEAD}## A\n:::figure race\nrace: beside=hill\n:::".encode(), 7, "no beside=hill"),
        (f"{HEAD}## A\n:::figure race\nrace: rate=nan\n:::".encode(), 7, "no rate=nan"),
        (f"{HEAD}## A\n:::question\nWhy?\n> a\n:::".encode(), 7, "choices, or one number"),
        (f"{HEAD}## A\n:::question\nanswer: nan\n> a\n:::".encode(), 7, "finite"),
        (f"{HEAD}## A\n:::question\nanswer: 1\n:::".encode(), 7, "explained"),
        (f"{HEAD}## A\n{'word ' * 26}".encode(), 7, "26 words"),
        ((f"{HEAD}## A\n:::goal epoch > 1\n" + "fails: {}\n" * 9 + ":::").encode(), 7, "at most 8"),
        (f"{HEAD}## A\n:::predict\n> a\n:::".encode(), 7, "choices, one number"),
        (f"{HEAD}## A\n:::predict\nmark: loss\ndraw: boundary\n> a\n:::".encode(), 7, "or mark:"),
        (f"{HEAD}## A\n:::predict\nmark: hinge\n> a\n:::".encode(), 7, "one of loss"),
        (f"{HEAD}## A\n:::predict\ndraw: loss\n> a\n:::".encode(), 7, "only the boundary"),
        (f"{HEAD}## A\n:::predict\nmark: loss\nepochs: \u0663\n> a\n:::".encode(), 7, "1 to 5000"),
        (f"{HEAD}## A\n:::predict\nmark: loss\nmark: loss\n> a\n:::".encode(), 9, "twice"),
        (
            (
                f"{HEAD}## A\n## B\n:::figure loss\n:::\n:::predict\ndraw: boundary\n> a\n:::"
            ).encode(),
            7,
            "needs the panel boundary",
        ),
        (
            f'{HEAD}## A\n:::state\n{{"spec":{{"data":{{"name":"plane"}}}}}}\n:::\n:::predict\n'
            "draw: boundary\n> a\n:::".encode(),
            6,
            "points in classes",
        ),
        (f"{HEAD}## A\n:::goal epoch > 1\nfails: 3\n:::".encode(), 7, "an edit is an object"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: bytes, line: int, said: str) -> None:
    message = refusal(content)
    assert message.startswith(f"line {line}: "), message
    assert said in message


def test_a_figure_says_what_its_race_begins_with() -> None:
    for text, race in (
        ("kind=seed, epochs=50", {"kind": "seed", "epochs": 50}),
        ("surface=saddle, rate=0.1", {"place": "surface", "surface": "saddle", "rate": 0.1}),
        ("surface=bowl, beside=beale", {"place": "surface", "surface": "bowl", "beside": "beale"}),
    ):
        [figure] = read(f"{HEAD}## A\n:::figure race\nrace: {text}\n:::").steps[0]["blocks"]
        assert figure["race"] == race


def test_html_and_scripts_are_shown_as_they_are_written() -> None:
    text = "<script>alert(1)</script> <b>x</b> [a](javascript:alert(1)) ![b](http://x/y.png)"
    [block] = read(f"{HEAD}## A\n{text}").steps[0]["blocks"]
    assert "<script" not in block["html"]
    assert "<b>" not in block["html"]
    assert (
        "href" not in block["html"].replace("http://x/y.png", "")
        or "javascript" not in (block["html"].split("href")[1])
    )
    assert "<img" not in block["html"]


_PARTS = st.sampled_from([
    HEAD, "## A", *(f":::{name}" for name in DIRECTIVES), ":::", ":::x", "- [x] a", "- [ ] b",
    "> c",
    "answer: 1", "draw: boundary", "mark: loss", "epochs: 5", "edit: {}", "fails: {}",
    "weights: []", '{"spec": {}}', "epoch > 1", *PANELS[:2], "\x00", "<b>",
    "point: loss", "[" * 50, "****" * 20, "é",
])  # fmt: skip


_FILES = st.lists(_PARTS, max_size=30).map(
    lambda parts: (HEAD + "## A\n" + "\n".join(parts)).encode()
)


@given(_FILES | st.binary(max_size=300))
def test_any_file_is_a_lesson_or_gets_one_clear_line(content: bytes) -> None:
    """Many more every night."""
    try:
        told = json.dumps(read_lesson(content).describe())
    except LessonError as error:
        told = ""
        refused = error.message
    else:
        refused = ""
    assert bool(told) != bool(refused)
    assert "\n" not in refused
    assert len(refused) < 400


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    file = tmp_path / "en" / "own.md"
    library = Library(tmp_path)
    file.write_text(f"{HEAD}## A\n", encoding="utf-8")
    first = library.find("own", "ko")
    assert first is not None
    assert library.find("own", "en") is first
    file.write_text(f"{HEAD}## A\n## B\n", encoding="utf-8")
    second = library.find("own", "en")
    assert second is not None
    assert len(second.steps) == 2
    file.write_text("no lesson", encoding="utf-8")
    with pytest.raises(LessonError):
        library.find("own", "en")
    assert library.find("../own", "en") is None
