"""A WebSocket that can be ended from outside, by itself: no gate, no session."""

import asyncio

import pytest
from starlette.types import Message

from cognito_gate._websocket import SESSION_ENDED, EndableWebSocket

GONE = {"type": "websocket.disconnect", "code": SESSION_ENDED, "reason": "the session has ended"}


async def nothing_comes() -> Message:
    raise AssertionError("nobody should ask")


async def into_nothing(message: Message) -> None:
    pass


def test_an_app_that_asks_after_the_end_is_told_of_it() -> None:
    """And as often as it asks: the server is not asked any more."""
    socket = EndableWebSocket(nothing_comes, into_nothing)

    async def main() -> list[Message]:
        await socket.end()
        return [await socket.receive(), await socket.receive()]

    assert asyncio.run(main()) == [GONE, GONE]


def test_a_time_out_of_the_servers_own_is_the_apps_to_see() -> None:
    async def late() -> Message:
        raise TimeoutError("the server's")

    socket = EndableWebSocket(late, into_nothing)
    with pytest.raises(TimeoutError, match="the server's"):
        asyncio.run(socket.receive())
