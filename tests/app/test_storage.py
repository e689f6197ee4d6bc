"""What people store over HTTP: a share of each client, and a folder that cannot be written."""

from __future__ import annotations

import gzip
import json
import shutil
import struct
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.recordings import make_recordings_blueprint
from app.api.schema import add_error_answers, collect_answers
from app.api.states import make_states_blueprint
from app.factory import ROOT
from app.files.blob_store import BlobStore
from app.files.link_payloads import LinkPayloads
from app.limits.storage_quotas import StorageQuotas
from app.pages.assets import Assets
from app.pages.languages import Languages
from app.pages.recording_shell import RecordingShell
from app.web.settings import Settings
from engine import LinkPayload, encode_payload

SHARE = 1 << 20
START = gzip.compress(struct.pack("<I", 30) + b'{"livenet":"recording"')
STATE = encode_payload(LinkPayload(points=((0.0, 0.0, 1.0),)))


def make_client(folder: Path, trusted_proxies: int = 0) -> FlaskClient:
    app = Flask(__name__)
    settings = Settings(cache_dir=folder, trusted_proxies=trusted_proxies)
    app.config.update(
        TRUSTED_PROXIES=trusted_proxies, BODY_LIMITS={}, MAX_CONTENT_LENGTH=settings.shelf_bytes
    )
    quotas = StorageQuotas(folder, SHARE)
    assets = Assets(ROOT / "static")
    shell = RecordingShell(assets, collect_answers, lambda **_: "")
    store = BlobStore(folder / "recordings", 1 << 24, quotas)
    payloads = LinkPayloads(BlobStore(folder / "states", 1 << 24, quotas))
    app.register_blueprint(make_recordings_blueprint(shell, Languages(assets), store, settings))
    app.register_blueprint(make_states_blueprint(payloads, settings))
    add_error_answers(app)
    return app.test_client()


def post(
    client: FlaskClient, path: str, content: bytes, asked: str = "192.0.2.1", forwarded: str = ""
) -> TestResponse:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client.post(
        path, data=content, headers=headers, environ_overrides={"REMOTE_ADDR": asked}
    )


def read_code(answer: TestResponse) -> str:
    content = json.loads(answer.data)
    return content.get("error", content)["code"]


def test_a_client_has_one_share_for_all_that_it_stores(tmp_path: Path) -> None:
    client = make_client(tmp_path)
    codes = [
        post(client, "/api/recordings", START + bytes(SHARE // 4 + i)).status_code for i in range(6)
    ]
    assert codes == [200, 200, 200, 200, 429, 429]
    for path, content in (("/api/recordings", START), ("/api/states", STATE)):
        refused = post(client, path, content, forwarded="198.51.100.9")
        assert (refused.status_code, read_code(refused)) == (429, "storage_limited")
        assert int(refused.headers["Retry-After"]) > 0
        assert post(client, path, content, asked="192.0.2.2").status_code in (200, 201)
        assert post(client, path, content).status_code in (200, 201), "it is there already"


def test_behind_a_proxy_the_share_is_that_of_whoever_asked_it(tmp_path: Path) -> None:
    client = make_client(tmp_path, trusted_proxies=1)
    large = START + bytes(2 * SHARE)
    assert post(client, "/api/recordings", large, forwarded="198.51.100.9").status_code == 200
    state = encode_payload(LinkPayload(points=((0.5, 0.0, 1.0),)))
    for forwarded, status in (("198.51.100.9", 429), ("198.51.100.9, 203.0.113.5", 201)):
        assert post(client, "/api/states", state, forwarded=forwarded).status_code == status


@pytest.mark.parametrize(("path", "content"), [("/api/recordings", START), ("/api/states", STATE)])
def test_a_folder_that_cannot_be_written_is_answered_with_507(
    tmp_path: Path, path: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(tmp_path)
    for name in ("recordings", "states"):
        (tmp_path / name).write_text("in the way")
    for _ in range(3):
        refused = post(client, path, content)
        assert (refused.status_code, read_code(refused)) == (507, "storage_full")
    assert len(caplog.records) == 1
    shutil.rmtree(tmp_path)
    assert post(client, path, content).status_code in (200, 201)
