"""What a cold start costs: from the interpreter's start to the first answer, beside the bare app.

As AWS Lambda does it: a fresh process imports the function's file and calls its handler once. In
CPU time, the interpreter's own start included; the median over the rounds, by turns.
"""

import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory

ROUNDS = 9
CODE = """
import asyncio, time
asyncio.set_event_loop(asyncio.new_event_loop())

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})

def wsgi_app(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]

EVENT = {
    "version": "2.0", "rawPath": "PATH", "rawQueryString": "", "cookies": [],
    "headers": {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    "requestContext": {"stage": "$default", "http": {
        "method": "GET", "path": "PATH", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}},
}
def settings():
    from cognito_gate import Settings
    return Settings(
        region="eu-west-1", user_pool_id="eu-west-1_AbCdEfGhI", user_pool_client_id="client",
        domain="https://example.auth.eu-west-1.amazoncognito.com", public_paths=("/open",),
        redirect_url="https://app.example.com/auth/callback",
        logout_url="https://app.example.com/", secret_key="a benchmark key of enough characters")

WORK
answer = handler(EVENT, None)
assert answer["statusCode"] == STATUS, answer
print(time.process_time())
"""
MANGUM = "from mangum import Mangum; handler = Mangum({app}, lifespan='off')"
APIG = "from apig_wsgi import make_lambda_handler; handler = make_lambda_handler({app})"
ASGI_GATE = "from cognito_gate import ASGIGate; gate = ASGIGate(app, settings())\n"
WSGI_GATE = "from cognito_gate import WSGIGate; gate = WSGIGate(wsgi_app, settings())\n"
ROWS = {
    "Mangum, bare app": (MANGUM.format(app="app"), "/open", 200),
    "Mangum, a public page": (ASGI_GATE + MANGUM.format(app="gate"), "/open", 200),
    "Mangum, the way to the sign-in": (ASGI_GATE + MANGUM.format(app="gate"), "/", 303),
    "apig-wsgi, bare app": (APIG.format(app="wsgi_app"), "/open", 200),
    "apig-wsgi, a public page": (WSGI_GATE + APIG.format(app="gate"), "/open", 200),
    "apig-wsgi, the way to the sign-in": (WSGI_GATE + APIG.format(app="gate"), "/", 303),
    "Mangum around FastAPI, bare": (
        "from fastapi import FastAPI; api = FastAPI(); api.get('/open')(lambda: 'hello')\n"
        + MANGUM.format(app="api"),
        "/open",
        200,
    ),
}


def code(work: str, path: str, status: int) -> str:
    """A program that answers one event, and prints the CPU time that it took."""
    return CODE.replace("WORK", work).replace("PATH", path).replace("STATUS", str(status))


def _seconds(work: str, path: str, status: int, cache: str) -> float:
    env = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-c", code(work, path, status)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """Print the milliseconds of each row, and what it takes more than the bare app."""
    with TemporaryDirectory() as cache:
        rounds = [
            {name: _seconds(*row, cache) for name, row in ROWS.items()} for _ in range(ROUNDS + 1)
        ]
    del rounds[0]  # it wrote the bytecode
    print(f"{'CPU time to the first answer of a function':44} {'ms':>6} {'over bare':>10}")
    bare = 0.0
    for name in ROWS:
        cost = statistics.median(row[name] for row in rounds) * 1000
        bare = cost if "bare" in name else bare
        more = "" if "bare" in name else f"{cost - bare:+10.0f}"
        print(f"{name:44} {cost:6.0f} {more}")
