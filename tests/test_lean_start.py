"""A gate loads what it uses, and when: with Cognito's own login nothing of the sign-in pages of our
own, and at its construction nothing that only calls to Cognito and their answers need."""

import subprocess
import sys

CODE = """
import sys
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
    assert modules(then=LIFESPAN) >= FOR_CALLS


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
