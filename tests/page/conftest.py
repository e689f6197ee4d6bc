"""Fixtures of tests that run modules of the page without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.api.schema import collect_answers
from tests.page.node import Modules


@pytest.fixture(scope="session")
def modules(schema: dict[str, Any]) -> Iterator[Modules]:
    """Modules that speak English and know the schema."""
    with Modules() as modules:
        modules.speak("en")
        modules.load(
            """const { learnSchema } = await import("spec/schema");
               learnSchema(arguments[0]);""",
            schema,
        )
        yield modules


@pytest.fixture(params=["en", "ko"])
def language(modules: Modules, request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language, which the modules speak for one test."""
    modules.speak(request.param)
    yield request.param
    modules.speak("en")


@pytest.fixture
def korean(modules: Modules) -> Iterator[Modules]:
    """The same, in Korean for one test."""
    modules.speak("ko")
    yield modules
    modules.speak("en")


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """What the page learns from `/api/schema`."""
    return collect_answers()["schema"]
