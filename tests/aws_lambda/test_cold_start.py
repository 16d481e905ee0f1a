"""A function's first answer loads what it needs, and no more: there, each start has a visitor."""

import subprocess
import sys

from tests.bench import cold_start


def test_the_way_to_the_sign_in_makes_no_calls() -> None:
    work, path, status = cold_start.ROWS["Mangum, the way to the sign-in"]
    code = cold_start.code(work, path, status) + "\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "cognito_gate.asgi" in done.stdout.split()
    assert {"httpx", "httpcore", "joserfc"} & set(done.stdout.split()) == set()
