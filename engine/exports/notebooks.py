"""Jupyter notebooks (nbformat 4.5): a text cell, then a code cell for each section."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from engine.exports.inputs import SourceInput
from engine.exports.sources import list_packages, list_sections, write_source

_WORDS = Path(__file__).parent / "words"


@cache
def read_words(language: str) -> dict[str, str]:
    """Returns the words of notebooks in a language."""
    return json.loads((_WORDS / f"{language}.json").read_text(encoding="utf-8"))


def write_notebook(name: str, parts: SourceInput, language: str) -> str:
    """Returns a source as the JSON of a notebook.

    Args:
        name: of the source.
        parts: what is exported.
        language: of its words.
    """
    source, words = write_source(name, parts), read_words(language)
    title = words["title"].format(
        framework=source.framework,
        data=parts.spec.data.name,
        widths="-".join(str(width) for width in parts.spec.widths),
        step=f"{parts.step:,}",
    )
    data_kind = parts.spec.data.entry.kind.name
    cells = [_words(title), _code(f"%pip install -q {' '.join(list_packages(source, parts))}")]
    for section in list_sections(source, parts, script=False):
        keys = (f"{section.name}.{name}", f"{section.name}.{data_kind}", section.name)
        text = next(words[key] for key in keys if key in words)
        cells += [_words(text), _code(section.code)]
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
