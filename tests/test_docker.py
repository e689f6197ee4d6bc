"""The Dockerfile, step by step: nothing here can build it, so each step is tried by itself."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.app.servers import LiveServer
from tests.programs import FOLDER

ROOT = Path(__file__).parents[1]


def read_steps() -> list[tuple[str, str]]:
    """The instructions with their arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


STEPS = read_steps()


def arguments(name: str) -> list[str]:
    return [argument for instruction, argument in STEPS if instruction == name]


def environment() -> dict[str, str]:
    pairs = [word for argument in arguments("ENV") for word in shlex.split(argument)]
    return dict(pair.split("=", 1) for pair in pairs)


def copied() -> list[str]:
    return [source for argument in arguments("COPY") for source in argument.split()[:-1]]


def command(instruction: str) -> list[str]:
    """The JSON form of a command, which runs without a shell."""
    return json.loads(re.sub(r"^.*?(?=\[)", "", arguments(instruction)[-1]))


def test_only_known_instructions_in_a_sound_order() -> None:
    names = [name for name, _ in STEPS]
    assert names[0] == "FROM"
    assert set(names) <= {
        "FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK",
        "STOPSIGNAL", "CMD",
    }  # fmt: skip
    run = [i for i, (name, text) in enumerate(STEPS) if name == "RUN" and "useradd" in text]
    assert run[0] < names.index("USER") < names.index("CMD")
    # The packages are a layer of their own, which an edit of the code leaves as it is.
    assert STEPS[names.index("COPY")][1].split() == [
        "requirements.txt",
        "requirements-slides.txt",
        "./",
    ]


def test_base_is_slim_and_of_a_version_that_serves() -> None:
    (image,) = arguments("FROM")
    match = re.fullmatch(r"python:3\.(\d+)-slim", image)
    assert match is not None
    assert int(match[1]) >= 11


def test_runs_as_somebody_without_rights() -> None:
    (user,) = arguments("USER")
    cache = environment()["LIVENET_CACHE_DIR"]
    assert f"mkdir -p {cache} && chmod -R a+rwX /home/{user}" in arguments("RUN"), "any user writes"
    created = next(text for text in arguments("RUN") if "useradd" in text)
    assert user == created.split()[-1] != "root"
    assert environment()["LIVENET_CACHE_DIR"].startswith(f"/home/{user}/")


def test_what_is_copied_is_there_and_not_ignored() -> None:
    kept = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert copied()
    assert set(copied()) == kept
    for source in copied():
        assert (ROOT / source).exists(), source


@pytest.mark.parametrize("line", (ROOT / "requirements.txt").read_text().splitlines())
def test_packages_are_pinned_to_what_is_tested(line: str) -> None:
    requirement = Requirement(line)
    assert str(requirement.specifier) == f"=={version(requirement.name)}"


def test_reveal_comes_by_its_hash_and_alone() -> None:
    *options, line = (ROOT / "requirements-slides.txt").read_text().splitlines()
    assert "--require-hashes" in options
    requirement, _, digest = line.partition(" --hash=sha256:")
    assert str(Requirement(requirement).specifier) == f"=={version('sphinx-revealjs')}"
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    installed = [text for text in arguments("RUN") if "requirements-slides.txt" in text]
    assert installed == ["pip install --no-deps -r requirements-slides.txt"]
    makefile = (ROOT / "Makefile").read_text()
    assert makefile.count("--no-deps -r requirements-slides.txt") == 2


def test_every_package_is_imported_from_requirements() -> None:
    """The image has no other packages: what app and engine import is required, or comes along."""
    names = [Requirement(line).name for line in (ROOT / "requirements.txt").read_text().split()]
    installed: set[str] = set()
    while names:
        name = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if name in installed:
            continue
        installed.add(name)
        try:
            required = metadata(name).get_all("Requires-Dist") or []
        except PackageNotFoundError:
            continue
        wanted = [Requirement(text) for text in required]
        names += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    assert {"flask", "wsproto", "jaxlib", "werkzeug"} <= installed
    assert not installed & {"pytest", "selenium", "websocket-client"}


@pytest.mark.parametrize(("jax", "expected"), [("", []), ("cuda13", ["jax[cuda13]"])])
def test_the_build_argument_chooses_the_device(jax: str, expected: list[str]) -> None:
    install = next(text for text in arguments("RUN") if text.startswith("pip install"))
    shown = subprocess.run(
        ["sh", "-c", install.replace("pip install", "printf '%s\\n'", 1)],
        env={"JAX": jax},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split() == ["-r", "requirements.txt", *expected]
    extras = metadata("jax").get_all("Provides-Extra") or []
    assert not jax or jax in extras


@pytest.mark.slow
def test_the_command_starts_from_what_is_copied_and_is_healthy(tmp_path: Path) -> None:
    for source in copied():
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, tmp_path / source)
    program, *rest = command("CMD")
    assert program == "python"
    settings = environment()
    # The address of the image, with a port of its own and the cache of the tests.
    given = {key: settings[key] for key in ("HOST", "PYTHONUNBUFFERED")}
    given |= {"PORT": "0", "LIVENET_CACHE_DIR": str(FOLDER)}
    with LiveServer(command=[sys.executable, *rest], cwd=tmp_path, **given) as server:
        assert server.url.startswith("http://0.0.0.0:")
        assert server.get("/").status == 200
        check = [sys.executable, *command("HEALTHCHECK")[1:]]
        port = server.url.rsplit(":", 1)[1]
        subprocess.run(check, env={**os.environ, "PORT": port}, check=True, timeout=30)
    dead = subprocess.run(
        check, env={**os.environ, "PORT": port}, check=False, timeout=30, capture_output=True
    )
    assert dead.returncode != 0
