"""COGNITO_GATE_STORE: which addresses are taken, what they say, and that no password is told."""

import sys
from pathlib import Path
from typing import Any

import certifi
import pytest

from cognito_gate import SettingsError
from cognito_gate._driver.stores.opening import store_of
from cognito_gate.settings import Settings
from cognito_gate.settings.stores import (
    DynamoDBAddress,
    RedisAddress,
    SQLiteAddress,
    StoreAddress,
    parse_store,
)
from tests.parts.made import settings

CA = certifi.where()
GOOD: dict[str, StoreAddress] = {
    "sqlite:///sessions.db": SQLiteAddress(Path.cwd() / "sessions.db"),
    "sqlite:////tmp/se%20ssions.db": SQLiteAddress(Path("/tmp/se%20ssions.db")),
    "redis://cache": RedisAddress("cache", 6379, 0, False, "", ""),
    "valkey://cache:7000/3": RedisAddress("cache", 7000, 3, False, "", ""),
    "rediss://app:p%40s%2Fs@[::1]:1/?prefix=shop": RedisAddress(
        "::1", 1, 0, True, "app", "p@s/s", "shop"
    ),
    f"rediss://cache?ca={CA}": RedisAddress("cache", 6379, 0, True, "", "", ca=Path(CA)),
    "valkeys://:secret@cache.example": RedisAddress("cache.example", 6379, 0, True, "", "secret"),
    "dynamodb://my-table": DynamoDBAddress("my-table", "", ""),
    "dynamodb://My.Table?region=eu-west-1&endpoint=http://127.0.0.1:8000&prefix=a": (
        DynamoDBAddress("My.Table", "eu-west-1", "http://127.0.0.1:8000", "a")
    ),
}
BAD = [
    "cache.example:6379",
    "/var/lib/sessions.db",
    "postgres://app:hunter2@db/app",
    "redis://app:hunter2@[::1",
    "sqlite:",
    "sqlite://",
    "sqlite:///",
    "sqlite://sessions.db",
    "sqlite:///:memory:",
    "sqlite:///sessions.db?mode=ro",
    "sqlite:////no/such/directory/sessions.db",
    "sqlite:////tmp",
    "redis://",
    "redis://:hunter2@",
    "redis://app:hunter2@ho st",
    "redis://app:hunter2/@cache",
    "redis://app:hunter2@cache:port",
    "redis://app:hunter2@cache:99999",
    "redis://app:hunter2@cache/first",
    "redis://app:hunter2@cache/0/1",
    "redis://app:hunter2@cache/1?db=2",
    "redis://app:hunter2@cache#1",
    "redis://app:hunter2@cache?ca=/etc/passwd",
    "rediss://app:hunter2@cache?ca=/no/such/file.pem",
    "rediss://app:hunter2@cache?ca=/etc/passwd",
    "rediss://app:hunter2@cache?ca=",
    "redis://app:hunter2@cache?prefix=",
    "redis://app:hunter2@cache?prefix={a}",
    "redis://app:hunter2@cache?prefix=a&prefix=b",
    "dynamodb://",
    "dynamodb://ab",
    "dynamodb://app:hunter2@table",
    "dynamodb://table/more",
    "dynamodb://table?region=Ireland",
    "dynamodb://table?endpoint=http://app:hunter2@127.0.0.1:8000",
    "dynamodb://table?endpoint=http://dynamodb:8000",
    "dynamodb://table?profile=me",
]


@pytest.mark.parametrize("url", GOOD)
def test_an_address(url: str) -> None:
    assert parse_store(url) == GOOD[url]
    assert settings(COGNITO_GATE_STORE=url).store == url


@pytest.mark.parametrize("url", BAD)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings(COGNITO_GATE_STORE=url)
    [(variable, problem)] = error.value.problems.items()
    assert variable == "COGNITO_GATE_STORE"
    assert "it takes" in problem or "create it" in problem
    assert "hunter2" not in str(error.value)


def test_passwords_are_not_shown() -> None:
    url = "redis://app:hunter2@cache"
    assert "hunter2" not in repr(parse_store(url)) + repr(settings(COGNITO_GATE_STORE=url))


# What is made of it


def opened(url: str) -> Any:
    """The store itself, of a gate with this address."""
    calls = store_of(settings(COGNITO_GATE_STORE=url))
    return calls and calls._open_store()


def test_a_gate_without_a_store() -> None:
    assert store_of(settings()) is None
    assert store_of(Settings(disabled=True, store="redis://cache")) is None


@pytest.mark.parametrize("url", GOOD)
def test_a_store_is_made_without_opening_anything(url: str) -> None:
    kinds = {SQLiteAddress: "sqlite", RedisAddress: "redis", DynamoDBAddress: "dynamodb"}
    assert opened(url).name == kinds[type(GOOD[url])]


def test_apps_share_a_server_under_names_of_their_own() -> None:
    client = settings().user_pool_client_id
    assert opened("redis://cache")._layout.channel == f"cognito-gate:{{{client}}}:messages"
    assert "{shop}" in opened("redis://cache?prefix=shop")._layout.channel
    assert opened("dynamodb://table?prefix=shop")._prefix == "shop#"


def test_a_table_is_in_the_pools_region() -> None:
    assert opened("dynamodb://table")._address.region == "eu-west-1"
    assert opened("dynamodb://table?region=us-east-1")._address.region == "us-east-1"


@pytest.mark.parametrize(
    ("url", "library", "extra"),
    [("valkey://cache", "redis", "redis"), ("dynamodb://table", "boto3", "aws")],
)
def test_a_missing_extra_is_told_at_start(
    url: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"cognito_gate._driver.stores.{'redis' if extra == 'redis' else 'dynamodb'}"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SettingsError) as error:
        opened(url)
    assert error.value.problems == {
        "COGNITO_GATE_STORE": f"needs {library}: pip install 'cognito-gate[{extra}]'"
    }


def test_a_broken_installation_is_not_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cognito_gate._driver.stores.redis", raising=False)
    monkeypatch.setitem(sys.modules, "ssl", None)
    with pytest.raises(ModuleNotFoundError, match="ssl"):
        opened("redis://cache")
