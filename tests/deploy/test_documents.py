"""The configuration files of docs/deploy.md, read by the programs that they are for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.web.settings import Settings
from tests.app.servers import ROOT
from tests.deploy.documents import read_files
from tests.deploy.nginx import NGINX, write_configuration

VARIABLE = re.compile(r"\b(LIVENET_[A-Z_]+|PORT|HOST)\b")
IMAGE_CACHE = "/home/livenet/.cache/livenet"


def run(*command: str, **environ: str) -> str:
    """Runs a checker, which must say that all is well."""
    done = subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def find(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize("below", [False, True])
def test_nginx_takes_its_files(tmp_path: Path, below: bool) -> None:
    if NGINX is None:
        pytest.skip("nginx is not installed (apt-get install nginx)")
    main = write_configuration(tmp_path, below=below)
    pair = [tmp_path / "fullchain.pem", tmp_path / "privkey.pem"]
    run(
        find("openssl"), "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:P-256", "-subj", "/CN=net.example.org",
        "-out", str(pair[0]), "-keyout", str(pair[1]),
    )  # fmt: skip
    text = main.read_text()
    assert "/etc/letsencrypt/live/net.example.org/" in text
    main.write_text(text.replace("/etc/letsencrypt/live/net.example.org", str(tmp_path)))
    told = run(NGINX, "-t", "-c", str(main), "-e", str(tmp_path / "errors"))
    assert "warn" not in told


@pytest.mark.parametrize("name", read_files("deploy.md", "caddyfile"))
def test_caddy_takes_its_files(tmp_path: Path, name: str) -> None:
    caddy = find("caddy")
    file = tmp_path / "Caddyfile"
    file.write_text(read_files("deploy.md", "caddyfile")[name])
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    run(caddy, "validate", "--adapter", "caddyfile", "--config", str(file), **home)
    formatted = run(caddy, "fmt", str(file), **home)
    assert formatted.strip() == file.read_text().strip()


def test_systemd_takes_its_unit(tmp_path: Path) -> None:
    analyze = find("systemd-analyze")
    [(name, text)] = read_files("deploy.md", "ini").items()
    command = re.search(r"^ExecStart=(\S+) -m app$", text, re.M)
    assert command is not None
    # Neither the user nor the folder is on this machine.
    text = text.replace(command[1], shutil.which("python3") or "").replace("User=livenet\n", "")
    unit = tmp_path / Path(name).name
    unit.write_text(text.replace("WorkingDirectory=/opt/livenet", "WorkingDirectory=/"))
    run(analyze, "verify", str(unit))


def read_yaml(name: str) -> Any:
    return yaml.safe_load(read_files("deploy.md", "yaml")[name])


def test_every_yaml_file_can_be_read() -> None:
    for name in read_files("deploy.md", "yaml"):
        assert isinstance(read_yaml(name), dict), name
    assert read_yaml("README.md of the Space") == {"sdk": "docker", "app_port": 8000}


def test_compose_fits_the_image_and_the_proxy() -> None:
    content = read_yaml("compose.yaml")
    services = content["services"]
    image = (ROOT / "Dockerfile").read_text()
    assert f"LIVENET_CACHE_DIR={IMAGE_CACHE}" in image
    assert services["livenet"]["volumes"] == [f"livenet:{IMAGE_CACHE}"]
    mounted = [one.split(":")[0] for service in services.values() for one in service["volumes"]]
    assert {name for name in mounted if not name.startswith(".")} == set(content["volumes"])
    proxied = re.search(
        r"reverse_proxy (\w+):(\d+)", read_files("deploy.md", "caddyfile")["Caddyfile"]
    )
    assert proxied is not None
    assert proxied[1] in services
    assert f"EXPOSE {proxied[2]}" in image
    # Longer than the server takes to save all sessions and to stop.
    assert services["livenet"]["stop_grace_period"] == "10s"


def test_every_variable_is_a_setting() -> None:
    known = {"HOST" if name == "host" else "PORT" if name == "port" else f"LIVENET_{name.upper()}"
             for name in Settings.model_fields}  # fmt: skip
    assert set(VARIABLE.findall((ROOT / "docs" / "deploy.md").read_text())) <= known
