"""One authorization point: every rule is asked cold and warm, by cookie and by bearer token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cognito_gate import Identity, Require, Rule
from cognito_gate._gate.authorization import Authorization
from cognito_gate._gate.protocol.paths import PublicPaths
from cognito_gate._gate.rule_decisions import RuleDecisions
from cognito_gate._gate.rule_table import RuleTable
from cognito_gate._gate.target import Check, Target
from cognito_gate.events import Refused
from tests.flows.stage import DUE, REFRESH, START, Stage, incoming
from tests.world import faults
from tests.world.browser import FETCH, NAVIGATION, Browser, Extra, Reply
from tests.world.pool import CLIENT
from tests.world.tokens import GONE

WAYS = ("cold", "warm, the full way", "warm, the short way")


@dataclass(frozen=True)
class Case:
    """What a rule requires, and claims that meet it. Each of `refused` is a change of one fact: of
    the access token's claims, or of the ID token's."""

    require: Require
    access: Mapping[str, Any] = field(default_factory=dict)
    id: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by: tuple[str, ...] = ("cookie", "bearer")
    step_up: bool = False


MAIL = {"email": "ada@Example.com", "email_verified": True}
NOW = int(START)
CASES = {
    "groups": Case(
        Require(groups=("admin", "staff")),
        access={"cognito:groups": ["staff", "other", "admin"]},
        refused={
            "one is missing": {"cognito:groups": ["staff", "other"]},
            "by a part of its name": {"cognito:groups": ["staff", "administrators"]},
            "in another case": {"cognito:groups": ["staff", "Admin"]},
            "none": {"cognito:groups": GONE},
        },
    ),
    "any_group": Case(
        Require(any_group=("admin", "staff")),
        access={"cognito:groups": ["staff"]},
        refused={"another": {"cognito:groups": ["guests"]}, "none": {"cognito:groups": GONE}},
    ),
    "scopes": Case(
        Require(scopes=("shop/read", "shop/write")),
        access={"scope": "openid shop/write shop/read"},
        refused={
            "one is missing": {"scope": "openid shop/read"},
            "by a part of its name": {"scope": "openid shop/read shop/writer"},
        },
    ),
    "claims": Case(
        Require(claims={"tenant": "acme", "level": (2, 3), "beta": True}),
        access={"tenant": "acme", "level": 2, "beta": True},
        refused={
            "another value": {"tenant": "acme2"},
            "a list with the value in it": {"tenant": ["acme"]},
            "a number as a text": {"level": "2"},
            "a number none of those": {"level": 4},
            "true as a number": {"beta": 1},
            "none": {"tenant": GONE},
        },
    ),
    "claims of the ID token": Case(
        Require(claims={"custom:tenant": "acme"}),
        id={"custom:tenant": "acme"},
        refused={
            "another value": {"id": {"custom:tenant": "other"}},
            "another value in the access token": {"custom:tenant": "other"},
        },
        by=("cookie",),
    ),
    "claims that users may write": Case(
        Require(claims={"email": ("ada@Example.com", "b@c"), "phone_number": "+4930"}),
        id={**MAIL, "phone_number": "+4930", "phone_number_verified": "true"},
        refused={
            "an address that is not verified": {"id": {"email_verified": False}},
            "nobody says whether it is": {"id": {"email_verified": GONE}},
            "not verified, as a text": {"id": {"email_verified": "false"}},
            "a number that is not verified": {"id": {"phone_number_verified": False}},
            "another address": {"id": {"email": "ada@example.com"}},
        },
        by=("cookie",),
    ),
    "email_domains": Case(
        Require(email_domains=("example.com", "b\u00fccher.example")),
        id=MAIL,
        refused={
            "a sub-domain": {"id": {"email": "ada@mail.example.com"}},
            "a domain that ends so": {"id": {"email": "ada@notexample.com"}},
            "a domain that begins so": {"id": {"email": "ada@example.com.evil.test"}},
            "two at signs": {"id": {"email": "ada@evil.test@example.com"}},
            "no local part": {"id": {"email": "@example.com"}},
            "not verified": {"id": {"email_verified": False}},
            "not verified, as a text": {"id": {"email_verified": "false"}},
            "no address": {"id": {"email": GONE}},
        },
        by=("cookie",),
    ),
    "clients": Case(
        Require(clients=("other", CLIENT)),
        access={"username": GONE},
        refused={"a person": {"username": "ada"}},
        by=("bearer",),
    ),
    "one client": Case(
        Require(clients=("other",)),
        access={"username": GONE, "client_id": "other"},
        refused={"another client": {"client_id": CLIENT}},
        by=("bearer",),
    ),
    "max_auth_age": Case(
        Require(max_auth_age=60),
        access={"auth_time": NOW - 60},
        refused={"older": {"auth_time": NOW - 61}, "unknown": {"auth_time": GONE}},
        step_up=True,
    ),
    "acr": Case(
        Require(acr=("urn:cognito:loa:2", "urn:cognito:loa:3")),
        access={"acr": "urn:cognito:loa:3"},
        refused={"lower": {"acr": "urn:cognito:loa:1"}, "none": {"acr": GONE}},
        step_up=True,
    ),
    "several": Case(
        Require(groups=("admin",), scopes=("shop/read",)),
        access={"cognito:groups": ["admin"], "scope": "openid shop/read"},
        refused={
            "the one is missing": {"cognito:groups": ["staff"]},
            "the other is missing": {"scope": "openid"},
        },
    ),
}
ACCEPTED = [(name, by) for name, case in CASES.items() for by in case.by]
REFUSED = [
    (name, why, by) for name, case in CASES.items() for why in case.refused for by in case.by
]


def stage_of(case: Case, change: Mapping[str, Any] | None = None) -> Stage:
    """A stage whose rule is that of a case, with one fact changed."""
    rules = (Rule(("/open",), public=True), Rule(("/for/*",), require=case.require, name="named"))
    stage = Stage({"bearer": True, "bearer_client_ids": ("other",), "rules": rules})
    changed = dict(change or {})
    stage.pool.id = {**case.id, **changed.pop("id", {})}
    stage.pool.access = {**case.access, **changed}
    if "openid" in str(stage.pool.access.get("scope", "")):
        stage.pool.scope = stage.pool.access["scope"]
    return stage


def by_cookie(stage: Stage) -> Extra:
    jar = stage.browser()
    assert jar.sign_in(stage.pool).status == 303
    return {"cookie": "; ".join(f"{name}={value}" for name, value in jar.jar.items())}


def by_bearer(stage: Stage) -> Extra:
    return {"authorization": f"Bearer {stage.pool.access_token()}"}


SIGN_IN: dict[str, Callable[[Stage], Extra]] = {"cookie": by_cookie, "bearer": by_bearer}


def replies(
    stage: Stage, headers: Extra, method: str = "GET", path: str = "/for/x", mount: str = ""
) -> dict[str, Reply]:
    """The reply to one request, each way that there is to one."""
    request = Browser(stage).request(method, path, {**FETCH, **headers})
    other = Stage(stage.changes, stage.now, quick=False, checks=stage.checks)
    other.pool = stage.pool
    session = {name: headers[name] for name in ("cookie", "authorization") if name in headers}
    known = Browser(stage).request("GET", "/elsewhere", {**FETCH, **session})
    assert stage.handle(known).status == 200
    stages = (other, other, stage)
    return {way: asked.handle(request, mount) for way, asked in zip(WAYS, stages, strict=True)}


@pytest.mark.parametrize(("name", "by"), ACCEPTED)
def test_who_meets_a_rule_passes_cold_and_warm(name: str, by: str) -> None:
    stage = stage_of(CASES[name])
    headers = SIGN_IN[by](stage)
    for way, reply in replies(stage, headers).items():
        assert reply.identity.sub == stage.pool.sub, way
    request = Browser(stage).request("GET", "/for/x", {**FETCH, **headers})
    assert stage.cached(incoming(request, stage.now)) is not None  # or `warm` is not what it says


@pytest.mark.parametrize(("name", "why", "by"), REFUSED)
def test_each_rule_refuses_cold_and_warm(name: str, why: str, by: str) -> None:
    case = CASES[name]
    stage = stage_of(case, case.refused[why])
    for way, reply in replies(stage, SIGN_IN[by](stage)).items():
        assert (reply.status, reply.app) == (401 if case.step_up else 403, None), way


@pytest.mark.parametrize("name", ["email_domains", "claims of the ID token"])
def test_what_only_an_id_token_tells_no_bearer_token_meets(name: str) -> None:
    stage = stage_of(CASES[name])
    for way, reply in replies(stage, by_bearer(stage)).items():
        assert (reply.status, reply.app) == (403, None), way


@pytest.mark.parametrize("domain", ["xn--bcher-kva.example", "B\u00fccher.example"])
def test_a_domain_has_one_form(domain: str) -> None:
    case = CASES["email_domains"]
    stage = stage_of(case, {"id": {"email": f"ada@{domain}"}})
    for reply in replies(stage, by_cookie(stage)).values():
        assert reply.status == 200


@pytest.mark.parametrize("by", SIGN_IN)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/for/x", 403),
        ("GET", "/FOR/x", 403),
        ("GET", "/for//x", 403),
        ("GET", "/for", 403),
        ("GET", "/x/..%2ffor/x", 403),
        ("GET", "/open", 200),
        ("GET", "/forum", 200),
        ("POST", "/for/x", 403),
    ],
)
def test_which_paths(by: str, method: str, path: str, status: int) -> None:
    case = CASES["groups"]
    stage = stage_of(case, case.refused["none"])
    for way, reply in replies(stage, SIGN_IN[by](stage), method, path).items():
        assert reply.status == status, way
        assert (reply.app is not None) == (status == 200), way


def test_a_path_that_nobody_can_read_is_for_nobody() -> None:
    stage = stage_of(CASES["groups"])
    for path in ("/%" + "25" * 80 + "41", "/" + "%C3%A9" * 2_100):
        for way, reply in replies(stage, by_cookie(stage), path=path).items():
            assert (reply.status, reply.app) == (403, None), way


@pytest.mark.parametrize(
    ("method", "extra", "status"),
    [
        ("DELETE", {}, 403),
        ("delete", {}, 403),
        ("GET", {}, 200),
        ("POST", {}, 200),
        ("POST", {"x-http-method-override": "DELETE"}, 403),
        ("POST", {"x-http-method": "delete"}, 403),
        ("POST", {"x-method-override": "PATCH, DELETE"}, 403),
        ("POST", {"x-http-method-override": "PUT"}, 200),
    ],
)
def test_which_methods(method: str, extra: dict[str, str], status: int) -> None:
    rules = (Rule(("/*",), methods=("DELETE",), require=Require(groups=("admin",))),)
    stage = Stage({"rules": rules})
    for way, reply in replies(stage, {**by_cookie(stage), **extra}, method).items():
        assert reply.status == status, way


def test_a_rule_that_is_met_in_time_is_not_for_ever() -> None:
    """A session that is remembered grows older."""
    stage = stage_of(Case(Require(max_auth_age=60)))
    browser = stage.signed_in()
    assert browser.fetch("/for/x").status == 200
    stage.now += 61
    assert browser.fetch("/for/x").status == 401
    assert browser.fetch("/elsewhere").status == 200


# Without a sign-in


def test_who_is_not_signed_in_is_asked_to_before_any_rule() -> None:
    stage = stage_of(CASES["groups"])
    assert stage.browser().go("/for/x").status == 303
    assert stage.browser().fetch("/for/x").status == 401
    assert stage.browser().go("/open").app is not None


OPENING = (
    Rule(("/public",), public=True),
    Rule(("/optional",), optional=True),
    Rule(("/feed",), methods=("GET",), public=True),
)


@pytest.fixture
def opening() -> Stage:
    return Stage({"bearer": True, "rules": OPENING, "refresh_flow_enabled": True})


@pytest.mark.parametrize("path", ["/public", "/optional", "/feed"])
@pytest.mark.parametrize("quick", [True, False])
def test_what_opens_knows_who_is_there(opening: Stage, path: str, quick: bool) -> None:
    opening.quick = quick
    nobody = opening.browser().fetch(path)
    assert nobody.app is not None
    assert nobody.app.identity is None
    for headers in (by_cookie(opening), by_bearer(opening)):
        assert opening.browser().fetch(path, headers=headers).identity.username == "ada"


def test_a_rule_for_one_method_opens_no_other(opening: Stage) -> None:
    browser = opening.browser()
    assert browser.fetch("/feed", method="POST").status == 401
    assert browser.fetch("/feed", method="HEAD").status == 401
    override = {"x-http-method-override": "POST"}
    assert browser.fetch("/feed", headers=override).status == 401
    assert browser.fetch("/public", headers=override).status == 200


def test_what_is_public_passes_with_a_token_that_does_not_hold_and_optional_does_not(
    opening: Stage,
) -> None:
    wrong = {"authorization": "Bearer x"}
    nobody = opening.browser().fetch("/public", headers=wrong)
    assert nobody.app is not None
    assert nobody.app.identity is None
    refused = opening.browser().fetch("/optional", headers=wrong)
    assert (refused.status, refused.app) == (401, None)


def test_a_session_that_is_over_is_nobody_where_it_is_optional(opening: Stage) -> None:
    browser = opening.signed_in()
    browser.jar = dict.fromkeys(browser.jar, "x")
    reply = browser.go("/optional")
    assert reply.app is not None
    assert reply.app.identity is None


def test_in_an_outage_what_is_public_stays_and_optional_asks_to_come_again(opening: Stage) -> None:
    browser = opening.signed_in()
    opening.now += 3_700
    opening.pool.faults["token"] = faults.reply(503)
    assert browser.fetch("/public").status == 200
    reply = browser.fetch("/optional")
    assert (reply.status, reply.app) == (503, None)


def test_public_paths_come_before_the_rules() -> None:
    rules = (Rule(("/a/*",), require=Require(groups=("admin",))),)
    stage = Stage({"public_paths": ("/a/open",), "rules": rules})
    for browser in (stage.browser(), stage.signed_in()):
        assert browser.go("/a/open").status == 200
    assert stage.signed_in().go("/a/x").status == 403


def test_what_is_remembered_of_one_request_never_holds_for_another() -> None:
    rules = (
        Rule(("/a",), methods=("GET",), require=Require(groups=("admin",))),
        Rule(("/b", "/static/*"), public=True),
    )
    decisions = RuleDecisions(PublicPaths(("/open",)), RuleTable(rules))
    seen = {
        Target("/a", "", "GET"): {"rule 1"},
        Target("/a", "", "POST"): {"no rule"},
        Target("/a", "", "POST", overrides=("GET",)): {"no rule", "rule 1"},
        Target("/c", "", "GET"): {"no rule"},
        Target("/b", "", "GET"): set(),
        Target("/b/", "", "GET"): {"no rule"},
        Target("/open", "", "GET"): set(),
        Target("/static/x", "", "GET"): set(),
        Target("/static/x", "/static", "GET"): {"no rule"},
        Target("/static/" + "x" * 300, "", "GET"): set(),
        Target("/Static/" + "x" * 300, "", "GET"): {"no rule"},
    }
    for target, names in [*seen.items()] * 3:
        access = decisions.access(target)
        assert {demand.rule for demand in access.demands} == names, target
        assert access.public is (not names)


# What holds where no rule matches


@pytest.mark.parametrize("by", SIGN_IN)
def test_groups_for_all_paths_that_no_rule_matches(by: str) -> None:
    rules = (Rule(("/all/*",), signed_in=True), Rule(("/open",), public=True))
    stage = Stage({"bearer": True, "require_groups": ("staff",), "rules": rules})
    other = Stage({"bearer": True, "rules": rules})
    headers = SIGN_IN[by](stage)
    assert stage.browser().fetch("/x", headers=headers).status == 403
    assert stage.browser().fetch("/all", headers=headers).status == 403
    assert stage.browser().fetch("/all/x", headers=headers).status == 200
    assert stage.browser().fetch("/open", headers=headers).status == 200
    assert other.browser().fetch("/x", headers=by_bearer(other)).status == 200
    stage.pool.access["cognito:groups"] = ["staff"]
    assert stage.browser().fetch("/x", headers=SIGN_IN[by](stage)).status == 200


@pytest.mark.parametrize(
    ("groups", "email", "status"),
    [
        (["staff"], "ada@example.com", 200),
        (["staff"], "ada@other.example", 403),
        (["guests"], "ada@example.com", 403),
    ],
)
def test_groups_and_domains_for_all_are_both_needed(
    groups: list[str], email: str, status: int
) -> None:
    stage = Stage({"require_groups": ("staff",), "email_domains": ("example.com",)})
    stage.pool.access["cognito:groups"] = groups
    stage.pool.id["email"] = email
    for reply in (stage.browser().fetch("/", headers=by_cookie(stage)) for _ in range(2)):
        assert reply.status == status


# What a refusal says


@pytest.fixture
def stage() -> Stage:
    return stage_of(CASES["groups"], {"cognito:groups": ["staff"]})


def signed_in(stage: Stage) -> Browser:
    browser = stage.browser()
    browser.sign_in(stage.pool)
    return browser


def test_a_person_is_told_who_they_are_and_may_change_that(stage: Stage) -> None:
    page = signed_in(stage).go("/for/x")
    assert page.status == 403
    assert page.value("content-type").startswith("text/html")
    assert b"Access denied" in page.body
    assert b"signed in as ada" in page.body
    assert b'href="/auth/logout' in page.body


def test_a_program_is_told_in_json(stage: Stage) -> None:
    reply = signed_in(stage).fetch("/for/x")
    assert json.loads(reply.body) == {"error": "forbidden"}
    assert reply.value("www-authenticate") == 'Bearer error="insufficient_scope"'


def test_a_program_is_told_which_scopes_are_needed() -> None:
    case = CASES["scopes"]
    stage = stage_of(case, case.refused["one is missing"])
    reply = stage.browser().fetch("/for/x", headers=by_bearer(stage))
    assert reply.status == 403
    challenge = 'Bearer error="insufficient_scope", scope="shop/read shop/write"'
    assert reply.value("www-authenticate") == challenge


@pytest.mark.parametrize(
    ("path", "groups", "scope"),
    [
        ("/a/../b/x", ["staff"], ' scope="shop/read shop/write"'),
        ("/a/../c/x", ["staff"], ""),
        ("/c/../a/x", ["staff"], ""),
        ("/a/../c/x", ["admin"], ' scope="shop/read"'),
    ],
)
def test_scopes_are_told_only_where_they_are_all_that_is_lacking(
    path: str, groups: list[str], scope: str
) -> None:
    """Of the rules that an odd path leads to, too: no token of any scope brings a group."""
    rules = (
        Rule(("/a/*",), require=Require(scopes=("shop/read",))),
        Rule(("/b/*",), require=Require(scopes=("shop/read", "shop/write"))),
        Rule(("/c/*",), require=Require(groups=("admin",))),
    )
    stage = Stage({"bearer": True, "rules": rules})
    stage.pool.access["cognito:groups"] = groups
    told = stage.browser().fetch(path, headers=by_bearer(stage)).value("www-authenticate")
    assert told == 'Bearer error="insufficient_scope"' + ("," + scope if scope else "")


def test_a_program_is_told_of_a_sign_in_that_is_too_old_or_too_weak() -> None:
    """RFC 9470 section 3."""
    stage = stage_of(Case(Require(max_auth_age=60, acr=("loa2", "loa3"))))
    reply = stage.browser().fetch("/for/x", headers=by_bearer(stage))
    assert reply.status == 401
    assert reply.value("www-authenticate") == (
        'Bearer error="insufficient_user_authentication", acr_values="loa2 loa3", max_age="60"'
    )
    assert json.loads(reply.body) == {"error": "step_up_required", "login_url": "/auth/login"}


def test_nobody_signs_in_again_for_what_they_may_not_reach_anyway() -> None:
    stage = stage_of(Case(Require(groups=("admin",), max_auth_age=60)))
    stage.pool.access["auth_time"] = NOW - 600
    assert stage.browser().fetch("/for/x", headers=by_bearer(stage)).status == 403
    # The rules that an odd path leads to, too.
    rules = (
        Rule(("/a/*",), require=Require(max_auth_age=60)),
        Rule(("/b/*",), require=Require(groups=("admin",))),
    )
    other = Stage({"bearer": True, "rules": rules})
    other.pool.access["auth_time"] = NOW - 600
    for path, status in (("/a/x", 401), ("/b/x", 403), ("/a/../b/x", 403), ("/b/../a/x", 403)):
        assert other.browser().fetch(path, headers=by_bearer(other)).status == status


def test_a_refusal_is_an_event_that_says_who_and_by_which_rule(stage: Stage) -> None:
    browser = signed_in(stage)
    stage.events.clear()
    browser.fetch("/for/x")
    [event] = stage.events
    assert isinstance(event, Refused)
    assert (event.status, event.code, event.sub) == (403, "forbidden", stage.pool.sub)
    assert (event.rule, event.reason) == ("named", "not in all of the groups admin, staff")


def test_a_rule_without_a_name_is_called_by_its_number_and_none_by_a_default() -> None:
    rules = (Rule(("/open",), public=True), Rule(("/a/*",), require=Require(groups=("admin",))))
    stage = Stage({"rules": rules, "email_domains": ("other.example",)})
    browser = signed_in(stage)
    for path, name in (("/a/x", "rule 2"), ("/x", "no rule"), ("/\u00e9" * 2_000, "no rule")):
        stage.events.clear()
        browser.fetch(path.encode().decode("latin-1"))
        [event] = stage.events
        assert isinstance(event, Refused)
        assert event.rule == name


# Checks beside the rules, and mistakes


class Broken:
    """A check with a mistake in it."""

    def check(self, target: Target, identity: Identity) -> None:
        if target.path == "/for/x":
            raise LookupError("a mistake")


RULES = (Rule(("/for/*",), require=Require(groups=("admin",))),)


@pytest.mark.parametrize(("rules", "checks", "status"), [(RULES, (), 403), ((), (Broken(),), 500)])
def test_a_session_that_was_refreshed_on_the_way_is_kept(
    rules: tuple[Rule, ...], checks: tuple[Check, ...], status: int
) -> None:
    """With rotation, its old refresh token would be worth nothing."""
    stage = Stage({"refresh_flow_enabled": True, "rules": rules}, checks=checks)
    browser = stage.signed_in()
    stage.now += DUE + 1
    reply = browser.go("/for/x")
    assert (reply.status, reply.app) == (status, None)
    assert REFRESH in reply.stored


@pytest.mark.parametrize("by", SIGN_IN)
def test_a_check_that_fails_lets_nobody_pass(by: str) -> None:
    broken = Stage({"bearer": True}, checks=(Broken(),))
    for way, reply in replies(broken, SIGN_IN[by](broken)).items():
        assert (reply.status, reply.app) == (500, None), way


def test_a_navigation_that_is_refused_is_a_page_also_under_a_mount(stage: Stage) -> None:
    headers = {**NAVIGATION, **by_cookie(stage)}
    reply = stage.handle(Browser(stage).request("GET", "/for/x", headers), "/for")
    assert (reply.status, reply.app) == (403, None)


# What an attacker may try


def test_a_websocket_to_the_page_after_sign_out_is_not_public() -> None:
    authorization = Authorization(PublicPaths((), "/bye"))
    assert authorization.is_public(Target("/bye", "", "GET"))
    assert not authorization.is_public(Target("/bye", "", "GET", socket=True))


def test_what_a_client_writes_does_not_fill_the_memory() -> None:
    rules = (Rule(("/a",), methods=("GET",), optional=True),)
    decisions = RuleDecisions(PublicPaths(()), RuleTable(rules))
    for number in range(50):
        method, overrides = f"M{number}" * 1_000, (f"X{number}" * 1_000,)
        decisions.access(Target("/a", "", method))
        decisions.access(Target("/a", "", "GET", 0.0, overrides))
    assert decisions._remembered.cache_info().currsize <= 4


@pytest.mark.parametrize("header", ["x-http-method-override", "x_http_method_override"])
def test_a_method_is_read_however_its_header_is_spelled(header: str) -> None:
    rule = Rule(("/items/*",), methods=("DELETE",), require=Require(groups=("admin",)))
    browser = Stage({"rules": (rule,)}).signed_in()
    assert browser.fetch("/items/1").app is not None
    assert browser.fetch("/items/1", method="POST", headers={header: "DELETE"}).status == 403
