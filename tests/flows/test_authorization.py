"""One authorization point: every rule is asked cold and warm, by cookie and by bearer token."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cognito_gate._gate.authorization import Rule, Target
from cognito_gate.errors import Forbidden
from cognito_gate.events import Refused
from cognito_gate.identity import Identity
from tests.flows.stage import DUE, REFRESH, Stage, incoming
from tests.world.browser import NAVIGATION, Browser, Extra, Reply


@dataclass(frozen=True)
class Group:
    """What is below `path` is for one group."""

    path: str
    group: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.path.startswith(self.path) and self.group not in identity.groups:
            raise Forbidden(f"only {self.group} may go here", sub=identity.sub)


@dataclass(frozen=True)
class Method:
    """One method is for nobody."""

    method: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.method == self.method:
            raise Forbidden("not this method", sub=identity.sub)


@dataclass(frozen=True)
class Mount:
    """What is mounted in one place is for nobody."""

    mount: str

    def check(self, target: Target, identity: Identity) -> None:
        if target.mount == self.mount:
            raise Forbidden("not this mount", sub=identity.sub)


RULES: tuple[Rule, ...] = (Group("/admin", "admin"), Method("DELETE"), Mount("/old"))
REFUSED = {
    "group": ("GET", "/admin/x", ""),
    "method": ("DELETE", "/a", ""),
    "mount": ("GET", "/old/a", "/old"),
}
ALLOWED = {
    "another path": ("GET", "/a", ""),
    "another method": ("POST", "/a", ""),
    "another mount": ("GET", "/older/a", "/older"),
    "a public path": ("DELETE", "/open", ""),
}
WAYS = ("cold", "warm, the full way", "warm, the short way")


@pytest.fixture
def stage() -> Stage:
    stage = Stage({"bearer": True, "public_paths": ("/open",)}, rules=RULES)
    stage.pool.access["cognito:groups"] = ["staff"]
    return stage


def by_cookie(stage: Stage) -> Extra:
    jar = stage.signed_in().jar
    return {"cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}


def by_bearer(stage: Stage) -> Extra:
    return {"authorization": f"Bearer {stage.pool.access_token()}"}


SIGN_INS = pytest.mark.parametrize("sign_in", [by_cookie, by_bearer])
SignIn = Callable[[Stage], Extra]


def replies(stage: Stage, headers: Extra, method: str, path: str, mount: str) -> dict[str, Reply]:
    """The reply to one request, each way that there is to one."""
    request = Browser(stage).request(method, path, {**NAVIGATION, **headers})
    other = Stage(stage.changes, stage.now, quick=False, rules=stage.rules)
    other.pool = stage.pool
    stages = (other, other, stage)
    return {way: asked.handle(request, mount) for way, asked in zip(WAYS, stages, strict=True)}


@pytest.mark.parametrize("facts", REFUSED.values(), ids=REFUSED)
@SIGN_INS
def test_each_rule_refuses_cold_and_warm(
    stage: Stage, sign_in: SignIn, facts: tuple[str, str, str]
) -> None:
    for way, reply in replies(stage, sign_in(stage), *facts).items():
        assert (reply.status, reply.app) == (403, None), way


@pytest.mark.parametrize("facts", ALLOWED.values(), ids=ALLOWED)
@SIGN_INS
def test_what_no_rule_is_against_passes_cold_and_warm(
    stage: Stage, sign_in: SignIn, facts: tuple[str, str, str]
) -> None:
    for way, reply in replies(stage, sign_in(stage), *facts).items():
        assert reply.identity.groups == ("staff",), way


def test_the_short_way_is_taken(stage: Stage) -> None:
    """Or the tests above would not ask it."""
    request = Browser(stage).request("GET", "/a", by_cookie(stage))
    assert stage.cached(incoming(request, stage.now)) is not None


def test_who_is_not_signed_in_is_asked_to_before_any_rule(stage: Stage) -> None:
    assert stage.browser().go("/admin/x").status == 303
    assert stage.browser().fetch("/admin/x").status == 401


def test_a_person_is_told_who_they_are_and_may_change_that(stage: Stage) -> None:
    page = stage.signed_in().go("/admin/x")
    assert page.value("content-type").startswith("text/html")
    assert b"Access denied" in page.body
    assert b"signed in as ada" in page.body
    assert b'href="/auth/logout"' in page.body


def test_a_program_is_told_in_json(stage: Stage) -> None:
    reply = stage.signed_in().fetch("/admin/x")
    assert json.loads(reply.body) == {"error": "forbidden"}
    assert reply.value("www-authenticate") == 'Bearer error="insufficient_scope"'


def test_a_refusal_is_an_event_that_says_who(stage: Stage) -> None:
    browser = stage.signed_in()
    stage.events.clear()
    browser.fetch("/admin/x")
    [event] = stage.events
    assert isinstance(event, Refused)
    assert (event.status, event.code, event.sub) == (403, "forbidden", stage.pool.sub)
    assert event.reason == "only admin may go here"


class Broken:
    """A rule with a mistake in it."""

    def check(self, target: Target, identity: Identity) -> None:
        if target.path == "/admin/x":
            raise LookupError("a mistake")


@pytest.mark.parametrize(("rules", "status"), [(RULES, 403), ((Broken(),), 500)])
def test_a_session_that_was_refreshed_on_the_way_is_kept(
    rules: tuple[Rule, ...], status: int
) -> None:
    """With rotation, its old refresh token would be worth nothing."""
    stage = Stage({"refresh_flow_enabled": True}, rules=rules)
    browser = stage.signed_in()
    stage.now += DUE + 1
    reply = browser.go("/admin/x")
    assert (reply.status, reply.app) == (status, None)
    assert REFRESH in reply.stored


@SIGN_INS
def test_a_rule_that_fails_lets_nobody_pass(sign_in: SignIn) -> None:
    broken = Stage({"bearer": True}, rules=(Broken(),))
    for way, reply in replies(broken, sign_in(broken), "GET", "/admin/x", "").items():
        assert (reply.status, reply.app) == (500, None), way
