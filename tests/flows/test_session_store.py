"""Sessions in a store, to show that the place of sessions can change without a change to a flow."""

import secrets
from dataclasses import dataclass, field

import pytest

from cognito_gate._gate.effects import Flow, at_once, compute
from cognito_gate._gate.messages import Headers
from cognito_gate._gate.protocol.cookies import Attributes, Jar, RequestCookies
from cognito_gate._gate.protocol.session_cache import Values
from cognito_gate._gate.records import RefreshRecord, Tokens
from cognito_gate._gate.sessions.interface import Saved, Sessions, Stored
from cognito_gate.events import Refreshed, SignedIn, SignedOut
from tests.flows.stage import DUE, Stage, spent
from tests.world.browser import Browser

SESSION_ID = "__Host-cognito_session"


@dataclass
class MemorySessions:
    """Sessions by an id that nobody can guess, which is all that the browser has. Each question is
    an effect, as those of a real store are."""

    kept: dict[str, tuple[Tokens, RefreshRecord | None]] = field(default_factory=dict)
    questions: int = 0
    cookie_names: tuple[str, ...] = (SESSION_ID,)
    attributes: Attributes = field(default_factory=lambda: Attributes(secure=True))

    def _find(self, jar: Jar) -> tuple[Tokens, RefreshRecord | None] | None:
        self.questions += 1
        return self.kept.get(self._id(jar))

    def _id(self, jar: Jar) -> str:
        return jar.get(SESSION_ID, [""])[0]

    def load(self, cookies: RequestCookies, now: float) -> Flow[Stored]:
        if SESSION_ID not in cookies.jar:
            return Stored()
        session = yield from compute(lambda: self._find(cookies.jar))
        if session is None:
            return Stored()
        tokens, record = session
        return Stored([tokens.access], [tokens.id], [record.to_json()] if record else [])

    def values(self, cookies: RequestCookies, access: str, id_: str, refresh: str) -> Values:
        return (self._id(cookies.jar),)

    def open_access(self, value: str) -> tuple[str, float]:
        return value, float("inf")

    def open_id(self, value: str) -> str:
        return value

    def open_refresh(self, value: str) -> RefreshRecord:
        return RefreshRecord.from_json(value)

    def check_size(self, tokens: Tokens) -> None:
        """There is room for all."""

    def save(
        self,
        jar: Jar,
        tokens: Tokens,
        record: RefreshRecord | None,
        now: float,
        *,
        unseen: bool = False,
    ) -> Flow[Saved]:
        name = secrets.token_urlsafe(32)
        yield from compute(lambda: self.kept.pop(self._id(jar), None))
        yield from compute(lambda: self.kept.update({name: (tokens, record)}))
        line = self.attributes.line(SESSION_ID, name, 3600)
        return Saved((("set-cookie", line),), (name.encode(),), float("inf"))

    def save_refresh(self, jar: Jar, record: RefreshRecord, now: float) -> Flow[Headers]:
        tokens, _ = self.kept[self._id(jar)]
        yield from compute(lambda: self.kept.update({self._id(jar): (tokens, record)}))
        return ()

    def drop_refresh(self, jar: Jar) -> Flow[Headers]:
        yield from ()
        return ()

    def drop(self, jar: Jar, *, unseen: bool = False) -> Flow[Headers]:
        yield from compute(lambda: self.kept.pop(self._id(jar), None))
        lines = self.attributes.clear(SESSION_ID, jar, always=unseen)
        return tuple(("set-cookie", line) for line in lines)


@pytest.fixture
def store() -> MemorySessions:
    return MemorySessions()


@pytest.fixture
def stage(store: MemorySessions) -> Stage:
    place: Sessions = store
    return Stage({"refresh_flow_enabled": True}, sessions=place)


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return stage.signed_in()


def test_the_browser_has_an_id_and_no_token(store: MemorySessions, browser: Browser) -> None:
    assert set(browser.jar) == {SESSION_ID}
    assert set(store.kept) == {browser.jar[SESSION_ID]}


def test_a_session_that_is_known_asks_nothing(store: MemorySessions, browser: Browser) -> None:
    store.questions = 0
    for _ in range(3):
        assert browser.go("/").identity.username == "ada"
    assert store.questions == 0


def test_a_cold_process_asks_once(stage: Stage, store: MemorySessions, browser: Browser) -> None:
    cold = Stage(stage.changes, sessions=store)
    cold.pool = stage.pool
    store.questions = 0
    for _ in range(3):
        assert Browser(cold, browser.jar).go("/").identity.username == "ada"
    assert store.questions == 1


def test_a_store_needs_a_driver(store: MemorySessions, browser: Browser) -> None:
    line = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    with pytest.raises(RuntimeError, match="without Compute"):
        at_once(store.load(RequestCookies([line.encode()]), 0.0))


def test_an_id_that_nobody_gave_is_nobody(stage: Stage, browser: Browser) -> None:
    assert Browser(stage, {SESSION_ID: "x" * 43}).go("/").status == 303


def test_a_refresh_replaces_the_session(
    stage: Stage, store: MemorySessions, browser: Browser
) -> None:
    before = browser.jar[SESSION_ID]
    stage.pool.rotation = True
    stage.now += DUE + 1
    assert browser.go("/").identity.username == "ada"
    assert browser.jar[SESSION_ID] != before
    assert set(store.kept) == {browser.jar[SESSION_ID]}
    assert spent(stage) == 1
    assert browser.go("/").status == 200


def test_a_sign_out_ends_it_for_good(stage: Stage, store: MemorySessions, browser: Browser) -> None:
    copied = Browser(stage, dict(browser.jar))
    assert browser.go("/auth/logout").status == 303
    assert store.kept == {}
    assert copied.go("/").status == 303
    assert [type(event) for event in stage.events] == [SignedIn, SignedOut]


def test_the_events_are_the_same(stage: Stage, browser: Browser) -> None:
    stage.now += DUE + 1
    browser.go("/")
    signed_in, refreshed = stage.events
    assert isinstance(signed_in, SignedIn)
    assert isinstance(refreshed, Refreshed)
    assert refreshed.session == signed_in.session
