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
             describeError({ code: "brand_new", path: "", message: "as the server says" }),
             formatPercent(0.5, 0), formatCount(12345)];"""
    )
    assert told == [
        words["error.not_paused"],
        words["error.invalid_spec.at"].replace("{name}", words["label.layers.units"]),
        words["error.invalid_spec"],
        "as the server says",
        "50%",
        "12,345",
    ]
