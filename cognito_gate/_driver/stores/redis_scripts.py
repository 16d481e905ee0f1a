"""What Redis and Valkey are asked: one script for each operation, run by the server as a whole.

Knows the layout of the keys; must not know how anything is sent. An item is a hash that the server
forgets by itself; an owner's index is a sorted set of the keys of its items, by their end. Scripts
touch only the keys that they are given, and all keys have one hash tag: a cluster keeps them on one
node (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
"""

from collections.abc import Generator
from typing import Any, TypeAlias

from ..._gate.effects import Item, StoreAnswer, StoreCall
from .interface import MAX_OWNED, item_of

SKEW_SECONDS = 300.0
"""How long an index keeps an entry after its end: the clocks of hosts differ, and the item itself
says whether it is there."""
Command: TypeAlias = tuple[str | bytes | int | float, ...]
"""A command of the protocol, with its arguments."""
Steps: TypeAlias = Generator[Command, Any, StoreAnswer]

# KEYS: the item, the owner's index (the item once more where there is no owner).
# ARGV: key, value, ends_at, owner, milliseconds left, entries of an index, ends that are long over.
# HSET is the first write: a server without memory refuses a script before its first write only
# (https://redis.io/docs/latest/develop/programmability/eval-intro/), and every item has all fields.
_SAVE = """
local left = tonumber(ARGV[5])
if left <= 0 then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'ends_at', ARGV[3], 'owner', ARGV[4])
redis.call('PEXPIRE', KEYS[1], left)
if ARGV[4] == '' then return 1 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[7])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[6]))
if redis.call('PTTL', KEYS[2]) < left then redis.call('PEXPIRE', KEYS[2], left) end
return 1
"""
_CREATE = f"""
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HMGET', KEYS[1], 'value', 'ends_at', 'owner')
end
{_SAVE}"""
_REPLACE = f"""
if redis.call('HGET', KEYS[1], 'value') ~= ARGV[8] then return 0 end
{_SAVE}"""
# KEYS: the item. ARGV: the value that it must have, where it must.
_DELETE = """
if #ARGV > 0 and redis.call('HGET', KEYS[1], 'value') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
# KEYS: the number. ARGV: milliseconds left.
_COUNT = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return number
"""
# KEYS: the index, and items that stood in it. ARGV: the owner, and the keys of those items.
_LIST = """
local found = {}
for number = 2, #KEYS do
  local item = redis.call('HMGET', KEYS[number], 'value', 'ends_at', 'owner')
  if item[3] ~= ARGV[1] then redis.call('ZREM', KEYS[1], ARGV[number]) end
  found[number - 1] = item
end
return found
"""


class Layout:
    """The commands for one app's part of a server, and what their replies say."""

    def __init__(self, name: str) -> None:
        self._prefix = f"cognito-gate:{{{name}}}"
        self.channel = f"{self._prefix}:messages"

    def steps(self, call: StoreCall, now: float) -> Steps:
        """The commands that answer a call: each is sent the server's reply to it."""
        match call.operation:
            case "load":
                reply = yield ("HMGET", self._item(call.key), "value", "ends_at", "owner")
                return StoreAnswer(item=_read_item(call.key, reply))
            case "save" | "create" | "replace":
                return (yield from self._save(call, now))
            case "delete":
                before = () if call.before is None else (call.before,)
                reply = yield ("EVAL", _DELETE, 1, self._item(call.key), *before)
                return StoreAnswer(done=reply == 1)
            case "count":
                left = _milliseconds(call.ends_at, now)
                reply = yield ("EVAL", _COUNT, 1, f"{self._prefix}:count:{call.key}", left)
                return StoreAnswer(done=True, count=int(reply))
            case "list":
                return (yield from self._list(call.key))
            case _:  # publish
                yield ("PUBLISH", self.channel, call.message)
                return StoreAnswer(done=True)

    def _save(self, call: StoreCall, now: float) -> Steps:
        item = item_of(call)
        key = self._item(item.key)
        script = {"save": _SAVE, "create": _CREATE}.get(call.operation, _REPLACE)
        over = repr(now - SKEW_SECONDS)
        fields = (item.key, item.value, repr(item.ends_at), item.owner)
        left = _milliseconds(item.ends_at, now)
        index = self._index(item.owner) if item.owner else key
        before = call.before or b""
        reply = yield ("EVAL", script, 2, key, index, *fields, left, MAX_OWNED, over, before)
        if isinstance(reply, list):
            return StoreAnswer(item=_read_item(item.key, reply))
        return StoreAnswer(done=reply == 1)

    def _list(self, owner: str) -> Steps:
        index = self._index(owner)
        keys = [str(key, "utf-8") for key in (yield ("ZREVRANGE", index, 0, MAX_OWNED - 1))]
        if not keys:
            return StoreAnswer()
        places = (index, *map(self._item, keys))
        reply = yield ("EVAL", _LIST, len(places), *places, owner, *keys)
        items = (_read_item(key, fields) for key, fields in zip(keys, reply, strict=True))
        return StoreAnswer(items=tuple(item for item in items if item and item.owner == owner))

    def _item(self, key: str) -> str:
        return f"{self._prefix}:item:{key}"

    def _index(self, owner: str) -> str:
        return f"{self._prefix}:owner:{owner}"


def _milliseconds(ends_at: float, now: float) -> int:
    return int((ends_at - now) * 1000)


def _read_item(key: str, fields: list[bytes | None]) -> Item | None:
    value, ends_at, owner = fields
    if value is None or ends_at is None or owner is None:
        return None
    return Item(key, value, float(ends_at), str(owner, "utf-8"))
