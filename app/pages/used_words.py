"""Words that a script can ask for: those of a recording, which holds its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

_STRING = re.compile(r'"([\w.]+)"')
#: What a key begins with that is put together: `help.${name}`.
_BEGINNING = re.compile(r"`([a-z]\w*(?:\.\w+)*)\.?\$\{")


def select_words(script: str, words: Mapping[str, str]) -> dict[str, str]:
    """Returns the words whose keys a script names, or may put together.

    Args:
        script: JavaScript with all modules.
        words: by key, such as `help.tab.loss`.
    """
    named, beginnings = set(_STRING.findall(script)), set(_BEGINNING.findall(script))

    def is_used(key: str) -> bool:
        parts = key.split(".")
        some = [".".join(parts[:count]) for count in range(1, len(parts))]
        # What is named may stand in a variable that a key is put together from.
        return key in named or any(
            one in beginnings or ("." in one and one in named) for one in some
        )

    return {key: text for key, text in words.items() if is_used(key)}
