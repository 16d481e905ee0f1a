"""The demo app: what it shows whom, and that nothing in a claim is taken for HTML."""

import asyncio
import base64
import hashlib
import re
from typing import Any

import httpx
import pytest
from starlette.authentication import AuthCredentials
from starlette.types import Receive, Scope, Send

from cognito_gate import Identity, Settings
from cognito_gate.demo import make_app
from cognito_gate.demo.facts import read_facts

SETTINGS = Settings(
    domain="https://login.example.com",
    user_pool_id="eu-west-1_AbCdEfGhI",
    user_pool_client_id="theclient",
    redirect_url="https://app.example.com/sign/callback",
    logout_url="https://app.example.com/sign/signed-out",
    secret_key="a secret of the tests, known to all",
    prefix="/sign",
    refresh_flow_enabled=True,
    refresh_before_seconds=270,
)
START = 1_700_000_000  # 2023-11-14 22:13:20 UTC
ACCESS = {
    "sub": "3f1c2a4e",
    "username": "ada",
    "scope": "openid email",
    "auth_time": START,
    "iat": START,
    "exp": START + 300,
}
ID = {"sub": "3f1c2a4e", "name": "Ada Lovelace", "email": "ada@example.com"}
HOSTILE = "</code></style></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def identity(access: dict[str, Any] | None = None, id_: dict[str, Any] | None = None) -> Identity:
    """Ada, with some claims otherwise."""
    return Identity({**ACCESS, **(access or {})}, {**ID, **(id_ or {})})


def get(path: str, who: Identity | None, settings: Settings = SETTINGS) -> httpx.Response:
    """Ask the app for a page, as the gate would pass the request on."""
    demo = make_app(settings)

    async def gated(scope: Scope, receive: Receive, send: Send) -> None:
        permissions = () if who is None else who.permissions
        worn = {"cognito_gate.identity": who, "auth": AuthCredentials(permissions)}
        await demo({**scope, **worn}, receive, send)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(gated)
        async with httpx.AsyncClient(transport=transport, base_url="https://app") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_page_shows_who_you_are() -> None:
    page = get("/", identity({"cognito:groups": ["admin", "staff"]}, {"email_verified": True}))
    assert page.status_code == 200
    for shown in ("Ada Lovelace", "ada@example.com", ">verified<", "3f1c2a4e"):
        assert shown in page.text
    assert re.findall(r'class="chip">(.*?)<', page.text) == ["admin", "staff"]
    assert 'action="/sign/logout"' in page.text


def test_an_address_that_is_not_verified_is_said_to_be() -> None:
    assert ">not verified<" in get("/", identity({}, {"email_verified": "false"})).text


def test_what_is_absent_is_said_to_be() -> None:
    page = get("/", Identity({"sub": "m", "exp": START}))
    assert "no e-mail address" in page.text
    assert "This session has none." in page.text  # no ID token
    assert "Signed in" not in page.text
    assert ">verified<" not in page.text


def test_every_claim_is_in_its_table_and_times_can_be_read() -> None:
    page = get("/", identity({"version": 2, "cognito:groups": ["a", "b"]}))
    text = page.text.replace("<wbr>", "")
    for name, value in (("version", "2"), ("scope", "openid email"), ("username", "ada")):
        assert f'<th scope="row">{name}</th><td><code>{value}</code></td>' in text
    assert '<th scope="row">cognito:groups</th><td><code>[&#34;a&#34;, &#34;b&#34;]' in text
    exp = f"<code>{START + 300}</code><small>2023-11-14 22:18:20 UTC</small>"
    assert f'<th scope="row">exp</th><td>{exp}' in text


def test_without_a_script_the_times_are_there_all_the_same() -> None:
    page = get("/", identity())
    assert f'datetime="2023-11-14T22:18:20Z" data-unix="{START + 300}"' in page.text
    assert f'data-ends="{START + 300}" data-issued="{START}"' in page.text


@pytest.mark.parametrize(
    "claims",
    [
        {"username": HOSTILE},
        {"cognito:groups": [HOSTILE]},
        {"scope": HOSTILE.replace(" ", "")},
        {HOSTILE: "1"},
        {"custom:x": {HOSTILE: [HOSTILE]}},
    ],
)
def test_nothing_in_an_access_token_is_taken_for_html(claims: dict[str, Any]) -> None:
    check_harmless(get("/", identity(claims)))
    check_harmless(get("/admin", identity(claims)))
    check_harmless(get("/public", identity(claims)))


@pytest.mark.parametrize("name", ["name", "email", "custom:x", HOSTILE])
def test_nothing_in_an_id_token_is_taken_for_html(name: str) -> None:
    check_harmless(get("/", identity({}, {name: HOSTILE})))


def test_text_that_no_encoding_has_is_replaced() -> None:
    assert get("/", identity({}, {"name": "Ada \ud800"})).status_code == 200


def check_harmless(page: httpx.Response) -> None:
    assert "alert(1)<" not in page.text
    assert "<img" not in page.text
    assert page.text.count("<script>") == 1


@pytest.mark.parametrize("path", ["/", "/admin", "/public", "/nowhere"])
def test_only_the_pages_own_script_and_style_may_run(path: str) -> None:
    page = get(path, identity())
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in page.headers[CSP].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self' https://login.example.com"
    for kind in ("style", "script"):
        found = re.findall(f"<{kind}>(.*?)</{kind}>", page.text, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in found]
        assert policy[f"{kind}-src"] == f"'sha256-{hashes[0].decode()}'"
        assert len(hashes) == 1
    assert not re.search(r"""\s(style|on\w+)=|(src|href)=["']?(https?:)?//""", page.text)


CSP = "content-security-policy"


def test_only_the_group_admin_opens_the_admin_page() -> None:
    page = get("/admin", identity({"cognito:groups": ["admin"]}))
    assert page.status_code == 200
    assert "For admins only" in page.text
    page = get("/admin", identity({"cognito:groups": ["admins"]}))
    assert page.status_code == 403
    assert "This page is not for you" in page.text
    assert "<strong>ada</strong>" in page.text


def test_the_public_page_is_for_everybody() -> None:
    page = get("/public", None)
    assert page.status_code == 200
    assert "Nobody is signed in" in page.text
    assert 'href="/sign/login"' in page.text
    assert "Sign out" not in page.text
    assert "as <strong>ada</strong>" in get("/public", identity()).text


def test_a_page_that_is_not_there() -> None:
    page = get("/nowhere", identity())
    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_with_the_gate_turned_off_nobody_is_there() -> None:
    settings = Settings(disabled=True)
    page = get("/", None, settings)
    assert "Nobody is signed in" in page.text
    assert "form-action 'self';" in page.headers[CSP]
    page = get("/admin", None, settings)
    assert page.status_code == 403
    assert "Nobody is signed in" in page.text


def test_a_refreshed_session_says_so() -> None:
    assert "refreshed" not in get("/", identity()).text
    later = identity({"iat": START + 60, "exp": START + 360})
    assert ">refreshed<" in get("/", later).text
    facts = read_facts(later, SETTINGS)
    assert facts.refreshes is not None
    assert facts.refreshes.unix == START + 90


def test_a_session_cannot_be_refreshed_before_it_began() -> None:
    facts = read_facts(identity({"exp": START + 60}), SETTINGS)
    assert facts.refreshes is not None
    assert facts.refreshes.unix == START


def test_without_refresh_nothing_is_promised() -> None:
    settings = Settings(disabled=True)
    assert read_facts(identity(), settings).refreshes is None
    page = get("/", identity(), settings)
    assert "asks for a sign-in again" in page.text
    assert "Refresh from" not in page.text
