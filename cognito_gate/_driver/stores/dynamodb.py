"""A store in a table of DynamoDB, whose keys are `pk` and `sk` (both text).

Knows DynamoDB's API through boto3; must not know what keys and values mean. Reads are strongly
consistent and writes conditional. DynamoDB deletes what has ended days late
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html): it does not count here,
by the clock of who asks. There is nothing to listen to.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ..._gate.effects import Item, StoreAnswer, StoreCall
from ...settings.stores import DynamoDBAddress
from .interface import MAX_OWNED, Hear, InThreads, Missed, item_of

MAX_VALUE_BYTES = 380_000  # of an item's 400 KB; its keys and times take the rest
MAX_CONNECTIONS = 16
_BATCH = 100  # items of one BatchGetItem, by DynamoDB's limit
_TRIES = 3  # of what others may have come before
Row: TypeAlias = dict[str, dict[str, Any]]
"""An item as DynamoDB's API writes it."""


class DynamoDBStore(InThreads):
    """One app's part of a table. `name` is that part's."""

    name = "dynamodb"

    def __init__(
        self,
        address: DynamoDBAddress,
        timeout: float,
        name: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address, self._timeout, self._prefix = address, timeout, f"{name}#"
        self._clock = clock
        self._lock = threading.Lock()
        self._client: Any = None

    def answer(self, call: StoreCall) -> StoreAnswer:
        """The answer. Raises what botocore raises."""
        now = self._clock()
        match call.operation:
            case "load":
                return StoreAnswer(item=self._load(call.key, now))
            case "save" | "create" | "replace":
                return self._save(call, now)
            case "delete":
                return self._delete(call, now)
            case "count":
                return StoreAnswer(done=True, count=self._count(call, now))
            case "list":
                return StoreAnswer(items=tuple(self._list(call.key, now)))
            case _:  # publish
                return StoreAnswer(done=True)

    def listen(self, hear: Hear, missed: Missed) -> None:
        """Nothing is published: others learn it when their copies end."""

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _load(self, key: str, now: float) -> Item | None:
        answer = self._call("get_item", Key=self._place(key), ConsistentRead=True)
        return _read(key, answer.get("Item"), now)

    def _save(self, call: StoreCall, now: float) -> StoreAnswer:
        item = item_of(call)
        if len(item.value) > MAX_VALUE_BYTES:
            text = f"{len(item.value)} bytes are too large for DynamoDB, which takes 400 KB"
            return StoreAnswer(text)
        row = {
            **self._place(item.key),
            "val": {"B": item.value},
            "owned_by": {"S": item.owner},
            **_times(item.ends_at),
        }
        answer = self._put(row, call, now)
        if answer.done and item.owner:
            self._index(item)
        return answer

    def _put(self, row: Row, call: StoreCall, now: float) -> StoreAnswer:
        if call.operation == "save":
            self._call("put_item", Item=row)
            return StoreAnswer(done=True)
        if call.operation == "replace":
            before = {":before": {"B": call.before or b""}, ":now": _number(now)}
            condition = "val = :before AND ends_at > :now"
            return StoreAnswer(done=self._changes("put_item", condition, before, Item=row))
        condition = "attribute_not_exists(pk) OR ends_at <= :now"
        for _ in range(_TRIES):
            if self._changes("put_item", condition, {":now": _number(now)}, Item=row):
                return StoreAnswer(done=True)
            there = self._load(item_of(call).key, now)
            if there is not None:  # else somebody has deleted it in between
                return StoreAnswer(item=there)
        return StoreAnswer("others create and delete the item at the same time")

    def _index(self, item: Item) -> None:
        """Note an item for its owner's list, for as long as any item of that key has lasted."""
        row = {**self._place(item.owner, "owner", item.key), **_times(item.ends_at)}
        condition = "attribute_not_exists(pk) OR ends_at < :ends_at"
        self._changes("put_item", condition, {":ends_at": _number(item.ends_at)}, Item=row)

    def _delete(self, call: StoreCall, now: float) -> StoreAnswer:
        condition = "ends_at > :now"
        values: dict[str, Any] = {":now": _number(now)}
        if call.before is not None:
            condition += " AND val = :before"
            values[":before"] = {"B": call.before}
        place = self._place(call.key)
        return StoreAnswer(done=self._changes("delete_item", condition, values, Key=place))

    def _count(self, call: StoreCall, now: float) -> int:
        values = {":one": {"N": "1"}, ":now": _number(now)}
        ends = _times(call.ends_at)
        start = {":ends_at": ends["ends_at"], ":ttl": ends["ttl"]}
        place = self._place(call.key, "count")
        more = {"Key": place, "UpdateExpression": "ADD counted :one"}
        anew = {
            "Key": place,
            "UpdateExpression": "SET counted = :one, ends_at = :ends_at, #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
        }
        for _ in range(_TRIES):
            number = self._update("ends_at > :now", values, **more)
            if number is None:
                condition = "attribute_not_exists(pk) OR ends_at <= :now"
                number = self._update(condition, values | start, **anew)
            if number is not None:
                return number
        raise TimeoutError("others count at the same time")

    def _list(self, owner: str, now: float) -> Iterator[Item]:
        rows = self._call(
            "query",
            KeyConditionExpression="pk = :pk",
            FilterExpression="ends_at > :now",
            ExpressionAttributeValues={
                ":pk": self._place(owner, "owner")["pk"],
                ":now": _number(now),
            },
            ConsistentRead=True,
        )["Items"]
        rows.sort(key=lambda row: float(row["ends_at"]["N"]), reverse=True)
        keys = [row["sk"]["S"] for row in rows[:MAX_OWNED]]
        for start in range(0, len(keys), _BATCH):
            for item in self._load_batch(keys[start : start + _BATCH], now):
                if item.owner == owner:
                    yield item

    def _load_batch(self, keys: list[str], now: float) -> Iterator[Item]:
        wanted = {str(self._place(key)["pk"]["S"]): key for key in keys}
        places = [self._place(key) for key in keys]
        table = self._address.table
        left: Any = {table: {"Keys": places, "ConsistentRead": True}}
        for _ in range(_TRIES):
            answer = self._open_client().batch_get_item(RequestItems=left)
            for row in answer["Responses"].get(table, ()):
                item = _read(wanted[row["pk"]["S"]], row, now)
                if item is not None:
                    yield item
            left = answer.get("UnprocessedKeys")
            if not left:
                return
        raise TimeoutError("DynamoDB does not give all items of a batch")

    def _place(self, key: str, kind: str = "item", inner: str = "-") -> Row:
        return {"pk": {"S": f"{self._prefix}{kind}#{key}"}, "sk": {"S": inner}}

    def _changes(
        self, operation: str, condition: str, values: dict[str, Any], **parameters: object
    ) -> bool:
        """Change a row if it meets a condition. Whether it did."""
        try:
            self._call(
                operation,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                **parameters,
            )
        except ClientError as error:
            if not _refused(error):
                raise
            return False
        return True

    def _update(self, condition: str, values: dict[str, Any], **parameters: object) -> int | None:
        """Change a number if its row meets a condition. The new one; None where it does not."""
        try:
            answer = self._call(
                "update_item",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **parameters,
            )
        except ClientError as error:
            if not _refused(error):
                raise
            return None
        return int(answer["Attributes"]["counted"]["N"])

    def _call(self, operation: str, **parameters: object) -> Any:
        method = getattr(self._open_client(), operation)
        return method(TableName=self._address.table, **parameters)

    def _open_client(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _connect(self._address, self._timeout)
            return self._client


def _connect(address: DynamoDBAddress, timeout: float) -> Any:
    """A client with the credentials that boto3 finds."""
    config = Config(
        connect_timeout=timeout,
        read_timeout=timeout,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=MAX_CONNECTIONS,
    )
    session = boto3.session.Session(region_name=address.region)
    return session.client("dynamodb", endpoint_url=address.endpoint or None, config=config)


def _refused(error: Any) -> bool:
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def _number(number: float) -> dict[str, str]:
    return {"N": repr(number)}


def _times(ends_at: float) -> Row:
    """When a row ends, and from when on DynamoDB may delete it: whole seconds."""
    return {"ends_at": _number(ends_at), "ttl": {"N": str(int(ends_at) + 1)}}


def _read(key: str, row: Row | None, now: float) -> Item | None:
    if row is None or float(row["ends_at"]["N"]) <= now:
        return None
    return Item(key, row["val"]["B"], float(row["ends_at"]["N"]), row["owned_by"]["S"])
