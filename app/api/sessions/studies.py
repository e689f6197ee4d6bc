"""`/api/sessions/TOKEN/study.csv` and `study.db`: the trials of a session's search."""

from __future__ import annotations

from flask import Blueprint, Response

from app.api.sessions.jobs import find_session, wait_for
from app.api.sessions.large_responses import charge_response
from app.api.sessions.requests import RefusedError, make_download
from app.hosting.session_host import SessionHost
from engine import Search, write_trials


def add_study_routes(blueprint: Blueprint, host: SessionHost) -> None:
    """Adds the downloads of a search to the blueprint of `/api/sessions`."""

    def find_search(token: str) -> Search:
        session = find_session(host, token)
        search = wait_for(session, lambda worker: worker.searches.search, "a search")
        if search is None:
            raise RefusedError("no_search", "there is no search")
        return search

    @blueprint.get("/<token>/study.csv")
    def send_table(token: str) -> Response:
        search = find_search(token)
        table = write_trials(search.settings, search.trials)
        return make_download("livenet-search.csv", table.encode(), "text/csv")

    @blueprint.get("/<token>/study.db")
    def send_study(token: str) -> Response:
        search = find_search(token)
        download = make_download("livenet-search.db", search.pack(), "application/vnd.sqlite3")
        return charge_response(find_session(host, token).account, download)
