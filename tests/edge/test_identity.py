"""What the wrapped app sees: the identity of the gate, and nothing a client put there itself."""

from typing import Any

import pytest

from tests.edge.conftest import Open
from tests.world.browser import NAVIGATION, Browser, Request
from tests.world.pool import Pool
from tests.world.site import IDENTITY, ASGISite, Site, WSGISite
from tests.world.tokens import GONE

FORGED = {
    "cognito-gate.identity": "admin",
    "cognito_gate.identity": "admin",
    "cognito-gate-identity": "admin",
    "x-cognito-gate-identity": "admin",
    "remote-user": "admin",
    "remote_user": "admin",
    "auth-type": "Cognito",
    "x-forwarded-user": "admin",
    "x_forwarded_user": "admin",
}


@pytest.fixture
def site(make_site: Open) -> Site:
    return make_site(public_paths=("/open",))


class Forging:
    """Puts forged facts into every scope or environ, as a hostile front would."""

    def __init__(self, site: Site, facts: dict[str, Any]) -> None:
        self.site, self.facts = site, facts
        self.name = "scope" if isinstance(site, ASGISite) else "environ"
        self.make = getattr(site, self.name)

    def __call__(self, request: Request, box: list[Any]) -> dict[str, Any]:
        return {**self.make(request, box), **self.facts}


def forge(site: Site, **facts: Any) -> None:
    forging = Forging(site, {name.replace("__", "."): value for name, value in facts.items()})
    setattr(site, forging.name, forging)


@pytest.mark.parametrize("signed_in", [True, False])
def test_forged_headers_change_nothing(browser: Browser, pool: Pool, signed_in: bool) -> None:
    if signed_in:
        browser.sign_in(pool)
    name = "ada" if signed_in else None
    for header, value in FORGED.items():
        seen = browser.go("/open", headers={header: value}).app
        assert seen is not None
        assert (seen.identity.username if seen.identity else None) == name
        assert seen.facts.get("REMOTE_USER") in (name, None)
    assert browser.go("/closed", headers=FORGED).status == (200 if signed_in else 303)


@pytest.mark.parametrize("signed_in", [True, False])
def test_forged_facts_are_overwritten(
    site: Site, browser: Browser, pool: Pool, signed_in: bool
) -> None:
    if signed_in:
        browser.sign_in(pool)
    if isinstance(site, ASGISite):
        forge(site, cognito_gate__identity="admin", user="admin", auth="admin")
    else:
        forge(
            site,
            cognito_gate__identity="admin",
            cognito_gate__other="admin",
            REMOTE_USER="admin",
            AUTH_TYPE="Cognito",
        )
    for _ in range(2):
        seen = browser.go("/open").app
        assert seen is not None
        assert "admin" not in [seen.facts.get(name) for name in (IDENTITY, "user", "auth")]
        assert "admin" not in seen.facts.values()
        assert (seen.identity is not None) == signed_in
    assert (browser.go("/closed").app is not None) == signed_in


def test_nobody_else_says_that_it_is_turned_off(site: Site) -> None:
    forge(site, cognito_gate__disabled=True)
    seen = Browser(site).go("/open", headers={"cognito-gate.disabled": "true"}).app
    assert seen is not None
    assert not seen.facts.get("cognito_gate.disabled")


def test_the_conventions_of_each_side(site: Site, browser: Browser, pool: Pool) -> None:
    pool.access["cognito:groups"] = ["admin", "two words"]
    browser.sign_in(pool)
    seen = browser.go("/").app
    assert seen is not None
    if isinstance(site, WSGISite):
        assert seen.facts["REMOTE_USER"] == "ada"
        assert seen.facts["AUTH_TYPE"] == "Cognito"
        return
    user, auth = seen.facts["user"], seen.facts["auth"]
    assert (user.is_authenticated, user.display_name, user.identity) == (True, "ada", "sub-of-ada")
    assert user.cognito is seen.identity
    wanted = ["authenticated", "openid", "email", "group:admin", "group:two words"]
    assert list(auth.scopes) == wanted


def test_nobody_by_convention(site: Site, browser: Browser) -> None:
    seen = browser.go("/open").app
    assert seen is not None
    if isinstance(site, WSGISite):
        assert not {"REMOTE_USER", "AUTH_TYPE"} & seen.facts.keys()
    else:
        assert seen.facts["user"].is_authenticated is False
        assert seen.facts["auth"].scopes == []


def test_the_rest_is_as_the_server_gave_it(site: Site, browser: Browser) -> None:
    request = browser.request("POST", "/open", {**NAVIGATION, "x-app": "1"})
    box: list[Any] = []
    sent = site.scope(request, box) if isinstance(site, ASGISite) else {}
    if isinstance(site, WSGISite):
        sent = site.environ(request, box)
    seen = site.handle(request).app
    assert seen is not None
    for name in sent.keys() - {"tests.box", "wsgi.input", "wsgi.errors"}:
        assert seen.facts[name] == sent[name], name


def test_an_identity_cannot_be_changed(browser: Browser, pool: Pool) -> None:
    pool.access["cognito:groups"] = ["staff"]
    browser.sign_in(pool)
    identity = browser.go("/").identity
    claims: Any = identity.access_claims
    with pytest.raises(TypeError):
        claims["username"] = "root"
    with pytest.raises(TypeError):
        claims["cognito:groups"].append("admin")
    assert browser.go("/").identity.groups == ("staff",)


def test_an_identity_hides_its_tokens(browser: Browser, pool: Pool) -> None:
    browser.sign_in(pool)
    identity = browser.go("/").identity
    assert identity.access_token not in repr(identity)
    assert identity.id_token not in repr(identity)


NAMES = [
    ("zo\u00eb", "zo\u00eb"),
    ("\u5f20\u4e09", "\u5f20\u4e09"),
    ("Google_1", "Google_1"),
    ("a\r\nset-cookie: x=1", "sub-of-ada"),
    ("a\x00b", "sub-of-ada"),
    ("", "sub-of-ada"),
]


def test_names_beyond_latin_1_and_hostile_names(site: Site, pool: Pool) -> None:
    for pool.username, shown in NAMES:
        browser = Browser(site)
        browser.sign_in(pool)
        seen = browser.go("/").app
        assert seen is not None
        assert seen.identity is not None
        assert seen.identity.access_claims["username"] == pool.username
        if isinstance(site, WSGISite):
            assert seen.facts["REMOTE_USER"].encode("latin-1").decode() == shown


def test_a_machine_has_a_name_too(make_site: Open, pool: Pool) -> None:
    site = make_site(bearer=True)
    pool.access = {"username": GONE, "sub": "machine"}
    header = {"authorization": f"Bearer {pool.access_token()}"}
    seen = Browser(site).fetch("/", headers=header).app
    assert seen is not None
    if isinstance(site, WSGISite):
        assert seen.facts["REMOTE_USER"] == "machine"
    else:
        assert seen.facts["user"].display_name == "machine"
