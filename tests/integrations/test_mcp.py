"""The recipe for MCP servers: the document about the server, and the refusals that lead to it.

Knows no MCP: what a client of it does with both was tried by hand, as docs/how-to/mcp.md says."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from examples.recipes.mcp_resource import WELL_KNOWN, Resource
from tests.integrations.conftest import OpenASGI
from tests.integrations.stage import ORIGIN, ASGISite

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "mcp.md"
SERVER = f"{ORIGIN}/mcp"
SCOPE = f"{SERVER}/use"
POINTER = f'resource_metadata="{ORIGIN}{WELL_KNOWN}/mcp"'


@pytest.fixture
def site(asgi: OpenASGI, tmp_path: Path) -> ASGISite:
    """An app that greets whoever calls, behind the gate with the rule of the page."""
    [rule] = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    rules = tmp_path / "rules.toml"
    rules.write_text(rule.replace("https://app.example.com", ORIGIN), encoding="utf-8")
    return asgi(_app, COGNITO_GATE_AUDIENCES=SERVER, COGNITO_GATE_RULES_FILE=str(rules))


async def _app(scope: Any, receive: Any, send: Any) -> None:
    who = scope["cognito_gate.identity"].username.encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": who})


def _ask(site: ASGISite, path: str = "/mcp", token: str = "") -> httpx.Response:
    """One request of a program to the recipe around the gate."""
    app = Resource(ORIGIN, "/mcp", site.settings.issuer_url, SCOPE).around(site.gate)
    headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
            return await client.post(path, headers=headers)

    return site.runner.run(ask())


def _token(site: ASGISite, *scopes: str, **claims: Any) -> str:
    token: str = site.cognito.tokens_for("ada", scopes=scopes, **claims)["access_token"]
    return token


def test_a_token_for_the_server_opens_it(site: ASGISite) -> None:
    answer = _ask(site, token=_token(site, SCOPE, aud=SERVER))
    assert (answer.status_code, answer.text) == (200, "ada")
    assert "www-authenticate" not in answer.headers


def test_refusals_lead_to_the_document(site: ASGISite) -> None:
    """Each changes one fact of the token that opens."""
    scope = f'scope="{SCOPE}"'
    elsewhere = _token(site, SCOPE, aud=f"{ORIGIN}/other")
    for token, status, challenge in (
        ("", 401, f"Bearer {POINTER}, {scope}"),
        (elsewhere, 401, f'Bearer error="invalid_token", {POINTER}, {scope}'),
        (_token(site, aud=SERVER), 403, f'Bearer error="insufficient_scope", {scope}, {POINTER}'),
    ):
        answer = _ask(site, token=token)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (status, challenge)


def test_the_document_is_for_everybody(site: ASGISite) -> None:
    answer = _ask(site, WELL_KNOWN + "/mcp")
    assert answer.json() == {
        "resource": SERVER,
        "authorization_servers": [site.settings.issuer_url],
        "scopes_supported": [SCOPE],
        "bearer_methods_supported": ["header"],
    }


def test_other_paths_are_as_they_were(site: ASGISite) -> None:
    assert _ask(site, "/").headers["www-authenticate"] == "Bearer"
