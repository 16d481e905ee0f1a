"""The pytest plugin, as users' own test suites meet it."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import httpcore  # noqa: F401 - for the reason below
import pytest

# Loaded here, since pytester forgets what its inner run loads first. cryptography's compiled half
# does not: it would refuse the classes of a copy that is loaded later.
import cognito_gate.local
import cognito_gate.testing

pytest_plugins = ["pytester"]
PROJECT = Path(__file__).parent.parent / "pyproject.toml"
PLUGIN = ("-p", "no:cacheprovider", "-p", "cognito_gate.testing")


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the users' runs: what else is installed must not decide what is tested."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


# A user's conftest: three apps behind gates, and a client for each.
CONFTEST = """
import asyncio, json
import httpx, pytest
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.responses import JSONResponse
from starlette.routing import Route
from cognito_gate import ASGIGate, WSGIGate

def callable_app(environ, start_response):
    who = environ["cognito_gate.identity"]
    seen = {"user": environ.get("REMOTE_USER"), "email": who.email, "groups": who.groups,
            "scopes": who.scopes, "tier": who.id_claims.get("custom:tier")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]

@requires("group:admin")
async def admin(request):
    return JSONResponse({"user": request.user.cognito.username})

async def home(request):
    return JSONResponse({"groups": request.user.cognito.groups})

starlette_app = Starlette(routes=[Route("/", home), Route("/admin", admin)])

@pytest.fixture
def gate(cognito_settings):
    gate = WSGIGate(callable_app, settings=cognito_settings)
    yield gate
    gate.close()

@pytest.fixture
def client(gate, cognito_settings):
    base = cognito_settings.app_origin
    with httpx.Client(transport=httpx.WSGITransport(app=gate), base_url=base) as client:
        yield client

@pytest.fixture
def get(cognito_settings):
    def get(path, prepare=lambda client: None):
        async def go():
            async with httpx.AsyncClient() as own:
                gate = ASGIGate(starlette_app, settings=cognito_settings, client=own)
                transport = httpx.ASGITransport(app=gate)
                async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
                    prepare(client)
                    return await client.get(path, headers={"accept": "application/json"})
        return asyncio.run(go())
    return get
"""

CALLABLE = """
import pytest

def test_sample_users(client, signed_in):
    assert signed_in(client) is client
    seen = client.get("/").json()
    assert (seen["user"], seen["email"], seen["groups"]) == ("ada", "ada@example.com", ["admin"])
    assert signed_in(client, "bob").get("/").json()["groups"] == []

def test_groups_and_claims(client, signed_in):
    signed_in(client, groups=["staff", "writers"], **{"custom:tier": "gold"})
    seen = client.get("/").json()
    assert (seen["groups"], seen["tier"]) == (["staff", "writers"], "gold")
    signed_in(client, groups=())
    assert client.get("/").json()["groups"] == []

def test_a_new_user(client, signed_in):
    assert signed_in(client, "joan@example.org").get("/").json()["email"] == "joan@example.org"

def test_a_long_session_and_the_next_one(client, signed_in):
    signed_in(client, "bob", groups=[f"{'g' * 90}{number}" for number in range(30)])
    assert len(client.get("/").json()["groups"]) == 30
    assert signed_in(client).get("/").json()["user"] == "ada"

def test_sessions_that_are_over(client, signed_in):
    signed_in(client)
    assert client.get("/auth/logout").status_code == 303
    assert client.post("/").status_code == 401
    assert signed_in(client, exp=1_000_000_000).post("/").status_code == 401

def test_what_cannot_be(client, signed_in):
    with pytest.raises(ValueError, match="groups"):
        signed_in(client, groups="admin")
    with pytest.raises(TypeError, match="a list has neither a cookie jar"):
        signed_in([])
"""

STARLETTE = """
import warnings
from conftest import starlette_app
from cognito_gate import ASGIGate

warnings.simplefilter("ignore")  # Starlette would like httpx2
from starlette.testclient import TestClient

def test_its_own_client(cognito_settings, signed_in):
    with TestClient(ASGIGate(starlette_app, settings=cognito_settings)) as client:
        assert client.post("/").status_code == 401
        assert signed_in(client).get("/admin").json() == {"user": "ada"}

def test_groups(get, signed_in):
    assert get("/").status_code == 401
    assert get("/admin", signed_in).json() == {"user": "ada"}
    assert get("/", lambda client: signed_in(client, "bob")).json() == {"groups": []}
    assert get("/admin", lambda client: signed_in(client, "bob")).status_code == 403
    assert get("/admin", lambda client: signed_in(client, "bob", ["admin"])).status_code == 200
"""

TOKENS = """
import dataclasses
import pytest

@pytest.fixture(scope="session")
def cognito_settings(cognito_settings):
    return dataclasses.replace(cognito_settings, bearer=True)

def test_bearers(client, issue_tokens):
    tokens = issue_tokens("bob", groups=["staff"], scopes=["openid", "app/read"])
    assert set(tokens) >= {"access_token", "id_token", "refresh_token", "expires_in"}
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    seen = client.get("/", headers=header).json()
    assert (seen["user"], seen["groups"]) == ("bob", ["staff"])
    assert seen["scopes"] == ["openid", "app/read"]

def test_the_wrong_ones(client, issue_tokens):
    for token in (issue_tokens()["id_token"], issue_tokens(client_id="x")["access_token"]):
        assert client.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
"""

ISOLATED = """
from cognito_gate.local import Fault, Switches

def test_first(local_cognito, signed_in, client):
    local_cognito.switch(rotation=True, access_seconds=5)
    local_cognito.fail("jwks", Fault("status"))
    local_cognito.remove_user("bob")
    local_cognito.rotate_keys()
    signed_in(client, groups=["changed"])
    assert client.post("/").status_code == 503

def test_second(local_cognito, signed_in, client):
    assert local_cognito.switches == Switches()
    assert {user.username: user.groups for user in local_cognito.users} == {
        "ada": ("admin",), "bob": ()}
    assert signed_in(client).get("/").json()["groups"] == ["admin"]
"""

SETTINGS = """
import dataclasses
import httpx, pytest
from cognito_gate import Settings

CHANGES = [
    {"refresh_flow_enabled": True},
    {"idle_seconds": 600, "refresh_flow_enabled": True},
    {"cookie_encrypted": True, "refresh_flow_enabled": True, "refresh_cookie_encrypted": False},
    {"redirect_url": "https://app.example.com/auth/callback"},
    {"redirect_url": "https://app.example.com/auth/callback", "cookie_domain": "example.com"},
]

@pytest.fixture(params=CHANGES)
def cognito_settings(request, cognito_settings):
    return dataclasses.replace(cognito_settings, **request.param)

def test_the_cookies_follow(client, signed_in, cognito_settings):
    assert signed_in(client, groups=["staff"]).get("/").json()["groups"] == ["staff"]
    if cognito_settings.refresh_flow_enabled:
        signed_in(client, groups=["renewed"], exp=1_000_000_000)
        assert client.get("/").json()["groups"] == ["renewed"]

def test_environment(cognito_environment, cognito_settings):
    made = Settings.from_env(cognito_environment, env_file=None)
    assert (made.secret_key, made.domain) == (cognito_settings.secret_key, cognito_settings.domain)

def test_a_client_elsewhere_is_an_error(cognito_settings, signed_in):
    if cognito_settings.secure:
        with httpx.Client(base_url="http://localhost") as client:
            with pytest.raises(ValueError, match="its base URL must fit"):
                signed_in(client)
"""

FLASK = """
import flask
import pytest
from cognito_gate import WSGIGate

@pytest.fixture(params=[None, "app.test:8000"])
def app(request, cognito_settings):
    app = flask.Flask(__name__)
    app.config["SERVER_NAME"] = request.param
    app.get("/")(lambda: flask.request.remote_user)
    app.wsgi_app = gate = WSGIGate(app.wsgi_app, settings=cognito_settings)
    yield app
    gate.close()

def test_flask(app, signed_in):
    client = app.test_client()
    assert client.get("/").status_code == 401
    assert signed_in(client).get("/").text == "ada"
    assert signed_in(client, "bob").get("/").text == "bob"
"""

DJANGO = """
import asyncio, django
from django.conf import settings
from django.http import JsonResponse
from django.test import AsyncClient, Client
from django.urls import path

def view(request):
    identity = getattr(request, "scope", request.META)["cognito_gate.identity"]
    return JsonResponse({"user": identity.username, "groups": identity.groups})

urlpatterns = [path("", view)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x")
django.setup()

def test_client(signed_in):
    client = signed_in(Client(), groups=["staff"])
    assert client.get("/").json() == {"user": "ada", "groups": ["staff"]}
    assert set(client.cookies) == {"cognito_access_token", "cognito_id_token"}
    assert signed_in(client, "bob").get("/").json()["user"] == "bob"

def test_async_client(signed_in):
    answer = asyncio.run(signed_in(AsyncClient()).get("/"))
    assert answer.json()["user"] == "ada"
"""


def test_users_tests_pass(pytester: pytest.Pytester) -> None:
    """All in one run: each loads Starlette, Flask and the gate, which takes a second."""
    pytester.makeconftest(CONFTEST)
    files = {"callable": CALLABLE, "starlette": STARLETTE, "tokens": TOKENS}
    files |= {"isolated": ISOLATED, "settings": SETTINGS, "flask": FLASK}
    pytester.makepyfile(**{f"test_{name}": text for name, text in files.items()})
    result = pytester.runpytest_inprocess(*PLUGIN, "-q")
    result.assert_outcomes(passed=6 + 2 + 2 + 2 + 15 + 2)


def test_two_runs_at_once_without_a_warning(pytester: pytest.Pytester) -> None:
    """One of them with Django, which is set up once in a process."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_app=ISOLATED, test_django=DJANGO)
    command = [sys.executable, "-m", "pytest", *PLUGIN, "-q", "-W", "error"]
    runs = [
        (pytester.popen([*command, file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE), passed)
        for file, passed in (("test_app.py", b"2 passed"), (".", b"4 passed"))
    ]
    for run, passed in runs:
        said, _ = run.communicate()
        assert run.returncode == 0, said.decode()
        assert passed in said


def test_it_can_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(signed_in): pass")
    result = pytester.runpytest_inprocess("-p", "no:cognito_gate")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'signed_in' not found"])


def test_pytest_finds_it_by_its_entry_point() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"cognito_gate": "cognito_gate.testing"}


def test_loading_it_costs_nothing_but_pytest() -> None:
    tree = ast.parse(Path(cognito_gate.testing.__file__).read_text(encoding="utf-8"))
    loaded = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in loaded:
        first = node.names[0].name if isinstance(node, ast.Import) else node.module
        assert first is not None
        assert first.partition(".")[0] in {*sys.stdlib_module_names, "pytest"}
