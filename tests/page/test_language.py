"""Which language a visit is in, and what the page says of errors and numbers in it."""

from __future__ import annotations

import pytest

from tests.page.node import Modules, read_words


@pytest.mark.parametrize(
    ("search", "chosen", "preferred", "language"),
    [
        ("?lang=ko", "en", ["en"], "ko"),
        ("?a=1&lang=KO-kr", None, [], "ko"),
        ("?lang=de", "ko", ["en"], "ko"),
        ("?lang=", None, ["ko-KR", "en"], "ko"),
        ("", None, ["de-DE", "ko", "en"], "ko"),
        ("", None, ["de", "fr"], "en"),
        ("", "xx", [], "en"),
    ],
)
def test_the_language_is_chosen(
    modules: Modules, search: str, chosen: str | None, preferred: list[str], language: str
) -> None:
    found = modules.load(
        """const { chooseLanguage } = await import("lib/language");
           const [search, chosen, preferred] = arguments;
           return chooseLanguage(["en", "ko"], { search, chosen, preferred });""",
        search, chosen, preferred,
    )  # fmt: skip
    assert found == language


def test_errors_and_numbers_are_in_the_language_of_the_page(korean: Modules) -> None:
    words = read_words("ko")
    told = korean.load(
        """const { describeError } = await import("lib/errors");
           const { formatCount, formatPercent } = await import("lib/format");
           return [
             describeError({ code: "not_paused", message: "x" }),
             describeError({ code: "invalid_spec", path: "layers.0.units", message: "x" }),
             describeError({ code: "invalid_spec", path: "", message: "x" }),
             describeError({ code: "invalid_sweep", path: "axes.1.path", message: "x" }),
             describeError({ code: "invalid_sweep", path: "axes.0.low", message: "x" }),
             describeError({ code: "memory_limit", path: "axes", message: "x" }),
             describeError({ code: "rate_limited", path: "search", message: "x" }),
             describeError({ code: "brand_new", path: "", message: "as the server says" }),
             formatPercent(0.5, 0), formatCount(12345)];"""
    )
    assert told == [
        words["error.not_paused"],
        words["error.invalid_spec.at"].replace("{name}", words["label.layers.units"]),
        words["error.invalid_spec"],
        words["error.invalid_sweep.axis"],
        words["error.invalid_sweep"],
        words["error.memory_limit.axes"],
        words["error.rate_limited.search"],
        "as the server says",
        "50%",
        "12,345",
    ]


QUEUE = """const { describeQueue } = await import("spoken/queue-words");
           const describe = (place) => describeQueue({ place, places: 64 }).split(".")[0];
           return arguments[0].map(describe);"""


def test_a_place_in_the_line_is_an_ordinal(modules: Modules) -> None:
    told = modules.load(QUEUE, [1, 2, 3, 11, 21])
    text = "All 64 places are taken: you are {} in line"
    assert told == [text.format(place) for place in ("1st", "2nd", "3rd", "11th", "21st")]


def test_a_place_in_the_line_in_korean(korean: Modules) -> None:
    (told,) = korean.load(QUEUE, [3])
    assert told.startswith("자리 64개가 모두 찼습니다")
