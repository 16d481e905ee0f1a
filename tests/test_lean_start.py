"""A gate loads what it uses, and when: with Cognito's own login nothing of the sign-in pages of our
own, and at its construction nothing that only calls to Cognito and their answers need."""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec

CODE = """
import sys
import cognito_gate
from cognito_gate import ASGIGate, Settings, WSGIGate

settings = Settings(
    region="eu-west-1",
    user_pool_id="eu-west-1_AbCdEfGhI",
    user_pool_client_id="client",
    domain="https://example.auth.eu-west-1.amazoncognito.com",
    redirect_url="https://app.example.com/auth/callback",
    logout_url="https://app.example.com/",
    secret_key="a secret key of at least 32 characters",
    {changes}
)
asgi, wsgi = ASGIGate(None, settings), WSGIGate(None, settings)
loaded = set()
{then}
print(*set(sys.modules) - loaded)
"""
LIFESPAN = """
import asyncio

async def app(scope, receive, send):
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})

asgi.app = app
asyncio.run(asgi({"type": "lifespan"}, None, None))
"""
FIRST_CALL = """
import asyncio
from cognito_gate._gate.effects import HttpCall

async def answer(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()

async def main():
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        await asgi._sender.load()
        loaded.update(sys.modules)
        port = server.sockets[0].getsockname()[1]
        called = await asgi._sender.answer(HttpCall("GET", f"http://127.0.0.1:{port}/"))
        await asgi.aclose()
    assert called.body == b"ok", called

asyncio.run(main())
"""
FOR_FORMS = {
    *("kept_forms", "resume_page", "flows.keep_form", "flows.resume"),
    "protocol.urlencoded",
}
FOR_CALLS = {"httpx", "httpcore", "h11", "authlib", "joserfc", "cryptography"}


BY_SETTING = {
    "audit_log='stderr'": {"_audit_log", "_audit_losses", "_background"},
    "idle_seconds=600": {"_gate.idle_cookie"},
    "metrics_addresses=('127.0.0.1',)": {"_metrics"},
    "refresh_cookie_encrypted=False": {"_gate.protocol.signing"},
    "require_groups=('staff',)": {
        *("_gate.protocol.conditions", "_gate.protocol.path_readings", "_gate.rule_decisions"),
        *("_gate.rule_table", "settings.rule_order", "settings.rules"),
    },
    "rules=(cognito_gate.Rule(('/a',), signed_in=True),)": {"settings.rule_combinations"},
    "revoke_key='a key of at least 32 characters, and more'": {
        *("_gate.flows.revoke", "_gate.protocol.request_signature"),
    },
    "refresh_flow_enabled=True, store='sqlite:///store.db'": {
        "_driver.fleet_calls",
        *("_gate.shared", "_gate.shared_revocations", "_gate.store_keys", "_gate.store_messages"),
        *("_gate.sessions.local_copies", "_gate.sessions.store_sessions"),
        *("_gate.sessions.stored_list", "_gate.sessions.stored_session"),
    },
    "trusted_proxies=('127.0.0.1',)": {"_gate.flows.forward_auth"},
}
"""What a setting asks for, and no gate without it loads."""
BY_REQUEST = {
    *("_gate.flows.own_sessions", "_gate.protocol.user_sessions", "_gate.session_page"),
    *("_gate.flows.rule_refusals", "_gate.flows.step_up"),
    *("_on_event", "_sign_in_log", "_starlette_user", "events._sign_in_pages"),
}
"""What few requests need, and a lifespan for `_starlette_user`."""


@cache
def modules(changes: str = "", then: str = "") -> set[str]:
    code = CODE.replace("{changes}", changes).replace("{then}", then)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_hosted_login_loads_no_pages_no_templates_no_commands() -> None:
    found = modules()
    assert "cognito_gate._gate.gate" in found
    heavy = ("cognito_gate._sign_in", "cognito_gate.cli", "cognito_gate.local", "cognito_gate.pool")
    assert {name for name in found if name.startswith((*heavy, "jinja2", "segno"))} == set()
    assert found & {"tomllib", "importlib.resources"} == set()  # until a page is shown
    assert found & {f"cognito_gate._gate.{name}" for name in FOR_FORMS} == set()


def ours(names: set[str]) -> set[str]:
    return {f"cognito_gate.{name}" for name in names}


def test_what_no_setting_asks_for_is_not_loaded() -> None:
    unused = ours(BY_REQUEST.union(*BY_SETTING.values()))
    assert [name for name in unused if find_spec(name) is None] == []
    libraries = {
        "starlette.authentication",
        "itsdangerous",
        "prometheus_client",
        "email",
        "difflib",
    }
    assert modules() & {*unused, *libraries} == set()


def test_what_settings_ask_for_is_loaded_before_the_first_request() -> None:
    found = modules(", ".join(BY_SETTING))
    assert ours(set().union(*BY_SETTING.values())) - found == set()


def test_pages_of_our_own_do() -> None:
    found = modules('login="custom", keep_forms=True,')
    assert {"cognito_gate._sign_in.routes", "jinja2", "segno"} <= found
    assert {f"cognito_gate._gate.{name}" for name in FOR_FORMS} <= found


def test_what_only_calls_need_is_loaded_later() -> None:
    needless = {
        *FOR_CALLS,
        "dotenv",
        "certifi",
        "cryptography",
        "importlib.metadata",
        "rich",
        "click",
    }
    assert modules() & needless == set()


def test_a_lifespan_loads_it_before_a_request_needs_it() -> None:
    assert modules(then=LIFESPAN) >= {*FOR_CALLS, "cognito_gate._starlette_user"}


def test_a_gate_that_is_turned_off_never_does() -> None:
    assert modules("disabled=True,", then=LIFESPAN) & FOR_CALLS == set()


def test_a_first_call_loads_nothing_on_the_event_loop() -> None:
    assert modules(then=FIRST_CALL) == set()


FIRST = """
import importlib, pkgutil, sys
import cognito_gate

ABOVE = ("cognito_gate.cli", "cognito_gate.doctor", "cognito_gate.pool")
modules = pkgutil.walk_packages(cognito_gate.__path__, "cognito_gate.")
for name in [item.name for item in modules if item.name.startswith(ABOVE)]:
    for loaded in [loaded for loaded in sys.modules if loaded.startswith(ABOVE)]:
        del sys.modules[loaded]
    importlib.import_module(name)
    print(name)
"""


def test_each_module_of_the_commands_can_be_the_first_that_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "cognito_gate.pool.stack_commands" in done.stdout.split()
