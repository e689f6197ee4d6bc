"""Shares of clients: what is given back, who is forgotten, and new sessions."""

from __future__ import annotations

import pytest

from app.limits import client_shares
from app.limits.client_shares import ClientShares
from app.limits.session_rates import SessionRateError, SessionRates
from app.web.clients import name_client
from tests.app.conftest import Clock


def test_what_is_given_back_can_be_taken_again(clock: Clock) -> None:
    shares = ClientShares(2)
    for _ in range(10):
        assert shares.charge("a") == 0
        shares.give_back("a")
    assert [shares.charge("a") > 0 for _ in range(3)] == [False, False, True]
    shares.give_back("nobody")


def test_the_number_of_clients_is_bounded(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(client_shares, "_MAX_CLIENTS", 3)
    shares = ClientShares(1)
    for client in "abcd":
        shares.charge(client)
    assert [shares.charge(client) > 0 for client in "bcd"] == [True] * 3
    assert shares.charge("a") == 0, "who came longest ago is forgotten"


@pytest.mark.parametrize(
    ("client", "limited"),
    [
        ("203.0.113.9", True),
        ("2001:db8::/64", True),
        ("", True),
        ("unix:", True),
        ("127.0.0.1", False),
        ("127.0.0.2", False),
        (name_client("::1"), False),
    ],
)
def test_new_sessions_are_counted_but_for_this_machine(
    clock: Clock, client: str, limited: bool
) -> None:
    rates = SessionRates(2)
    rates.charge(client)
    rates.charge(client)
    if limited:
        with pytest.raises(SessionRateError, match=r"too many new sessions.* in \d+ s"):
            rates.charge(client)
    else:
        rates.charge(client)
