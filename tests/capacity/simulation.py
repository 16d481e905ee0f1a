"""How many users a pool carries: the refreshes of a morning, played without a network.

Knows Cognito's quotas and when the gate refreshes; nothing of tokens. People sign in within
`ramp_seconds`, and load a page every now and then; each page sends several requests at once, which
land on any worker. tests/capacity/test_simulation.py plays the same visits before real gates.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

QUOTA = 120
"""Requests per second of the category UserAuthentication, which sign-ins and refreshes share: of an
account and Region ("Quotas in Amazon Cognito"; it can be raised)."""
WINDOW = 10
"""Seconds over which a peak is looked at: Cognito's quotas allow for short bursts."""


@dataclass(frozen=True)
class Model:
    """A fleet and its people. Times are in seconds.

    `token_seconds` is how long a session goes without a refresh: the lesser of the access token's
    life and AWS_COGNITO_COOKIE_AGE_SECONDS. `cache`: a process shares a refresh among the requests
    that ask for it at once. `shared`: so do all processes (COGNITO_GATE_STORE_FOR=refresh).
    `jitter`: each session has a moment of its own within `before_seconds`
    (COGNITO_GATE_REFRESH_BEFORE_SECONDS).
    """

    token_seconds: float = 3_600
    workers: int = 4
    cache: bool = True
    shared: bool = False
    jitter: bool = False
    before_seconds: float = 60
    parallel: int = 6
    gap_seconds: float = 60
    ramp_seconds: float = 1_200
    hours: float = 4
    steps: int = 1
    """Requests of that category for one sign-in: a password is one, a second factor another."""


@dataclass(frozen=True)
class Refresh:
    """A page load that finds its session due: when, whose, and which worker each request is for."""

    at: float
    user: int
    workers: tuple[int, ...]


def sign_ins(model: Model, users: int, seed: int) -> list[float]:
    """When each user signs in."""
    chance = random.Random(f"{seed} sign-in")
    return [chance.uniform(0, model.ramp_seconds) for _ in range(users)]


def refreshes(model: Model, users: int, seed: int) -> Iterator[Refresh]:
    """All page loads that find a session due, user by user."""
    for user, at in enumerate(sign_ins(model, users, seed)):
        chance = random.Random(f"{seed} {user}")
        own = chance.random() * model.before_seconds if model.jitter else 0.0
        while True:
            due = at + model.token_seconds - model.before_seconds + own
            at = due + chance.expovariate(1 / model.gap_seconds)
            if at > model.hours * 3_600:
                break
            yield Refresh(at, user, tuple(chance.choices(range(model.workers), k=model.parallel)))


def calls(model: Model, refresh: Refresh) -> int:
    """How many calls of the token endpoint that page load makes."""
    if model.shared:
        return 1
    return len(set(refresh.workers)) if model.cache else len(refresh.workers)


@dataclass(frozen=True)
class Capacity:
    """Users that the quota carries: by the average of the hours, and by the worst ten seconds."""

    average: int
    peak: int


def capacity(model: Model, users: int = 3_000, seed: int = 1) -> Capacity:
    """How many users the quota carries, by their refreshes alone. Rates grow with the number of
    users, so that a few thousand tell for more."""
    windows: Counter[int] = Counter()
    for refresh in refreshes(model, users, seed):
        windows[int(refresh.at / WINDOW)] += calls(model, refresh)
    average = sum(windows.values()) / (model.hours * 3_600)
    peak = max(windows.values()) / WINDOW
    return Capacity(int(users * QUOTA / average), int(users * QUOTA / peak))


MORNING = Model()
HERD = Model(ramp_seconds=30, gap_seconds=5)
VARIANTS: dict[str, dict[str, bool | float]] = {
    "each request by itself": {"cache": False},
    "one in each process": {},
    "one in each process, jitter": {"jitter": True},
    "one for all (a store)": {"shared": True},
    "one for all, jitter": {"shared": True, "jitter": True},
    "one for all, jitter of 10 minutes": {"shared": True, "jitter": True, "before_seconds": 600},
}


LIVES = (300, 3_600, 28_800)
"""How long access tokens live, in seconds: Cognito's least, its default, and a working day."""


def capacities(
    start: Model, workers: int, lives: tuple[int, ...] = LIVES, users: int = 3_000
) -> dict[str, list[Capacity]]:
    """What each variant carries, by each life of tokens."""
    found = {}
    for name, changes in VARIANTS.items():
        model = replace(start, workers=workers, **changes)  # type: ignore[arg-type]  # as Model names them
        found[name] = [_capacity(model, life, users) for life in lives]
    return found


def _capacity(model: Model, life: int, users: int) -> Capacity:
    before = min(model.before_seconds, life / 2)
    return capacity(
        replace(model, token_seconds=life, hours=6 * life / 3_600, before_seconds=before), users
    )


def table(found: dict[str, list[Capacity]], workers: int, lives: tuple[int, ...]) -> list[str]:
    """A row for each variant, a column for each life of tokens."""
    lines = [f"{f'{workers} workers, refresh every':36}" + "".join(map(_title, lives))]
    for name, capacities in found.items():
        cells = "".join(f"{one.average:>11,} |{one.peak:>8,}" for one in capacities)
        lines.append(f"{name:36}{cells}")
    return lines


def _title(life: int) -> str:
    return f"{f'{life // 60} min' if life < 3_600 else f'{life // 3_600} h':>21}"


def main() -> list[tuple[str, int, int, int]]:
    """Print the tables; variant, life of tokens and users of the first of them."""
    print(f"users that {QUOTA} requests/s of UserAuthentication carry: on average | at the peak")
    first: dict[str, list[Capacity]] = {}
    for start, name in (
        (MORNING, "signed in within 20 minutes, a page a minute"),
        (HERD, "signed in within 30 seconds, a request every 5 s (a class, an app that polls)"),
    ):
        most = int(QUOTA * start.ramp_seconds / start.steps)
        print(f"\n{name}; their sign-ins alone allow for {most:,}")
        for workers in (4, 16):
            found = capacities(start, workers)
            first = first or found
            print("\n".join(table(found, workers, LIVES)))
    return [
        (name, life, one.average, one.peak)
        for name, of_lives in first.items()
        for life, one in zip(LIVES, of_lives, strict=True)
    ]
