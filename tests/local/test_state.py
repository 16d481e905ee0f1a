"""What the pool remembers, and that it forgets."""

from concurrent.futures import ThreadPoolExecutor

from cognito_gate.local.state import Bounded, Grant, Refresh, Session, State, opaque_token

GRANT = Grant("ada", "app", ("openid",), 0)


def test_bounded_forgets_the_oldest() -> None:
    items: Bounded[int] = Bounded(limit=2)
    for number in range(3):
        items.put(str(number), number)
    assert [items.get(str(number)) for number in range(3)] == [None, 1, 2]


def test_what_ends_in_a_word_is_forgotten() -> None:
    items: Bounded[int] = Bounded()
    for number, key in enumerate(("ada", "lock ada", "lock bada", "ada lock")):
        items.put(key, number)
    items.forget("ada")
    assert items.values() == (2, 3)


def test_of_many_threads_one_takes_an_entry() -> None:
    items: Bounded[int] = Bounded()
    items.put("code", 1)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: items.pop("code"), range(64)))
    assert taken.count(1) == 1
    assert taken.count(None) == 63


def test_every_grant_has_an_origin_of_its_own() -> None:
    assert GRANT.origin_jti
    assert GRANT.origin_jti != Grant("ada", "app", ("openid",), 0).origin_jti


def test_a_refresh_token_ends_and_is_still_known() -> None:
    state = State()
    token = state.add_refresh(Refresh(GRANT, 100.0))
    assert state.refresh(token, 99.9)
    assert state.refresh(token, 100.0) is None
    assert state.known_refresh(token)


def test_retiring_never_prolongs() -> None:
    state, refresh = State(), Refresh(GRANT, 100.0)
    token = state.add_refresh(refresh)
    state.retire(token, refresh, 500.0)
    assert state.refresh(token, 99.9)
    assert state.refresh(token, 100.0) is None


def test_retiring_once_more_does_not_either() -> None:
    state = State()
    token = state.add_refresh(Refresh(GRANT, 100.0))
    for at in (10.0, 20.0):
        refresh = state.refresh(token, 5.0)
        assert refresh
        state.retire(token, refresh, at)
    assert state.refresh(token, 9.9)
    assert state.refresh(token, 10.0) is None


def test_all_sign_ins_of_one_person_can_be_revoked() -> None:
    state = State()
    grants = [Grant(name, "app", (), 0) for name in ("ada", "ada", "bob")]
    tokens = [state.add_refresh(Refresh(grant, 100.0)) for grant in grants]
    state.revoke_user("ada")
    assert [state.refresh(token, 0) is None for token in tokens] == [True, True, False]


def test_revoking_reaches_all_tokens_of_the_sign_in() -> None:
    state = State()
    tokens = [state.add_refresh(Refresh(GRANT, 100.0)) for _ in range(2)]
    state.revoke(GRANT.origin_jti)
    assert [state.refresh(token, 0) for token in tokens] == [None, None]


def test_a_session_ends_or_is_closed() -> None:
    state = State()
    name = state.open_session(Session("ada", 0, 100.0))
    assert state.session(name, 99.9)
    assert state.session(name, 100.0) is None
    state.close_session(name)
    assert state.session(name, 0) is None
    state.close_session(name)


def test_opaque_tokens_differ() -> None:
    assert opaque_token() != opaque_token()
