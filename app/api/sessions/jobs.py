"""Finds the session of a request, and runs a job on its worker between two turns."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.api.sessions.requests import RefusedError, refuse_unknown
from app.hosting.session_host import SessionHost
from app.scheduling.jobs import T
from app.sessions.session import Session
from app.sessions.worker_state import WorkerState
from engine import EngineError

logger = logging.getLogger(__name__)

#: A job waits for the turn that is running, and for those of others.
JOB_SECONDS = 20.0


def find_session(host: SessionHost, token: str) -> Session:
    """Returns the session of a token.

    Raises:
        RefusedError: there is none.
    """
    session = host.get(token)
    if session is None:
        raise refuse_unknown()
    return session


def wait_for(session: Session, job: Callable[[WorkerState], T], what: str) -> T:
    """Runs a job on the session's worker and returns its result.

    Args:
        session: whose worker.
        job: what to do, given what only the worker may touch.
        what: it is for, as errors say it.

    Raises:
        EngineError: the engine refused it.
        RefusedError: it could not be done.
    """
    future = session.submit(job)
    if future is None:
        raise RefusedError("rate_limited", "too many requests for this session")
    try:
        return future.result(JOB_SECONDS)
    except EngineError:
        raise
    except TimeoutError:
        future.cancel()
        raise RefusedError("engine_error", "the session is busy; try again") from None
    except Exception:
        logger.exception("session %s: %s failed", session.label, what)
        raise RefusedError("engine_error", f"{what} failed, nothing changed") from None
