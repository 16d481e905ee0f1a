"""Real proxies, as examples/forward-auth configures them, between a browser, a gate and an app.

Knows how each is started. The app is Python's own http.server: it tells what it was sent.
"""

from __future__ import annotations

import base64
import json
import shutil
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from cognito_gate.local import LocalCognito
from tests.journey.stage import SECRET_KEY
from tests.journey.visitor import Visitor
from tests.servers.process import PATIENCE, ROOT, free_port, served
from tests.signing_keys import with_ready_keys

EXAMPLES = ROOT / "examples" / "forward-auth"
JUDGES = ROOT / ".venv" / "judges" / "proxies"
RULES = """
[[rule]]
paths = ["/open/*"]
public = true

[[rule]]
paths = ["/admin/*"]
require.groups = ["admin"]
"""


@dataclass(frozen=True)
class Kind:
    """One proxy: its configuration, and the command that runs it with a configuration."""

    name: str
    file: str
    command: Callable[[str, Path, int], Sequence[str]]

    def program(self) -> str:
        """Its path; skips the test where there is none."""
        places = (*JUDGES.glob("bin"), *JUDGES.glob("lib/python*/site-packages/*"))
        found = next(filter(None, (shutil.which(self.name, path=str(at)) for at in places)), None)
        found = found or shutil.which(self.name) or shutil.which(self.name, path="/usr/sbin")
        if found is None:
            pytest.skip(f"{self.name} is not installed (apt install, or make judges)")
        return found


def _nginx(program: str, file: Path, port: int) -> Sequence[str]:
    main = f"daemon off; pid {file.parent}/pid; error_log stderr;"
    return (program, "-p", str(file.parent), "-c", str(file), "-g", main)


def _caddy(program: str, file: Path, port: int) -> Sequence[str]:
    return (program, "run", "--config", str(file), "--adapter", "caddyfile")


def _traefik(program: str, file: Path, port: int) -> Sequence[str]:
    return (
        program,
        f"--entryPoints.web.address=127.0.0.1:{port}",
        f"--providers.file.filename={file}",
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
    )


def _envoy(program: str, file: Path, port: int) -> Sequence[str]:
    return (program, "-c", str(file), "--log-level", "warning", "--use-dynamic-base-id",
            "--concurrency", "1")  # fmt: skip


KINDS = (
    Kind("nginx", "nginx.conf", _nginx),
    Kind("caddy", "Caddyfile", _caddy),
    Kind("traefik", "traefik.yml", _traefik),
    Kind("envoy", "envoy.yaml", _envoy),
)


class Upstream(BaseHTTPRequestHandler):
    """Tells what it was asked for, and by which headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = [
            (name, value) for name, value in self.headers.items() if name.lower() != "cookie"
        ]
        told = {"path": self.path, "method": self.command, "headers": headers}
        body = json.dumps(told).encode()
        if self.headers.get("upgrade"):
            self._switch(body)
            return
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _switch(self, told: bytes) -> None:
        """Accept a WebSocket, as far as its handshake goes."""
        self.send_response(101)
        self.send_header("upgrade", "websocket")
        self.send_header("connection", "Upgrade")
        self.send_header("x-told", base64.b64encode(told).decode())
        self.end_headers()
        self.close_connection = True

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@dataclass(frozen=True)
class Front:
    """A proxy that runs, and the pool that its gate asks."""

    kind: Kind
    origin: str
    cognito: LocalCognito

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def visitor(self) -> Visitor:
        """Another browser, without cookies."""
        return Visitor(self.origin, self.cognito.origin)


@contextmanager
def front(kind: Kind, directory: Path) -> Iterator[Front]:
    """Run app, Cognito, gate and proxy until the block ends."""
    program, port, gate_port = kind.program(), free_port(), free_port()
    origin = f"http://localhost:{port}"
    cognito = with_ready_keys(
        LocalCognito(
            callback_urls=(f"{origin}/auth/callback",),
            logout_urls=(f"{origin}/auth/signed-out",),
        )
    )
    (directory / "rules.toml").write_text(RULES)
    with _upstream() as app_port, cognito.serve():
        environment = {**cognito.environment(), **_settings(directory)}
        file = _configuration(kind, directory, {8080: port, 8000: gate_port, 9000: app_port})
        script = str(Path(sysconfig.get_path("scripts")) / "cognito-gate")
        command = (script, "serve", "--port", str(gate_port), "--log-level", "debug")
        home = {"HOME": str(directory)}
        with (
            served(command, gate_port, environment),
            served(kind.command(program, file, port), port, home),
        ):
            _wait_until_configured(origin)
            yield Front(kind, origin, cognito)


def _wait_until_configured(origin: str) -> None:
    """Traefik listens before it has read its routes."""
    deadline = time.monotonic() + PATIENCE
    while httpx.get(f"{origin}/auth/signed-out").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)  # the pause of a poll


def _settings(directory: Path) -> Mapping[str, str]:
    return {
        "SECRET_KEY": SECRET_KEY,
        "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
        "COGNITO_GATE_TRUSTED_PROXIES": "127.0.0.1",
        "COGNITO_GATE_HEADERS": "x-auth-request",
        "COGNITO_GATE_BEARER": "true",
        "COGNITO_GATE_RULES_FILE": str(directory / "rules.toml"),
    }


def _configuration(kind: Kind, directory: Path, ports: Mapping[int, int]) -> Path:
    """The example, with these ports in place of its own."""
    text = (EXAMPLES / kind.file).read_text(encoding="utf-8")
    for usual in ports:
        assert str(usual) in text
        text = text.replace(str(usual), f"@{usual}@")
    for usual, port in ports.items():
        text = text.replace(f"@{usual}@", str(port))
    if kind.name == "nginx":  # where Debian's has its own, only root may write
        names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{name}_temp_path {directory}/{name};" for name in names)
        text = text.replace("http {", f"http {{ access_log off; {places}", 1)
    file = directory / kind.file
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def _upstream() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
