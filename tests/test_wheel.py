"""The distribution: built from a clean tree, used from a bare environment in another place."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import PathDistribution, distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

from tests.journey.process import running
from tests.journey.visitor import Visitor

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.wheel

PLAIN = """
from importlib.util import find_spec
from cognito_gate import ASGIGate, Settings, SettingsError, WSGIGate

extras = ["boto3", "click", "jinja2", "prometheus_client", "redis", "segno", "uvicorn"]
print("extras:", [name for name in extras if find_spec(name)])
usual = dict(
    region="eu-west-1", user_pool_id="eu-west-1_AbCdEfGhI", user_pool_client_id="client",
    domain="https://example.auth.eu-west-1.amazoncognito.com",
    redirect_url="https://app.example.com/auth/callback",
    logout_url="https://app.example.com/auth/signed-out",
    secret_key="a secret key of at least 32 characters",
)
environ = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/auth/callback", "QUERY_STRING": "",
    "HTTP_ACCEPT": "text/html", "wsgi.url_scheme": "https", "HTTP_HOST": "app.example.com",
}
gate = WSGIGate(None, Settings(**usual))
page = b"".join(gate(environ, lambda status, headers: print("page:", status))).decode()
print("html:", page.strip()[-7:])
for more in ({}, {"login": "custom"}):
    try:
        ASGIGate(None, Settings(**usual, **more))
        print("start:", more)
    except SettingsError as error:
        print(error.problems)
try:
    import cognito_gate.local
except ModuleNotFoundError as error:
    print(error)
"""


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
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's files, and of nothing else that lies around."""
    copied = tmp_path_factory.mktemp("clean")
    for name in tree():
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copied / name)
    return copied


@pytest.fixture(scope="module")
def dist(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sdist and the wheel are."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, clean, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [found] = dist.glob("*.whl")
    return found


class Installed(NamedTuple):
    """An environment that holds the wheel and what it needs. `plain` is what was seen there before
    the extra `local` came to it: exit codes and outputs."""

    commands: Path
    plain: dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    place = tmp_path_factory.mktemp("bare")
    venv.create(place / "venv", symlinks=True)
    commands = place / "venv" / "bin"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", place / "venv")
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile", wheel, cwd=place)
    [packages] = (place / "venv" / "lib").glob("python*/site-packages")
    bring(packages, "")
    (place / "plain.py").write_text(PLAIN, "utf-8")
    questions = {
        "command": (commands / "cognito-gate", "secret"),
        "module": (commands / "python", "-m", "cognito_gate", "--version"),
        "gates": (commands / "python", place / "plain.py"),
    }
    asked = {name: attempt(*words, cwd=place) for name, words in questions.items()}
    bring(packages, "local")
    yield Installed(commands, {name: (d.returncode, d.stdout) for name, d in asked.items()})
    shutil.rmtree(place)


def bring(packages: Path, extra: str) -> None:
    """Link there what the wheel says that it needs, and what that needs, as it is installed here:
    as pip would bring it, without downloads."""
    [metadata] = packages.glob("cognito_gate-*.dist-info")
    todo = list(PathDistribution(metadata).requires or ())
    seen: set[str] = set()
    while todo:
        needed = Requirement(todo.pop())
        marked = needed.marker is None or needed.marker.evaluate({"extra": extra})
        if needed.name in seen or not marked:
            continue
        seen.add(needed.name)
        assert not needed.extras, "not brought by this"
        found = distribution(needed.name)
        assert found.version in needed.specifier, f"{needed}, but {found.version} is installed"
        todo += [text for text in found.requires or () if "extra ==" not in text]
        for part in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (packages / part).exists():
                (packages / part).symlink_to(str(found.locate_file(part)))


@pytest.fixture(scope="module")
def bare(installed: Installed) -> Path:
    """The `bin` of an environment that has the wheel with its extra `local`, nothing else."""
    return installed.commands


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


def test_a_second_build_is_the_same_byte_for_byte(clean: Path, dist: Path, tmp_path: Path) -> None:
    """From files of another age, on another day: who doubts a release can build it again."""
    for file in clean.rglob("*.py"):
        os.utime(file, (1_500_000_000, 1_500_000_000))
    build = (sys.executable, "-m", "hatchling", "build", "--directory")
    run(*build, tmp_path, cwd=clean)
    second = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert second == {file.name: file.read_bytes() for file in dist.iterdir()}


def test_the_plain_installation_is_the_middleware(installed: Installed) -> None:
    code, said = installed.plain["gates"]
    assert (code, said.splitlines()) == (
        0,
        [
            "extras: []",
            "page: 400 Bad Request",
            "html: </html>",
            "start: {}",
            "{'COGNITO_GATE_LOGIN': \"needs jinja2: pip install 'cognito-gate[pages]'\"}",
            "the local Cognito needs uvicorn: pip install 'cognito-gate[local]'",
        ],
    )


def test_the_command_says_what_it_needs(installed: Installed) -> None:
    sentence = "cognito-gate needs click: pip install 'cognito-gate[cli]'\n"
    assert installed.plain["command"] == installed.plain["module"] == (1, sentence)


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


def test_the_command_knows_its_version(bare: Path, dist: Path, tmp_path: Path) -> None:
    said = run(bare / "cognito-gate", "--version", cwd=tmp_path)
    [version] = re.findall(r"\d+\.\d+\.\d+", said)
    assert [file.name for file in dist.glob(f"cognito_gate-{version}.tar.gz")]
