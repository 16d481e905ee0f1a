"""A gate loads what it uses: with Cognito's own login, nothing of the sign-in pages of our own."""

import subprocess
import sys

CODE = """
import sys
from cognito_gate import ASGIGate, Settings, WSGIGate
from tests.edge.pool import Pool

settings = Pool().settings({changes})
ASGIGate(None, settings)
WSGIGate(None, settings)
print(*sys.modules)
"""


def loaded(changes: str) -> set[str]:
    code = CODE.replace("{changes}", changes)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_hosted_login_loads_no_pages_no_templates_no_commands() -> None:
    found = loaded("")
    assert "cognito_gate._gate.gate" in found
    heavy = ("cognito_gate._sign_in", "cognito_gate.cli", "cognito_gate.local", "cognito_gate.pool")
    assert {name for name in found if name.startswith((*heavy, "jinja2", "segno"))} == set()


def test_pages_of_our_own_do() -> None:
    assert {"cognito_gate._sign_in.routes", "jinja2", "segno"} <= loaded('login="custom"')


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
