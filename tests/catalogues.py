"""Reads the catalogues of words, and finds what is wrong with them or stands outside of them.

The page's scripts are read as text: a key is a string of theirs, or a template whose holes are
filled by other strings of theirs or by names that the server knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import digits
from typing import get_args

from engine import CATALOGUE, PRESETS, QUANTITIES, SURFACES, Spec
from engine.data.kinds import COMPONENTS, DATASETS
from engine.data.tables import COLUMNS
from engine.search import METHODS
from engine.spec import names

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "static" / "js"
TEMPLATES = ROOT / "templates"
LANGUAGES = ("en", "ko")

Words = dict[str, str]
#: A template's fixed parts; a filler stands between each two.
Pattern = tuple[str, ...]

_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_TEMPLATE = re.compile(r"`((?:[^`\\]|\\.)*)`")
_HOLE = re.compile(r"\$\{(?:[^{}`]|`[^`]*`)*\}")
_NAME = re.compile(r"(?<![.\w])([A-Za-z_]\w*)(?=\s*[:,}\])])")
_KEY = re.compile(r"[a-z]\w*(?:\.\w+)+")
#: Names of elements with their classes look like keys.
_TAG = re.compile(r'\b(?:h|makeTerm)\(\s*"[^"]*"')
_SAID = re.compile(r'\b(?:word|hasWord)\(\s*"([^"]+)"')
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HANGUL = re.compile(r"[가-힣]")

#: What is written alike in both languages: names of languages and methods, and symbols.
ALIKE = re.compile(
    r"feature\.(?!radius$|sepal_|petal_|pc).+|language\..+|data\.(fashion_)?mnist|readout\.place"
    r"|points\.(column\.x[12]|paste\.example)|tab\.score\.regression"
    r"|share\.kind\.(?!link$).+|share\.source\.(keras_sequential|pytorch|jax)"
    r"|animation\.(format\.gif|ms|px)|search\.method\.(tpe|cma_es)|action\.search\.(csv|db)"
    r"|option\.(tanh|relu|leaky_relu|prelu|elu|selu|gelu|silu|mish|softplus"
    r"|output\.tanh|huber|sgd|adagrad|adadelta|rmsprop|adam|adamw|nadam|lion)"
)
#: Particles that depend on how the word before them ends, which a placeholder does not tell.
_PARTICLE = re.compile(r"\{\w+\}(?:을|를|은|는|이|가|와|과|으로|로|이나|나|이랑|랑)(?![가-힣])")


@cache
def catalogue(language: str) -> Words:
    text = (ROOT / "static" / "i18n" / f"{language}.json").read_text(encoding="utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    assert len(dict(pairs)) == len(pairs), "a key stands twice"
    return dict(pairs)


@cache
def scripts() -> dict[str, str]:
    """Names and sources of the page's modules, without comments."""
    return {
        file.relative_to(SCRIPTS).as_posix(): _COMMENT.sub("", file.read_text(encoding="utf-8"))
        for file in sorted(SCRIPTS.rglob("*.js"))
    }


def strings_of(sources: Iterable[str]) -> set[str]:
    return {text for source in sources for text in _STRING.findall(source)}


def patterns_of(sources: Iterable[str]) -> set[Pattern]:
    """Templates that may make keys: they begin with the first name of one."""
    templates = {text for source in sources for text in _TEMPLATE.findall(source)}
    cut = {tuple(_HOLE.split(text)) for text in templates if _HOLE.search(text)}
    return {parts for parts in cut if re.fullmatch(r"[a-z]\w*\.(\w+\.)*", parts[0])}


def makes(parts: Pattern, key: str, fillers: set[str]) -> bool:
    """Whether a template makes a key when fillers stand in its holes."""
    head, *rest = parts
    if not key.startswith(head):
        return False
    key = key.removeprefix(head)
    if not rest:
        return key == ""
    return any(
        key.startswith(filler) and makes(tuple(rest), key[len(filler) :], fillers)
        for filler in fillers
    )


def schema_fields() -> dict[str, dict]:
    """Labels and properties of the spec's JSON Schema."""
    schema = Spec.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    found = {
        node["label"]: node
        for model in models
        for node in model.get("properties", {}).values()
        if "label" in node
    }
    assert len(found) > 25
    return found


def options_of(node: dict) -> list[str]:
    return [name for choice in node.get("anyOf", [node]) for name in choice.get("enum", [])]


def server_names() -> set[str]:
    """Every name of the server that the page may put into a key."""
    fields = schema_fields()
    found = set(fields) | {option for node in fields.values() for option in options_of(node)}
    found |= {preset.id for preset in PRESETS} | {*error_codes(), *LANGUAGES, *SURFACES}
    for listed in vars(names).values():
        if isinstance(listed, tuple | list):
            found |= {name for name in listed if isinstance(name, str)}
        found |= {name for name in get_args(listed) if isinstance(name, str)}
    found |= {*class_keys(), *QUANTITIES, *METHODS, *mistakes(), *COLUMNS, *COMPONENTS}
    found |= {"files", "download"}
    return found | {one.table.package for one in CATALOGUE.values() if one.table}


def class_keys() -> set[str]:
    """What the page makes of the names of classes, but for mere digits, to find their words."""
    names = {name for entry in DATASETS.values() for name in entry.classes}
    return {re.sub(r"\W+", "_", name.lower(), flags=re.ASCII) for name in names - {*digits}}


def mistakes() -> set[str]:
    """The names of what may be wrong with a lesson."""
    files = [ROOT / "app" / "api" / "lessons.py", *(ROOT / "app" / "lessons").glob("*.py")]
    named = re.compile(r'LessonError\(\s*[^\n]+?,\s*"(\w+)"')
    return {name for file in files for name in named.findall(file.read_text(encoding="utf-8"))}


def error_codes() -> list[str]:
    """The codes that the protocol lists."""
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    table = text.partition("### Errors")[2].partition("\n\n###")[0]
    rows = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    codes = [code for row in rows for code in re.findall(r"`(\w+)`", row)]
    assert len(codes) > 12
    return codes


def store_keys() -> set[str]:
    """Keys of the page's store, such as `run.spec`, which look like those of the catalogue."""
    text = (SCRIPTS / "run" / "page-store.js").read_text(encoding="utf-8")
    block = text.partition("const INITIAL = {\n")[2].partition("\n};")[0]
    groups = re.split(r"^  (\w+): \{", block, flags=re.MULTILINE)[1:]
    assert len(groups) > 10
    return {
        f"{group}.{key}"
        for group, keys in zip(groups[::2], groups[1::2], strict=True)
        for key in re.findall(r"(\w+):", keys)
    }


def template_keys(texts: Iterable[str]) -> set[str]:
    return {key for text in texts for key in re.findall(r"""\bword\(["']([^"']+)["']\)""", text)}


def html() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(TEMPLATES.glob("*.html"))]


def find_missing(words: Words, sources: Mapping[str, str], pages: Iterable[str]) -> set[str]:
    """Keys that are asked for by name, or look as if, and are not there."""
    asked = {key for source in sources.values() for key in _SAID.findall(source)}
    rooms = {key.partition(".")[0] for key in words}
    paths = set(schema_fields()) | {f"data.{label}" for label in ("points", "task")} | store_keys()
    modules = {name.removesuffix(".js") for name in sources}
    alike = {
        text
        for text in strings_of(_TAG.sub("", source) for source in sources.values())
        if _KEY.fullmatch(text) and text.partition(".")[0] in rooms and text not in paths | modules
    }
    return {key for key in asked | alike | template_keys(pages) if key not in words}


def find_unused(words: Words, sources: Mapping[str, str], pages: Iterable[str]) -> set[str]:
    """Keys that nothing asks for, by name or by a template."""
    strings = strings_of(sources.values())
    patterns = patterns_of(sources.values())
    plain = {name for source in sources.values() for name in _NAME.findall(source)}
    fillers = strings | plain | server_names()
    fillers = {filler for filler in fillers if re.fullmatch(r"\w+(\.\w+)*", filler)}
    used = strings | template_keys(pages)
    return {
        key
        for key in words
        if key not in used and not any(makes(parts, key, fillers) for parts in patterns)
    }


def find_differences(one: Words, other: Words) -> set[str]:
    """Keys of only one language, and those whose placeholders differ."""
    holes = {
        key
        for key in one.keys() & other.keys()
        if set(_PLACEHOLDER.findall(one[key])) != set(_PLACEHOLDER.findall(other[key]))
    }
    return (one.keys() ^ other.keys()) | holes


def find_untranslated(english: Words, korean: Words) -> set[str]:
    return {
        key
        for key, text in korean.items()
        if re.search(r"[^\W\d_]", _PLACEHOLDER.sub("", text))
        and not ALIKE.fullmatch(key)
        and (text == english.get(key) or not _HANGUL.search(text))
    }


def find_particles(korean: Words) -> set[str]:
    return {key for key, text in korean.items() if _PARTICLE.search(text)}


def find_untidy(words: Words) -> set[str]:
    return {key for key, text in words.items() if not text or text != text.strip() or "  " in text}


_SPOKEN = r"aria-label|aria-description|aria-valuetext|aria-roledescription|title|placeholder|alt"
_LITERAL = r"""(?P<quote>["`])(?P<text>(?:(?!(?P=quote)).)*)(?P=quote)"""
#: Where the page says something: attributes, texts, children of `h`, parts of controls.
_SAYS = [
    re.compile(rf"""["']?\b(?:{_SPOKEN}|label|help)["']?\s*:\s*{_LITERAL}"""),
    re.compile(rf"""setAttribute\(\s*["'](?:{_SPOKEN})["'],\s*{_LITERAL}"""),
    re.compile(rf"""(?:textContent|innerText|innerHTML|\.title|\.placeholder)\s*=\s*{_LITERAL}"""),
    re.compile(rf"""(?:setText|say)\([^,()]+,\s*{_LITERAL}"""),
    re.compile(rf"""\}},\s*{_LITERAL}\s*[,)]"""),
]
_PROSE = re.compile(r"[A-Z][a-z]+,? +[a-z]+|[가-힣]")


def find_prose(source: str) -> list[str]:
    """What a script says in its own words."""
    source = re.sub(r"(?:new \w*Error|console\.\w+)\((?:[^()]|\([^()]*\))*\)", "", source)
    spoken = [match["text"] for says in _SAYS for match in says.finditer(source)]
    spoken = [text for text in spoken if not _KEY.fullmatch(text)]
    found = [text for text in spoken if re.search(r"[A-Za-z가-힣]{2}", _HOLE.sub("", text))]
    texts = _STRING.findall(source) + [_HOLE.sub("", t) for t in _TEMPLATE.findall(source)]
    return found + [text for text in texts if _PROSE.search(text)]


class _Texts(HTMLParser):
    """Collects what a page shows or says."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        spoken = set(_SPOKEN.split("|"))
        if ("name", "description") in attrs:
            spoken.add("content")
        self.texts += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def find_html_prose(page: str) -> list[str]:
    """What a template says in its own words; the name of the page is its own in any language."""
    parser = _Texts()
    parser.feed(re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", page, flags=re.DOTALL))
    texts = [text.replace("LiveNet", "") for text in parser.texts]
    return [text for text in texts if re.search(r"[A-Za-z가-힣]", text)]
