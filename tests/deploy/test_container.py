"""As a container host runs the image: a read-only file system, any user, no home, `$PORT`."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.servers import ROOT, LiveServer
from tests.app.transports import make_client

#: As `docker run --read-only --tmpfs /tmp --user 54321` does: nobody knows that user's name.
_ALONE = ("unshare", "--mount", "--propagation", "private", "sh", "-c")
_READ_ONLY = "mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 none /tmp"
_ANYBODY = "exec unshare --user --map-user=54321 --map-group=54321 env -u HOME"


def may_unshare() -> bool:
    """Whether this user may mount file systems, and the kernel lets anybody be somebody else."""
    if shutil.which("unshare") is None:
        return False
    tried = (*_ALONE, f"{_READ_ONLY} && {_ANYBODY} true")
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


@pytest.mark.slow
def test_it_trains_where_nothing_can_be_written() -> None:
    if not may_unshare():
        pytest.skip("only who may mount file systems can try this")
    if any(Path(path).is_relative_to("/tmp") for path in (ROOT, sys.prefix)):
        pytest.skip("the files of this checkout lie in /tmp, which another one hides here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = (*_ALONE, f'{_READ_ONLY} && {_ANYBODY} "$0" -m app', sys.executable)
    with LiveServer(command, PORT=port, LIVENET_CACHE_DIR="/nowhere/livenet") as server:
        assert server.url.endswith(f":{port}")
        with make_client(server, "websocket") as client:
            client.open()
            client.run()
            client.frame_where(lambda frame: frame.epoch >= 5)
        status = json.loads(server.get("/status?format=json").body)
    assert status["host"]["checkpoints"]["saved"] == 0
    told = [line.split(": ", 1)[1] for line in server.log]
    assert {line.split(": ")[0] for line in told} <= {
        "compiled programs cannot be kept", "sessions cannot be saved",
    }, server.log  # fmt: skip
    assert len(told) <= 2, "each is said once"
