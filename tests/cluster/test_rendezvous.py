"""Rendezvous hashing: all agree, keys are divided evenly, and few move when servers come or go."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cluster.membership import ClusterOwnership, Load, Member, Membership
from app.cluster.rendezvous import choose_owner, draw_token, is_owner
from app.hosting.ownership import MovedError
from app.sessions.tokens import find_key, make_token, make_watch_token

NAMES = [f"sessions-{number}" for number in range(8)]
KEYS = [f"key-{number}" for number in range(4000)]


def test_keys_are_divided_evenly() -> None:
    shares = Counter(choose_owner(key, NAMES) for key in KEYS)
    assert set(shares) == set(NAMES)
    # Each share is binomial with mean 500 and standard deviation 21.
    assert all(abs(share - 500) < 5 * 21 for share in shares.values())


def test_a_server_that_goes_gives_up_its_own_keys_alone() -> None:
    left = NAMES[:3] + NAMES[4:]
    for key in KEYS:
        before, after = choose_owner(key, NAMES), choose_owner(key, left)
        assert after == before or before == NAMES[3]


def test_a_server_that_comes_takes_keys_and_no_other_does() -> None:
    more = [*NAMES, "sessions-new"]
    moved = [key for key in KEYS if choose_owner(key, NAMES) != choose_owner(key, more)]
    assert all(choose_owner(key, more) == "sessions-new" for key in moved)
    assert abs(len(moved) - len(KEYS) / 9) < 5 * 20


@given(st.text(), st.lists(st.text(), unique=True), st.randoms())
def test_all_agree_in_whatever_order_they_know_the_servers(key, names, random) -> None:
    shuffled = random.sample(names, len(names))
    owner = choose_owner(key, names)
    assert choose_owner(key, shuffled) == owner
    assert [name for name in names if is_owner(name, key, shuffled)] == [owner] * bool(names)


def test_tokens_are_drawn_until_their_key_is_the_servers_own() -> None:
    for name in NAMES:
        token = draw_token(name, NAMES)
        assert len(token) == len(make_token())
        assert choose_owner(find_key(token), NAMES) == name
    with pytest.raises(ValueError, match="none of the servers"):
        draw_token("gone", NAMES)


def test_a_watch_token_is_routed_as_its_session_and_tells_nothing_else_of_it() -> None:
    token = make_token()
    watch = make_watch_token(token)
    assert find_key(watch) == find_key(token)
    assert watch != token
    assert not set(_parts(token[8:])) & set(_parts(watch[8:]))
    assert make_watch_token(token[:-1] + "x") != watch or token.endswith("x")


def _parts(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(len(text) - 3)]


def test_a_server_without_a_membership_may_have_no_sessions() -> None:
    ownership = ClusterOwnership("one")
    assert not ownership.owns("token")
    with pytest.raises(MovedError):
        ownership.make_token()
    one = Member("one", "127.0.0.1", 1, 1, "machine")
    ownership.membership = Membership(1, (one,))
    assert ownership.owns("token")
    both = Membership(2, (one, replace(one, name="two")))
    ownership.membership = both
    tokens = [ownership.make_token() for _ in range(20)]
    assert {both.find_owner(token) for token in tokens} == {one}
    assert any(not ownership.owns(make_token()) for _ in range(64))


def test_there_is_no_owner_without_servers() -> None:
    assert choose_owner("key", []) is None
    assert Membership().find_owner("token") is None
    assert Load().places == 0
