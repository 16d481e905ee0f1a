"""The lowest versions that pyproject.toml admits have no vulnerability that was known when they
were looked up (21 November 2026). `make matrix` runs the core tests with exactly these versions."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.matrix import floors, run_time

PROJECT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8")
)["project"]

# The first clean version, and what its predecessors have.
CLEAN = {
    "authlib": ("1.7.1", "CVE-2026-44681, also in 1.7.0: an open redirect of its OpenID server"),
    "click": ("8.3.3", "CVE-2026-7246: click.edit runs commands in a file's name"),
    "cryptography": ("50.0.0", "CVE-2026-69247: an oracle in PKCS#7 decryption"),
    "h11": ("0.16.0", "CVE-2025-43859: lenient chunks, by which requests can be smuggled"),
    "jinja2": ("3.1.6", "CVE-2025-27516: a way out of its sandbox"),
    "joserfc": ("1.7.2", "GHSA-5jhw-7jv7-qcqq: padded tokens pass as other ones"),
    "python-dotenv": ("1.2.2", "CVE-2026-28684: set_key writes through symbolic links"),
    "starlette": ("1.3.1", "CVE-2026-54282 (request.url), CVE-2026-54283 (limits of forms)"),
    # For the tests and examples only.
    "flask": ("3.1.3", "CVE-2026-27205: a response that lacks Vary: Cookie"),
    "gunicorn": ("22.0.0", "CVE-2024-6827: request smuggling"),
    "h2": ("4.3.0", "CVE-2025-57804: request smuggling"),
    "waitress": ("3.0.1", "CVE-2024-49768: requests after an invalid one"),
}
# Looked up, and nothing found that the lowest version has.
NOTHING_KNOWN = {"httpx", "itsdangerous", "segno", "uvicorn"}


def parsed(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def lowest(lines: list[str]) -> dict[str, str]:
    found = dict(line.split("==") for line in floors(line.replace("[async]", "") for line in lines))
    assert len(found) == len(lines)
    return found


EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
FOR_DEVELOPERS = {"docs", "mutants", "test"}
RUN_TIME = lowest(run_time(PROJECT))
TESTS = lowest(EXTRAS["test"])


@pytest.mark.parametrize("package", CLEAN)
def test_no_lower_bound_admits_a_known_vulnerability(package: str) -> None:
    clean, why = CLEAN[package]
    bound = {**TESTS, **RUN_TIME}[package]
    assert parsed(bound) >= parsed(clean), f"{package} {bound}: {why}"


def test_each_run_time_dependency_was_looked_up() -> None:
    looked_up = CLEAN.keys() | NOTHING_KNOWN
    assert RUN_TIME.keys() <= looked_up
    assert looked_up <= RUN_TIME.keys() | TESTS.keys()


def test_all_is_what_the_other_extras_bring() -> None:
    parts = {line for name in EXTRAS.keys() - FOR_DEVELOPERS - {"all"} for line in EXTRAS[name]}
    assert set(EXTRAS["all"]) == parts - {"uvicorn>=0.35"}  # which is there as uvicorn[standard]


def test_the_tests_have_the_libraries_of_the_same_versions() -> None:
    parts = {
        line
        for name in ("aws", "cli", "local", "metrics", "pages", "redis")
        for line in EXTRAS[name]
    }
    assert parts <= set(EXTRAS["test"])


def test_a_bound_below_a_clean_version_is_seen() -> None:
    assert parsed("1.3.0") < parsed("1.3.1") <= parsed("1.3.1") < parsed("1.10") < parsed("2")
