"""`/api/sessions/TOKEN/exports/NAME`: source code, weights and history of a session's run."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.api.sessions.jobs import find_session, wait_for
from app.api.sessions.large_responses import charge_response
from app.api.sessions.requests import RefusedError, make_download
from app.hosting.session_host import SessionHost
from engine import EXPORT_OPTIONS, EngineError, ExportRequest, export, pack_files


def add_export_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds the exports to the blueprint of `/api/sessions`."""

    @blueprint.get("/<token>/exports/<name>")
    def send_export(token: str, name: str) -> Response:
        session = find_session(host, token)
        options = request.args.to_dict()
        alone = _read_only(options.pop("only", None))
        try:
            wanted = ExportRequest(name, **_check_options(options))
            # A snapshot is taken in microseconds; files are made here, while the session trains on.
            snapshot, history = wait_for(
                session,
                lambda worker: (worker.trainer.snapshot(), worker.trainer.history),
                "an export",
            )
            files = export(wanted, snapshot, history)
        except EngineError as error:
            raise RefusedError("invalid_message", error.message, error.path) from None
        file = files[0] if alone else pack_files(files, f"livenet-{name.replace('_', '-')}")
        download = make_download(file.name, file.content, file.mimetype)
        return charge_response(session.account, download)


def _read_only(only: str | None) -> bool:
    """Whether only the source is requested, without the files beside it."""
    if only not in (None, "source"):
        raise RefusedError("invalid_message", "only must be source", "only")
    return only is not None


def _check_options(options: dict[str, Any]) -> dict[str, Any]:
    for key in options:
        if key not in EXPORT_OPTIONS:
            known = ", ".join(EXPORT_OPTIONS)
            raise RefusedError("invalid_message", f"an export takes only {known}", key[:60])
    return options
