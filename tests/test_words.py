"""The catalogues of words: complete, used, alike in all languages; and no words outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from engine import PRESETS
from engine.spec import names
from tests.catalogues import (
    LANGUAGES,
    catalogue,
    class_keys,
    error_codes,
    find_differences,
    find_html_prose,
    find_missing,
    find_particles,
    find_prose,
    find_untidy,
    find_untranslated,
    find_unused,
    html,
    options_of,
    patterns_of,
    schema_fields,
    scripts,
)

#: Mistakes in steps of a lesson, not of training.
OF_LESSON_STEPS = ("no_steps", "steps", "outside", "blocks", "once")


def test_no_key_is_missing() -> None:
    assert not find_missing(catalogue("en"), scripts(), html())


def test_no_key_is_unused() -> None:
    assert not find_unused(catalogue("en"), scripts(), html())


def test_a_template_of_keys_makes_at_least_one() -> None:
    words = catalogue("en")
    rooms = {key.partition(".")[0] for key in words}
    patterns = {p for p in patterns_of(scripts().values()) if p[0].partition(".")[0] in rooms}
    assert len(patterns) > 10
    for parts in patterns:
        shape = re.compile(r".+".join(map(re.escape, parts)))
        assert any(shape.fullmatch(key) for key in words), parts


def test_languages_have_the_same_keys_and_placeholders() -> None:
    assert not find_differences(catalogue("en"), catalogue("ko"))
    assert list(catalogue("en")) == list(catalogue("ko")), "the same order helps translators"


def test_korean_is_korean() -> None:
    assert not find_untranslated(catalogue("en"), catalogue("ko"))
    assert not find_particles(catalogue("ko"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_tidy(language: str) -> None:
    assert not find_untidy(catalogue(language))


def test_every_control_is_named_and_explained() -> None:
    words = catalogue("en")
    for label, node in schema_fields().items():
        if label in ("version", "data.points", "data.task"):
            continue
        assert f"label.{label}" in words, label
        for option in options_of(node):
            if label in ("data.name", "features"):
                continue
            assert {f"option.{label}.{option}", f"option.{option}"} & set(words), option
            helps = {f"help.option.{label}.{option}", f"help.option.{option}"}
            assert helps & set(words), option


@pytest.mark.parametrize(
    ("listed", "keys"),
    [
        (names.FEATURES, ("feature.{}", "help.feature.{}")),
        (
            [
                *names.BINARY_DATASETS,
                *names.MULTICLASS_DATASETS,
                *names.REGRESSION_DATASETS,
                *names.IMAGE_DATASETS,
            ],
            ("data.{}", "help.dataset.{}"),
        ),
        (names.TASK_LOSSES, ("task.{}", "help.task.{}")),
        ([preset.id for preset in PRESETS], ("preset.{}",)),
        (error_codes(), ("error.{}",)),
        (class_keys(), ("class.{}",)),
    ],
    ids=["features", "data sets", "tasks", "presets", "errors", "classes"],
)
def test_every_name_of_the_server_has_its_words(
    listed: Iterable[str], keys: tuple[str, ...]
) -> None:
    words = catalogue("en")
    assert list(listed)
    missing = [key.format(name) for name in listed for key in keys if key.format(name) not in words]
    assert not missing


def test_every_observation_has_its_words() -> None:
    source = scripts()["advice/observations.js"]
    keys = set(re.findall(r'key: (?:\w.*? \? )?"([\w.]+)"', source))
    keys |= set(re.findall(r'key: .*? : "([\w.]+)"', source))
    assert {"idle", "diverged", "dead.only", "dead.last"} <= keys
    for key in keys:
        assert {f"observation.{key}.lead", f"observation.{key}.text"} <= set(catalogue("en")), key


def test_no_script_and_no_page_has_words_of_its_own() -> None:
    found = {name: prose for name, source in scripts().items() if (prose := find_prose(source))}
    assert not found
    assert not [text for page in html() for text in find_html_prose(page)]


def test_training_goes_by_epochs_batches_and_updates() -> None:
    """What else is called a step: an activation, and the parts of the tour and of lessons."""
    others = {
        "help.tour",
        "lesson.count",
        "lesson.steps",
        *(f"lessons.mistake.{name}" for name in OF_LESSON_STEPS),
        "observation.step.lead",
        "option.step",
        "preset.step",
        "tour.progress",
    }
    words = {"en": r"\bsteps?\b", "ko": "스텝|단계"}
    for language, forbidden in words.items():
        texts = {key: re.sub(r"{\w+}", "", text) for key, text in catalogue(language).items()}
        found = {key for key, text in texts.items() if re.search(forbidden, text, re.IGNORECASE)}
        assert found <= others, language


def test_missing_keys_are_found() -> None:
    words = dict(catalogue("en"))
    for key in ("card.data", "connection.waiting", "page.title"):
        del words[key]
    found = find_missing(words, scripts(), html())
    assert {"card.data", "connection.waiting", "page.title"} <= found
    sources = {**scripts(), "new.js": 'say(word("card.nothing")); const key = "tab.nothing";'}
    found = find_missing(catalogue("en"), sources, ['<p>{{ word("page.nothing") }}</p>'])
    assert {"card.nothing", "tab.nothing", "page.nothing"} <= found
    assert "card.data" not in found


def test_unused_keys_are_found() -> None:
    extra = {"card.nothing": "x", "label.nothing.at.all": "x", "option.optimizer.name.nothing": "x"}
    found = find_unused({**catalogue("en"), **extra}, scripts(), html())
    assert set(extra) <= found
    assert "card.data" not in found
    sources = dict(scripts())
    del sources["advice/observations.js"]
    assert "observation.straight.lead" in find_unused(catalogue("en"), sources, html())
    assert not find_unused({"a.b": "x"}, {}, ['<p>{{ word("a.b") }}</p>'])


def test_differences_between_languages_are_found() -> None:
    english, korean = catalogue("en"), dict(catalogue("ko"))
    del korean["card.data"]
    korean["card.more"] = "더"
    korean["layer.name"] = "은닉층 {number}"
    assert find_differences(english, korean) == {"card.data", "card.more", "layer.name"}


def test_what_is_not_korean_is_found() -> None:
    english = catalogue("en")
    korean = {**catalogue("ko"), "card.data": english["card.data"], "card.output": "Ausgabe"}
    assert {"card.data", "card.output"} <= find_untranslated(english, korean)
    assert "card.network" not in find_untranslated(english, korean)
    assert find_particles({"a": "{name}을 고름", "b": "{count}개를", "c": "{name}의"}) == {"a"}
    assert find_untidy({"a": "", "b": " x", "c": "x  y", "d": "x y"}) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "source",
    [
        'h("p", {}, "Hello there")',
        'h("button.small", { type: "button", "aria-label": "Close" })',
        'element.setAttribute("title", `Layer ${n}`)',
        'element.textContent = "Epoch";',
        'setText(title, "Done")',
        "const text = `Number ${n} is too large`;",
        'createToggle({ label: "Log" })',
        'const text = "학습";',
    ],
)
def test_words_in_a_script_are_found(source: str) -> None:
    assert find_prose(source)


@pytest.mark.parametrize(
    "source",
    [
        'h("button.small", { type: "button", role: "tab" }, word("action.close"))',
        'element.setAttribute("aria-label", word("action.close"))',
        'throw new TypeError("No such thing here")',
        "const at = `translate(${x}px, ${y}px)`; const path = `M4 4l8 8`;",
        'h("output", { "aria-live": "off" }, "0")',
    ],
)
def test_other_strings_of_a_script_are_let_be(source: str) -> None:
    assert not find_prose(source)


@pytest.mark.parametrize(
    "page",
    ["<p>Hello</p>", '<img alt="A network">', '<meta name="description" content="Words">'],
)
def test_words_in_a_template_are_found(page: str) -> None:
    assert find_html_prose(page)
    assert not find_html_prose('<h1>LiveNet</h1><p title="{{ word("a.b") }}">{{ word("c.d") }}</p>')
