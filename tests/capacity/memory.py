"""What remembered sessions take: memory for each, and the time of a full garbage collection.

Measured in this process, which must be a fresh one. Tokens are signed for those that are remembered
in full; the rest are digests of any text.
"""

import asyncio
import gc
import resource
import time
from pathlib import Path

from cognito_gate._gate.protocol.session_cache import MAX_FULL
from tests.capacity.gates import ask, make_gate, session
from tests.world.pool import Pool

SESSIONS = 100_000
MAX_BYTES, MAX_COLLECTION_SECONDS = 2_000, 0.020


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _collection() -> float:
    """Seconds of a full collection, the best of five."""
    taken = []
    for _ in range(5):
        begin = time.process_time()
        gc.collect()
        taken.append(time.process_time() - begin)
    return min(taken)


async def _fill() -> list[tuple[str, float, float, float]]:
    """Name, bytes for each session, and collections before and after: in full, and in all."""
    pool = Pool(access={"origin_jti": "x" * 36, "event_id": "x" * 36, "pad": "x" * 250})
    pool.id |= {"event_id": "x" * 36, "name": "Ada Lovelace", "pad": "x" * 400}
    gate = make_gate(pool, session_cache=SESSIONS)
    await ask(gate, [session(pool)])
    before, idle = _resident(), _collection()
    for _ in range(MAX_FULL // 64):
        headers = [session(pool) for _ in range(64)]
        await ask(gate, headers)
        await ask(gate, headers)  # seen again: by the whole Cookie header from now on
    full, collected = _resident(), _collection()
    signatures = gate._gate._context.signatures  # type: ignore[union-attr]  # not disabled
    for number in range(2 * (SESSIONS - MAX_FULL)):
        signatures.add(f"token {number}", time.time())
    end, at_end = _resident(), _collection()
    return [
        (f"the first {MAX_FULL:,}, in full", (full - before) / MAX_FULL, idle, collected),
        (f"each of {SESSIONS:,}", (end - before) / SESSIONS, idle, at_end),
    ]


def main() -> None:
    """Print the table."""
    print(f"\n{'remembered sessions':32}{'bytes each':>12}{'full gc, ms':>14}{'at most':>18}")
    rows = asyncio.run(_fill())
    for name, each, idle, collected in rows:
        print(f"{name:32}{each:12,.0f}{(collected - idle) * 1000:14.1f}", end="")
        if name == rows[-1][0]:
            over = each > MAX_BYTES or collected - idle > MAX_COLLECTION_SECONDS
            limits = f"{MAX_BYTES:,} B, {MAX_COLLECTION_SECONDS * 1000:.0f} ms"
            print(f"{limits:>18}{'  !' if over else ''}")
        else:
            print()
