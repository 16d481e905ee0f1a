"""What a start costs: import and construction of ASGIGate, against `import fastapi`.

In fresh processes, by turns, in CPU time without the interpreter's own start. The figure is the
median over the rounds of the ratio in that round.
"""

import os
import statistics
import subprocess
import sys
from tempfile import TemporaryDirectory

ROUNDS = 15
LIMIT = 0.5
TIMED = "import time; begin = time.process_time(); {work}; print(time.process_time() - begin)"
OTHERS = "import fastapi"
OURS = (
    "from cognito_gate import ASGIGate, Settings; "
    "ASGIGate(None, Settings(region='eu-west-1', user_pool_id='eu-west-1_AbCdEfGhI', "
    "user_pool_client_id='client', domain='https://example.auth.eu-west-1.amazoncognito.com', "
    "redirect_url='https://app.example.com/auth/callback', logout_url='https://app.example.com/', "
    "secret_key='a benchmark key of enough characters'))"
)


def _seconds(work: str, cache: str) -> float:
    # Installed packages are compiled, and so are these: with bytecode of their own for both.
    env = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", TIMED.format(work=work)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print the ratio."""
    with TemporaryDirectory() as cache:
        rounds = [(_seconds(OURS, cache), _seconds(OTHERS, cache)) for _ in range(ROUNDS + 1)]
    del rounds[0]  # it wrote the bytecode
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    ours, theirs = (statistics.median(column) * 1000 for column in zip(*rounds, strict=True))
    print(f"{'CPU time of a start, in fresh processes':44} {'ratio':>6} {'at most':>8}")
    title = "import and construction / import fastapi"
    mark = "" if ratio <= LIMIT else "  !"
    print(f"{title:44} {ratio:6.2f} {LIMIT:8.2f}{mark}  ({ours:.0f} ms, {theirs:.0f} ms)")
