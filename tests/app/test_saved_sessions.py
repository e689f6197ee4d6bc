"""What is saved of a session comes back, within bounds; and saving is no trouble to the rest."""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.factory import Components
from app.files.session_files import SessionFiles, name_file
from app.protocol.messages import Views
from app.protocol.parsing import parse_message
from app.protocol.view_settings import ViewSettings
from app.sessions.saved_sessions import decode_session, encode_session
from app.sessions.session import Session
from app.sessions.turns import take_turn
from engine import (
    Archive,
    CheckpointError,
    EngineError,
    Programs,
    Trainer,
    encode_archive,
    parse_spec,
)
from tests.app.client import Client, FrameSeen
from tests.app.in_process import Attached, host_sessions
from tests.app.servers import wait_until
from tests.app.transports import InProcessClient

Host = Callable[..., Any]

#: Its best epoch is a good while before epoch 30.
STOPS_EARLY: dict[str, Any] = {
    "data": {
        "name": "moons", "noise": 0.4, "label_noise": 0.15, "samples": 60,
        "validation_fraction": 0.3,
    },
    "layers": [{"units": 8, "activation": "relu"}, {"units": 8, "activation": "relu"}],
    "optimizer": {"name": "adam", "learning_rate": 0.05},
    "early_stopping": {"enabled": True, "patience": 200},
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> SessionFiles:
    return SessionFiles(tmp_path / "sessions", 1 << 24, 600.0)


@pytest.fixture
def host(in_process: Components, files: SessionFiles) -> Host:
    """Hosts that share the files; the tests say when sessions are saved, unless told otherwise."""

    def make(**limits: Any) -> Any:
        chosen = {"files": files, "checkpoint_seconds": 3600.0, **limits}
        return host_sessions(in_process.programs, **chosen)

    return make


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_session_comes_back_as_it_was(host: Host) -> None:
    points = [[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.5, 1.0], [0.5, 0.0, 0.0]]
    with host() as connections, InProcessClient(connections) as client:
        token = client.open({"data": {"name": "points", "points": points}})["session"]
        client.send("views", names=["weights", "selected"], select={"layer": 0, "unit": 1}, tile=9)
        client.send("speed", epochs_per_frame=3)
        client.send("edit", patch={"layers": [{"units": 3}]})
        client.send("edit", patch={"optimizer": {"name": "adam"}})
        client.send("step", epochs=5)
        client.frame_where(lambda frame: frame.epoch == 5)
        client.ack()
        client.send("undo")
        client.send("run", until={"epoch": 4000})
        client.frame_where(lambda frame: frame.metadata["running"] == "true")
    with host() as connections, InProcessClient(connections) as client:
        opened = client.resume(token)
        assert (opened["id"], opened["running"]) == (3, True)
        assert (opened["undo"], opened["redo"]) == (True, True)
        assert opened["spec"]["data"]["points"] == points
        first, second = client.frame(), client.frame()
        assert {"weights", "selected", "points"} <= set(first.arrays)
        assert second.epoch == first.epoch + 3
        client.ack(2)
        client.send("redo")
        assert client.message("spec", acks=True)["spec"]["optimizer"]["name"] == "adam"


def test_what_is_off_comes_back_with_the_steps_that_switched_it_off(host: Host) -> None:
    unit, link = {"layer": 0, "unit": 1}, {"layer": 1, "from": "bias", "to": 0}
    with host() as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
        client.send("edit", patch={"seed": 3})
        client.message("spec", acks=True)
        for kind, told in [
            ("ablate", {"units": [unit]}),
            ("ablate", {"units": [unit], "links": [link]}),
            ("undo", {}),
        ]:
            client.send(kind, **told)
            assert client.message("ablation", acks=True)["by"] == kind
    with host() as connections, InProcessClient(connections) as client:
        opened = client.resume(token)
        assert opened["ablation"] == {"units": [unit], "links": []}
        assert (opened["undo"], opened["redo"]) == (True, True)
        client.send("redo")
        assert client.message("ablation", acks=True)["links"] == [link]
        for _ in range(2):
            client.send("undo")
            assert client.message("ablation", acks=True)["by"] == "undo"
        client.send("undo")
        assert client.message("spec", acks=True)["spec"]["seed"] == 42


def read_timeline(client: Client) -> list[dict[str, Any]]:
    """The time line as it is now."""
    client.send("timeline", on=True)
    while not (isinstance(got := client.receive(), dict) and got["type"] == "timeline"):
        if isinstance(got, FrameSeen):
            client.ack()
    return got["points"]


def test_the_time_line_comes_back_and_shows_what_was_seen(host: Host) -> None:
    with host() as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
        client.frame()
        client.send("step", epochs=3)
        seen = client.frame_where(lambda frame: frame.epoch == 3)
        client.ack(2)
        client.send("edit", patch={"batch_size": 20})
        client.message("spec", acks=True)
        told = read_timeline(client)
    with host() as connections, InProcessClient(connections) as client:
        client.resume(token)
        assert read_timeline(client) == told
        point = next(one for one in told if one["epoch"] == 3 and "kind" not in one)
        client.send("recall", point=point["id"])
        shown = client.frame_where(lambda frame: "recalled" in frame.metadata)
        for name in ("boundary", "units", "weights"):
            np.testing.assert_array_equal(shown.arrays[name], seen.arrays[name])
        client.ack(2)
        client.send("edit", patch={"batch_size": 30})
        client.message("spec", acks=True)
        ids = [one["id"] for one in read_timeline(client)]
        assert max(ids) > max(one["id"] for one in told), "no id is given twice"
        assert len(set(ids)) == len(ids)


def test_what_waits_is_carried_out_before_the_server_stops(host: Host) -> None:
    with host() as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
        for number in range(60):
            client.send("edit", patch={"seed": number})
    with host() as connections, InProcessClient(connections) as client:
        opened = client.resume(token)
        assert (opened["id"], opened["spec"]["seed"]) == (60, 59)


def stamp(files: SessionFiles, token: str) -> tuple[int, int] | None:
    try:
        found = os.stat(files._folder / name_file(token))
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def test_only_what_has_changed_is_written_again(host: Host, files: SessionFiles) -> None:
    with host(checkpoint_seconds=0.05) as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
        client.frame()
        first = wait_until(lambda: stamp(files, token), "it is saved")
        for _ in range(3):
            # Each is saved in a later round.
            with InProcessClient(connections) as other:
                another = other.open()["session"]
                wait_until(lambda another=another: stamp(files, another), "the other is saved")
        assert stamp(files, token) == first
        client.ack(2)
        client.send("step", batches=1)
        wait_until(lambda: stamp(files, token) != first, "it is saved again")


def test_a_session_that_gave_way_comes_back(host: Host) -> None:
    with host(max_sessions=1, checkpoint_seconds=0.05) as connections:
        with InProcessClient(connections) as client:
            token = client.open({"seed": 7})["session"]
            session = connections._host.get(token)
            wait_until(lambda: session.saved_revision == session.revision, "it is saved")
        with InProcessClient(connections) as client:
            client.open()
        with InProcessClient(connections) as client:
            assert client.resume(token)["spec"]["seed"] == 7


def test_a_session_that_nobody_came_back_to_is_gone(host: Host, files: SessionFiles) -> None:
    with host(checkpoint_seconds=0.05, resume_seconds=0.0) as connections:
        with InProcessClient(connections) as client:
            token = client.open()["session"]
            wait_until(lambda: stamp(files, token), "it is saved")
        wait_until(lambda: stamp(files, token) is None, "its file is removed")


def test_what_was_saved_of_a_session_goes_with_its_end(host: Host, files: SessionFiles) -> None:
    with host(checkpoint_seconds=0.05) as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
        wait_until(lambda: stamp(files, token), "it is saved")
        client.send("end")
        assert client.closing() == 1000
        assert stamp(files, token) is None


def test_training_goes_on_where_nothing_can_be_saved(
    host: Host, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    broken = SessionFiles(tmp_path / "file", 1 << 20, 600.0)
    with host(files=broken, checkpoint_seconds=0.02) as connections:
        with InProcessClient(connections) as client:
            token = client.open()["session"]
            client.send("run")
            wait_until(lambda: logged(caplog), "it is reported")
            client.frame_where(lambda frame: frame.epoch > 100)
            client.kill()
        with InProcessClient(connections) as client:
            assert client.resume(token)["resumed"] is True
    assert [text for text in logged(caplog) if "cannot be saved" in text] == logged(caplog)[:1]
    assert len(logged(caplog)) <= 2, "once for writing, once for reading"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}" * 100])
def test_a_file_that_is_no_session_costs_nothing_but_itself(
    host: Host, files: SessionFiles, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with host() as connections:
        for number in range(2):
            token = f"a-token-of-no-session-{number}"
            files.put(token, content)
            with InProcessClient(connections) as client:
                client.send("open", session=token)
                client.error("unknown_session")
                assert client.open()["resumed"] is False
            assert stamp(files, token) is None
    assert len(logged(caplog)) == 1


def test_the_session_of_another_token_is_refused(
    host: Host, files: SessionFiles, in_process: Components, caplog: pytest.LogCaptureFixture
) -> None:
    attached = Attached(Trainer(None, in_process.programs))
    attached.session.token = "a-token-of-an-attached-session"
    saved = save(attached.session)
    files.put("a-token-of-somebody-else", encode_session(saved, 1 << 20))
    with host() as connections, InProcessClient(connections) as client:
        client.send("open", session="a-token-of-somebody-else")
        client.error("unknown_session")
    assert len(logged(caplog)) == 1


def test_many_come_back_at_once(host: Host) -> None:
    """Also two with the same token: there is one session, and the second one has it."""
    with host() as connections, InProcessClient(connections) as client:
        token = client.open()["session"]
    with host() as connections:
        clients = [InProcessClient(connections) for _ in range(6)]
        threads = [
            threading.Thread(target=one.send, args=("open",), kwargs={"session": token})
            for one in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = [one for one in clients if not one.connection.outbox.closed]
        assert len(kept) == 1
        assert kept[0].message("opened")["session"] == token
        for one in clients:
            one.close()


def save(session: Session, *, last: bool = False) -> Any:
    """What its worker would save; the worker is this thread."""
    future = session.save(last=last)
    assert future is not None
    while not future.done():
        session.take_turn(take_turn)
    return future.result()


@pytest.fixture(scope="module")
def programs(in_process: Components) -> Programs:
    return in_process.programs


@pytest.fixture(scope="module")
def attached(programs: Programs) -> Attached:
    """A session with a long past."""
    attached = Attached(Trainer(None, programs))
    attached.session.token = "a-token-of-an-attached-session"
    send = attached.session.enqueue
    for number in range(40):
        for text in (
            {"type": "edit", "patch": {"seed": number}, "group": str(number)},
            {"type": "step", "batches": 1 + number},
        ):
            command: Any = parse_message(json.dumps(text))
            send(command, 100)
            attached.session.add_credit(attached.outbox)
            attached.receive()
    return attached


def test_the_past_is_bounded_in_bytes(attached: Attached, programs: Programs) -> None:
    saved = save(attached.session)
    assert len(saved.undo) == 40
    whole = decode_session(encode_session(saved, 1 << 24), programs)
    assert len(whole.undo) == 40
    assert [point.id for point in whole.points] == [point.id for point in saved.points]
    sizes = []
    for room in (200_000, 50_000, 20_000, 5_000, 0):
        content = encode_session(saved, room)
        some = decode_session(content, programs)
        sizes.append(len(content))
        assert sizes[-1] < room + 8192
        # The newest steps of undo, and of the time line the newest point and some before.
        assert [s.snapshot and s.snapshot.spec for s in some.undo] == [
            s.snapshot and s.snapshot.spec for s in saved.undo[len(saved.undo) - len(some.undo) :]
        ]
        assert not some.points or some.points[-1].id == saved.points[-1].id
        assert some.snapshot.counters == saved.snapshot.counters
    assert sizes == sorted(sizes, reverse=True)


@given(
    key=st.sampled_from(["session", "best", "initial", "undo", "redo", "points", "more"]),
    data=st.data(),
)
def test_notes_of_anything_are_read_or_refused(
    attached: Attached, programs: Programs, key: str, data: st.DataObject
) -> None:
    value = data.draw(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
        | st.lists(st.integers(), max_size=3) | st.dictionaries(st.text(max_size=4), st.integers())
    )  # fmt: skip
    archive = Trainer.decode_archive(encode_session(save(attached.session), 0), programs)
    notes = json.loads(archive.notes)
    if data.draw(st.booleans()) and key == "session":
        inner = data.draw(st.sampled_from([*notes["session"], "more"]))
        notes["session"][inner] = value
    else:
        notes[key] = value
    content = encode_archive(Archive(archive.snapshots, json.dumps(notes)))
    try:
        read = decode_session(content, programs)
    except CheckpointError:
        return
    assert read.snapshot.spec == archive.snapshots[0].spec


@given(data=st.data())
def test_a_damaged_session_is_read_or_refused(
    attached: Attached, programs: Programs, data: st.DataObject
) -> None:
    """Bytes changed, cut off or added anywhere, as whoever hands a session over could do."""
    content = bytearray(encode_session(save(attached.session), 0))
    header = 8 + int.from_bytes(content[:8], "little")
    places = st.integers(0, len(content) - 1) | st.integers(0, header - 1)
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(places)] = data.draw(st.integers(0, 255))
    del content[data.draw(st.just(len(content)) | st.integers(0, len(content))) :]
    content += data.draw(st.just(b"") | st.binary(max_size=20))
    try:
        read = decode_session(bytes(content), programs)
    except EngineError:
        return
    assert np.isfinite(np.array(read.snapshot.state.params)).all()


WEIGHT = {"layer": 1, "from": 2, "to": 0}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"names": []},
        {"names": ["weights", "points"], "max_fps": 12.5},
        {"select": {"layer": 3, "unit": 7}, "tile": 64},
        {"digit": {"part": "train", "row": 4}, "space": 2},
        {"step": {"point": 7, "check": 2}},
        {"landscape": {"kind": "random", "draw": 3}},
        {"landscape": {"kind": "weights", "weights": [WEIGHT, {**WEIGHT, "from": "bias"}]}},
        {"ablation": {"units": [{"layer": 0, "unit": 1}], "links": [{**WEIGHT, "from": "bias"}]}},
        {"digit": {"ink": base64.b64encode(bytes(range(12))).decode(), "width": 4, "height": 3}},
    ],
    ids=str,
)
def test_views_are_described_by_a_message(message: dict[str, Any]) -> None:
    views = ViewSettings(server_fps=30).merge(Views.model_validate({"type": "views", **message}))
    text = views.describe().model_dump_json(by_alias=True, exclude_unset=True)
    again = ViewSettings(server_fps=30).merge(Views.model_validate_json(text))
    for name in ViewSettings.__slots__:
        if name != "digit":
            assert getattr(again, name) == getattr(views, name), name
    assert repr(again.digit) == repr(views.digit)
    mine, theirs = (getattr(one.digit, "ink", None) for one in (again, views))
    np.testing.assert_array_equal(mine, theirs)


def test_the_best_epoch_comes_back_with_its_weights(host: Host) -> None:
    """A run that would have ended early ends so after a restart, with the very same best epoch."""
    with host() as connections, InProcessClient(connections) as client:
        token = client.open(STOPS_EARLY)["session"]
        client.send("step", epochs=30)
        before = client.frame_where(lambda frame: frame.epoch == 30)
        client.ack(2)
    with host() as connections, InProcessClient(connections) as client:
        client.resume(token)
        after = client.frame_where(lambda frame: frame.epoch == 30)
        for name in ("best_step", "best_epoch", "best_loss", "waited"):
            assert after.metadata[name] == before.metadata[name]
        client.ack(2)
        client.send("edit", patch={"early_stopping": {"patience": 1}})
        client.message("spec", acks=True)
        client.send("step", epochs=200)
        stopped = client.message("stopped", acks=True)
        assert stopped["best_epoch"] >= int(before.metadata["best_epoch"])
        assert stopped["best_loss"] <= float(before.metadata["best_loss"])


def test_a_best_epoch_of_another_run_is_refused(programs: Programs) -> None:
    trainer = Trainer(parse_spec(STOPS_EARLY), programs)
    trainer.turn(epochs=5)
    stopping = Attached(trainer)
    stopping.session.token = "a-token-of-a-session-that-stops"
    saved = save(stopping.session)
    assert saved.best is not None
    read = decode_session(encode_session(saved, 0), programs)
    assert read.best is not None
    assert (read.best.loss, read.best.waited) == (saved.best.loss, saved.best.waited)
    kept, back = saved.best.snapshot.state, read.best.snapshot.state
    assert all(np.array_equal(*pair) for pair in zip(kept, back, strict=True))
    other = replace(saved.best.snapshot, spec=parse_spec({**STOPS_EARLY, "seed": 1}))
    wrong = replace(saved, best=replace(saved.best, snapshot=other))
    with pytest.raises(CheckpointError, match="another run"):
        decode_session(encode_session(wrong, 0), programs)
