"""What each event loop has of its own goes with the loop."""

import asyncio
import gc
from weakref import ref

from cognito_gate._driver.loops import ByLoop


class Connection:
    """It holds its loop, as connections do."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()


def test_each_loop_has_one_of_its_own_until_it_is_closed() -> None:
    connections: ByLoop[Connection] = ByLoop()

    async def request() -> "ref[Connection]":
        connection = connections.get(Connection)
        assert connections.get(Connection) is connection
        return ref(connection)

    with asyncio.Runner() as open_loop:
        kept = open_loop.run(request())
        served = [asyncio.run(request()) for _ in range(3)]
        gc.collect()
        assert [connection() is None for connection in served] == [True, True, False]
        assert kept() is not None
        assert len(connections) == 2


def test_one_that_is_taken_is_gone() -> None:
    connections: ByLoop[Connection] = ByLoop()

    async def request() -> None:
        connection = connections.get(Connection)
        assert connections.pop() is connection
        assert connections.pop() is None

    asyncio.run(request())
