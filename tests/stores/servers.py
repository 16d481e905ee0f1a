"""The real servers that stores are asked of: Redis, Valkey, and moto in place of DynamoDB.

Each is started once, on a loopback port; what is not installed is skipped, saying how to get it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from cognito_gate.pool.options import PoolOptions
from tests.judges import moto
from tests.pool.cfn import Stack
from tests.servers.process import free_port, served

TABLE = "sessions"
PASSWORD = "only-for/the:tests"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def program(name: str) -> str:
    """The path of `redis-server` or `valkey-server`."""
    places = Path(sys.prefix, "judges", "valkey").glob(f"lib/python*/**/{name}")
    found = shutil.which(name) or next(map(str, places), None)
    if found is None:
        how = "`apt install redis-server`" if name == "redis-server" else "`make judges`"
        pytest.skip(f"{name} is not installed: {how} installs it")
    return found


@contextmanager
def redis_like(name: str, port: int = 0, *options: str) -> Iterator[int]:
    """Run a server that keeps nothing on the disk, until the block ends; its port."""
    port = port or free_port()
    command = [program(name), "--port", str(port), "--bind", "127.0.0.1", "--save", "", *options]
    with served([*command, "--appendonly", "no"], port, {}):
        yield port


@contextmanager
def dynamodb() -> Iterator[str]:
    """Run moto with the table, until the block ends; its origin."""
    with moto.running() as origin:
        make_table(origin)
        yield origin


def make_table(origin: str) -> None:
    """Make the table of the pool's template."""
    made = Stack(PoolOptions(sessions_table=True)).properties("SessionsTable")
    names = ("BillingMode", "AttributeDefinitions", "KeySchema")
    client = boto3.client("dynamodb", region_name="eu-west-1", endpoint_url=origin)
    client.create_table(TableName=TABLE, **{name: made[name] for name in names})
    client.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification=made["TimeToLiveSpecification"]
    )
    client.close()
