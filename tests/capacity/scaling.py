"""What a request costs as one thing grows: sessions, rules, groups, cookies of others, keys.

In CPU time, the best of some rounds. Each row is flat or linear, or marked: then a mechanism is to
be mended.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any

from cognito_gate import Require, Rule
from tests.capacity.gates import ask, make_gate, session
from tests.world.pool import Pool

ROUNDS, REQUESTS = 7, 300
FLAT = 0.15
"""The slope, in logarithms, up to which a cost is flat: a hundred times a size, twice the cost."""
LINEAR = 1.25
"""The steepest slope, in logarithms, that counts as linear: twice a size, 2.4 times the cost."""

Measure = Callable[[int], Coroutine[Any, Any, float]]


async def sessions(count: int) -> float:
    """Known sessions in turn, as far as a process remembers them in full."""
    pool = Pool()
    return await _best(make_gate(pool), [session(pool) for _ in range(count)])


async def rules(count: int) -> float:
    """Rules that do not match, before one that does."""
    pool = Pool(access={"cognito:groups": ["staff"]})
    listed = [Rule((f"/area-{n}/*",), require=Require(groups=("admin",))) for n in range(count)]
    rule = Rule(("/*",), require=Require(groups=("staff",)))
    return await _best(make_gate(pool, rules=(*listed, rule)), [session(pool)])


async def rules_of_new_paths(count: int) -> float:
    """The same for paths that nobody has asked for lately: each is looked up."""
    pool = Pool(access={"cognito:groups": ["staff"]})
    listed = [Rule((f"/area-{n}/*",), require=Require(groups=("admin",))) for n in range(count)]
    rule = Rule(("/*",), require=Require(groups=("staff",)))
    gate, headers = make_gate(pool, rules=(*listed, rule)), session(pool)
    await ask(gate, [headers])
    taken = []
    for number in range(ROUNDS):
        parts = [await ask(gate, [headers], f"/page/{number}/{n}") for n in range(40)]
        taken.append(sum(parts) / len(parts))
    return min(taken)


async def groups(count: int) -> float:
    """Groups of the visitor, where a rule asks for one."""
    pool = Pool(access={"cognito:groups": [f"g{n}" for n in range(count)]})
    rule = Rule(("/*",), require=Require(groups=(f"g{count - 1}",)))
    return await _best(make_gate(pool, rules=(rule,), session_bytes=64_000), [session(pool)])


async def cookies_of_others(count: int) -> float:
    """Cookies that are not the gate's, in front of its own. Those of over 8 KB are parsed for each
    request, since servers usually refuse so many."""
    pool = Pool()
    return await _best(make_gate(pool), [session(pool, others=count)])


async def keys(count: int) -> float:
    """Keys that the pool publishes, for sessions that are verified anew."""
    pool = Pool()
    pool.published |= {f"spare-{number}": "a" for number in range(count)}
    return await _best(make_gate(pool, session_cache=0), [session(pool)])


AXES: dict[str, tuple[Measure, tuple[int, ...]]] = {
    "sessions that are known": (sessions, (1, 100, 1_000, 2_000)),
    "rules, for a known path": (rules, (1, 10, 100, 1_000)),
    "rules, for a new path": (rules_of_new_paths, (1, 10, 100, 1_000)),
    "groups of the visitor": (groups, (1, 10, 50, 100)),
    "cookies of others": (cookies_of_others, (1, 10, 50, 150)),
    "cookies of over 8 KB": (cookies_of_others, (400, 800, 1_600)),
    "keys of the pool, new session": (keys, (1, 10, 100)),
}


def growth(sizes: tuple[int, ...], costs: list[float]) -> str:
    """How the cost grows: flat, linear, or worse."""
    if _slope(sizes, costs, 0) <= FLAT:
        return "flat"
    return (
        "linear"
        if _slope(sizes, costs, max(0, len(sizes) - 3)) <= LINEAR
        else "worse than linear  !"
    )


def _slope(sizes: tuple[int, ...], costs: list[float], first: int) -> float:
    times = sizes[-1] / max(sizes[first], 1)
    return math.log(costs[-1] / costs[first]) / math.log(times)


async def _best(gate: Any, headers: list[Any]) -> float:
    many = (headers * (REQUESTS // len(headers) + 1))[: max(REQUESTS, len(headers))]
    await ask(gate, many)  # keys fetched, sessions seen
    return min([await ask(gate, many) for _ in range(ROUNDS)])


def main() -> list[tuple[str, int, float]]:
    """Print the table; name, size and microseconds of each figure."""
    found = []
    print("\nCPU time of a request, in microseconds, as one thing grows")
    for name, (measure, sizes) in AXES.items():
        costs = [asyncio.run(measure(size)) * 1e6 for size in sizes]
        cells = "  ".join(f"{size:,}: {cost:.1f}" for size, cost in zip(sizes, costs, strict=True))
        print(f"{name:30}{growth(sizes, costs):10} {cells}")
        found += [(name, size, cost) for size, cost in zip(sizes, costs, strict=True)]
    return found
