"""What is said of an app that cannot be imported: the error, and the last line of the app's own."""

import runpy
import traceback
from pathlib import Path

import pytest

from cognito_gate.cli import serve
from cognito_gate.cli.serve import AppError, Target
from tests.cli.command import here


def complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, factory: bool = False
) -> tuple[str, str]:
    """What is said of a module of that text; and its file."""
    name = f"broken_{tmp_path.name}"
    file = tmp_path / f"{name}.py"
    file.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AppError) as caught:
        serve.load(Target(f"{name}:app", factory=factory))
    return str(caught.value).replace(name, "broken"), str(file).replace(name, "broken")


@pytest.mark.parametrize(
    ("text", "said", "line", "source"),
    [
        (
            "import not_installed_here",
            "ModuleNotFoundError: No module named 'not_installed_here'",
            "1, in <module>",
            "import not_installed_here",
        ),
        ("\n1 / 0", "ZeroDivisionError: division by zero", "2, in <module>", "1 / 0"),
        # The innermost frames are the standard library's, and ours.
        (
            "import json\nSET = json.loads('{')\n",
            "JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 "
            "(char 1)",
            "2, in <module>",
            "SET = json.loads('{')",
        ),
        (
            "from importlib import import_module\nimport_module('json.nothing')",
            "ModuleNotFoundError: No module named 'json.nothing'",
            "2, in <module>",
            "import_module('json.nothing')",
        ),
        (
            "from cognito_gate.integrations.fastapi import require\n"
            "def guard():\n    return require('admin')\nguard()",
            "TypeError: groups takes a list of names, such as [\"admin\"]; it got 'admin'",
            "3, in guard",
            "return require('admin')",
        ),
        # Libraries that are installed are not the app's own either.
        (
            "from starlette.routing import Route\nroute = Route('no/slash', print)",
            "AssertionError: Routed paths must start with '/'",
            "2, in <module>",
            "route = Route('no/slash', print)",
        ),
        # Code without a file has no line to show.
        ("exec('1 / 0')", "ZeroDivisionError: division by zero", "1, in <module>", "exec('1 / 0')"),
        ("raise KeyError", "KeyError", "1, in <module>", "raise KeyError"),
    ],
)
def test_the_last_line_of_the_apps_own_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str, line: str, source: str
) -> None:
    found, file = complaint(tmp_path, monkeypatch, text)
    assert found == f'Cannot import broken: {said}\n  File "{file}", line {line}\n    {source}'


def test_a_syntax_error_is_shown_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, file = complaint(tmp_path, monkeypatch, "x = 1\ny = = 2")
    assert found == (
        "Cannot import broken: SyntaxError: invalid syntax\n"
        f'  File "{file}", line 2\n    y = = 2\n        ^'
    )


def test_a_module_of_the_apps_own_that_it_imports_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / f"inner_{tmp_path.name}.py"
    inner.write_text("import os\n\ndef read():\n    return os.environ['NOT_SET_HERE']\n")
    text = f"from {inner.stem} import read\nread()"
    found, _ = complaint(tmp_path, monkeypatch, text)
    assert found.splitlines()[0] == "Cannot import broken: KeyError: 'NOT_SET_HERE'"
    assert found.splitlines()[1].endswith('py", line 4, in read')
    assert found.splitlines()[2] == "    return os.environ['NOT_SET_HERE']"


def test_so_it_is_where_a_factory_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import json\ndef app():\n    return json.loads('')"
    found, file = complaint(tmp_path, monkeypatch, text, factory=True)
    assert found == (
        "broken:app() failed: JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"
        f"  File \"{file}\", line 3, in app\n    return json.loads('')"
    )


def test_an_error_of_a_library_alone_is_shown_where_it_was_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No frame is the app's own when the module itself is an installed one."""
    library = tmp_path / "site-packages" / "installed_badly.py"
    library.parent.mkdir()
    library.write_text("1 / 0")
    monkeypatch.syspath_prepend(str(library.parent))
    with pytest.raises(AppError) as caught:
        serve.load(Target("installed_badly:app"))
    assert str(caught.value).splitlines()[1] == f'  File "{library}", line 1, in <module>'


@pytest.mark.parametrize(
    ("app", "instead"),
    [
        ("shop.py:app", "shop:app"),
        ("shop.py:make.app", "shop:make.app"),
        ("src/shop.py:app", "src.shop:app"),
        ("./src/shop.py:app", "src.shop:app"),
        ("src/shop:app", "src.shop:app"),
        ("/srv/src/shop.py:app", "--app-dir /srv/src shop:app"),
        ("../my shop/shop.py:app", "--app-dir '../my shop' shop:app"),
        ("shop.py", "shop:app"),
        ("src/shop.py", "src.shop:app"),
    ],
)
def test_a_file_is_answered_with_what_to_type(app: str, instead: str) -> None:
    result = here("run", app)
    assert result.exit_code == 2
    assert result.stderr.endswith(
        f"Error: {app!r} is a file, and `run` takes a module: type {instead} instead.\n"
    )


# Wrong arguments of the guards, wherever the app runs


@pytest.mark.parametrize(
    ("framework", "call"),
    [
        ("fastapi", "require('admin')"),
        ("fastapi", "require(scopes='shop/read')"),
        ("starlette", "require('admin')"),
        ("starlette", "require"),
        ("flask", "auth_required('admin')"),
        ("flask", "auth_required(groups=7)"),
    ],
)
def test_a_wrong_argument_blames_the_line_that_gave_it(
    tmp_path: Path, framework: str, call: str
) -> None:
    name = call.partition("(")[0]
    file = tmp_path / "shop.py"
    decorated = f"@{call}\ndef view(): ...\n" if framework != "fastapi" else f"{call}\n"
    file.write_text(f"from cognito_gate.integrations.{framework} import {name}\n\n{decorated}")
    with pytest.raises(TypeError) as caught:
        runpy.run_path(str(file))
    *_, error, place, source = "".join(traceback.format_exception(caught.value)).splitlines()
    assert error.startswith("TypeError: ")
    assert " takes a list of names" in error
    assert place == f'  File "{file}", line 3, in <module>'
    assert source.strip() in decorated.splitlines()[0]
