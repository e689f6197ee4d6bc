"""A real nginx with the configuration of docs/deploy.md, on a free port, as any user."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Self

from tests.app.servers import PATIENCE, wait_until
from tests.deploy.documents import read_files

#: Debian has it where the path of an ordinary user does not lead.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

SNIPPET, SITE = "/etc/nginx/snippets/livenet.conf", "/etc/nginx/conf.d/livenet.conf"
BELOW = f"{SITE}: in place of its location"
TARGET = "127.0.0.1:8000"

_MAIN = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/errors warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""


def write_configuration(folder: Path, *, below: bool, target: str = TARGET) -> Path:
    """Writes the files of the document; returns the main one.

    Args:
        folder: an empty one.
        below: whether the server is shown below `/livenet/`.
        target: `address:port` of the server.
    """
    files = read_files("deploy.md", "nginx")
    (folder / "snippets").mkdir()
    (folder / "snippets" / "livenet.conf").write_text(files[SNIPPET])
    site = files[SITE]
    if below:
        site, count = re.subn(
            r"^    location / \{.*?^    \}\n", lambda _: files[BELOW], site, flags=re.M | re.S
        )
        assert count == 1
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(folder=folder, site=site.replace(TARGET, target)))
    return main


class Nginx:
    """nginx before a server, without TLS.

    Args:
        folder: an empty one, for its files.
        target: URL of the server.
        below: whether it shows the server below `/livenet/`.
    """

    def __init__(self, folder: Path, target: str, *, below: bool) -> None:
        assert NGINX is not None
        main = write_configuration(folder, below=below, target=target.removeprefix("http://"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        text = re.sub(r"^ *ssl_.*\n", "", main.read_text(), flags=re.M)
        assert "listen 443 ssl;" in text
        main.write_text(text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};"))
        self.errors = folder / "errors"
        root = f"127.0.0.1:{self.port}" + ("/livenet" if below else "")
        self.url, self.stream_url = f"http://{root}", f"ws://{root}/api/stream"
        self._command = [NGINX, "-c", str(main), "-e", str(self.errors)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command)
        wait_until(self._answers, "nginx listens")
        return self

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.errors.read_text()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
