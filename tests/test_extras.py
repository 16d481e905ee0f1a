"""A library that is not installed is one sentence with the command that installs it, wherever that
shows. tests/test_wheel.py asks a real installation that has no extras."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

import pytest
from click.testing import CliRunner

from cognito_gate import ASGIGate, SettingsError, WSGIGate
from cognito_gate.__main__ import main
from cognito_gate.cli import main as command_line
from cognito_gate.local import LocalCognito, LocalConfigError, pages
from cognito_gate.pool import template
from tests.world.pool import Pool

Without = Callable[..., None]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    """As if a library were not installed, for those modules that are named: they load anew."""

    def remove(library: str, *modules: str) -> None:
        monkeypatch.setitem(sys.modules, library, None)
        for name in modules:
            full = f"cognito_gate.{name.removeprefix('cognito_gate.')}"
            monkeypatch.delitem(sys.modules, full, raising=False)
            package, _, own = full.rpartition(".")
            monkeypatch.delattr(sys.modules[package], own, raising=False)  # `from . import own`

    return remove


def test_the_command_has_its_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["cognito-gate", "--version"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    assert "cognito-gate " in capsys.readouterr().out


def test_the_command_without_its_libraries(without: Without) -> None:
    without("click", "cli")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == "cognito-gate needs click: pip install 'cognito-gate[cli]'"


def test_a_broken_installation_is_no_missing_extra(without: Without) -> None:
    without("cognito_gate.cli")
    with pytest.raises(ModuleNotFoundError, match=r"cognito_gate\.cli"):
        main()


@pytest.mark.parametrize("gate", [ASGIGate, WSGIGate])
@pytest.mark.parametrize("library", ["jinja2", "segno"])
def test_sign_in_pages_without_theirs(
    gate: Callable[..., object], library: str, without: Without
) -> None:
    custom = Pool().settings(login="custom")
    without(library, *(name for name in sorted(sys.modules) if "._sign_in." in name))
    with pytest.raises(SettingsError) as error:
        gate(None, custom)
    sentence = f"needs {library}: pip install 'cognito-gate[pages]'"
    assert error.value.problems == {"COGNITO_GATE_LOGIN": sentence}
    gate(None, Pool().settings())


@pytest.mark.parametrize(
    ("command", "needs"),
    [
        (["run", "--local", "shop:app", "--port", "0"], "the local Cognito needs {}[local]'"),
        (["pool", "template"], "This command needs {}[aws]'"),
    ],
)
def test_commands_without_templates(command: list[str], needs: str, without: Without) -> None:
    pages.templates.cache_clear()
    template._environment.cache_clear()
    without("jinja2")
    result = CliRunner().invoke(command_line, command)
    sentence = needs.format("jinja2: pip install 'cognito-gate")
    assert (result.exit_code, result.stderr) == (1, f"Error: {sentence}\n")


def test_the_local_cognito_without_its_server(without: Without) -> None:
    without("uvicorn", "local.server")
    with pytest.raises(ModuleNotFoundError) as error:
        import_module("cognito_gate.local.server")
    assert str(error.value).endswith("needs uvicorn: pip install 'cognito-gate[local]'")


def test_the_local_cognito_without_its_templates(without: Without) -> None:
    pages.templates.cache_clear()
    without("jinja2")
    with pytest.raises(LocalConfigError, match=r"cognito-gate\[local\]"):
        LocalCognito()
