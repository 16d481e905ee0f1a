"""The distribution: built from a clean tree, used from a bare environment in another place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.process import running
from tests.journey.visitor import Visitor

ROOT = Path(__file__).parents[1]
OFFLINE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|Network is unreachable|ProxyError"
)
pytestmark = pytest.mark.wheel


def run(*command: str | Path, cwd: Path) -> str:
    """What a command says; it must succeed."""
    done = attempt(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout
    return done.stdout


def attempt(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this project's tree."""
    ours = ("PYTHON", "COV_", "COVERAGE", "VIRTUAL_ENV", "GIT_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def tree() -> list[Path]:
    """The files of the project: tracked, or new and not ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so nobody knows which files belong to it")
    git = ("git", "-c", "safe.directory=*")  # CI may have checked out as somebody else
    listed = run(*git, "ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT)
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sdist and the wheel are."""
    clean = tmp_path_factory.mktemp("clean")
    for name in tree():
        (clean / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, clean / name)
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, clean, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [found] = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The `bin` of an environment that holds the wheel and what it needs, nothing else."""
    place = tmp_path_factory.mktemp("bare")
    run(sys.executable, "-m", "venv", place / "venv", cwd=place)
    commands = place / "venv" / "bin"
    pip = (commands / "python", "-m", "pip", "--disable-pip-version-check", "--retries", "2")
    done = attempt(*pip, "install", "--quiet", wheel, cwd=place)
    if done.returncode and OFFLINE.search(done.stdout):
        pytest.skip("pip cannot reach a package index, so nothing can be installed")
    assert done.returncode == 0, done.stdout
    yield commands
    shutil.rmtree(place)


def test_the_index_would_take_it(dist: Path) -> None:
    packages = [str(path) for path in dist.iterdir()]
    assert len(packages) == 2
    run(sys.executable, "-m", "twine", "check", "--strict", *packages, cwd=dist)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if ".dist-info/" not in name}
    package = {str(name) for name in tree() if name.parts[0] == "cognito_gate"}
    assert held == package
    assert "cognito_gate/py.typed" in held
    assert {name for name in held if "/templates/" in name}


def test_the_sdist_holds_the_tests_too(dist: Path) -> None:
    [found] = dist.glob("*.tar.gz")
    with tarfile.open(found) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    needed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"}
    assert needed <= held
    assert "tests/test_wheel.py" in held


def test_a_newcomer_signs_in(bare: Path, tmp_path: Path) -> None:
    command = [str(bare / "cognito-gate"), "demo", "--port", "0"]
    with running(command, environment={"HOME": str(tmp_path)}, cwd=tmp_path) as demo:
        origin = demo.wait_for(r"Open +(http://localhost:\d+)")[1]
        password = demo.wait_for(r"ada +(\S+)")[1]
        cognito = demo.wait_for(r"Cognito +(http://127\.0\.0\.1:\d+)")[1]
        with Visitor(origin, cognito) as visitor:
            page = visitor.login_page("/?from=afar")
            welcome = visitor.follow(visitor.submit(page, "ada", password))
            assert (welcome.status_code, welcome.url.query) == (200, b"from=afar")
            assert "Ada Lovelace" in welcome.text
            assert visitor.go("/admin").status_code == 200
            assert visitor.go("/auth/me").json()["username"] == "ada"
            assert visitor.sign_out().url.path == "/auth/signed-out"
        assert demo.interrupt() == 0
    assert not any("Traceback" in line for line in demo.said)
    assert not list(tmp_path.iterdir())


def test_what_users_write_works_from_the_wheel(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "from cognito_gate import ASGIGate, Identity, Settings, SettingsError, WSGIGate\n"
        "print(ASGIGate.__name__, WSGIGate.__name__)\n"
    )
    assert run(bare / "python", "shop.py", cwd=tmp_path) == "ASGIGate WSGIGate\n"
    assert re.search(r"\d+\.\d+\.\d+", run(bare / "cognito-gate", "--version", cwd=tmp_path))
    assert len(run(bare / "cognito-gate", "secret", cwd=tmp_path).strip()) >= 32
