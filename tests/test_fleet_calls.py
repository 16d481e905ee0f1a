"""Calls that are made once by all processes: each process's part is played by hand, over a store
in memory and a clock that moves only when told to."""

from dataclasses import dataclass, replace

import pytest

from cognito_gate._driver.fleet_calls import (
    FAILED_SECONDS,
    LEASE_MARGIN,
    MAX_BODY,
    OUTAGE_SECONDS,
    Clocks,
    FleetCalls,
    Outcome,
    lease,
)
from cognito_gate._driver.shared_calls import UNDELIVERED_SECONDS, Waiting, time_limit
from cognito_gate._gate.effects import (
    Flow,
    HttpAnswer,
    HttpCall,
    StoreAnswer,
    StoreCall,
    Wait,
    share_key,
)
from tests.parts.sends import a_minute
from tests.world.store import MemoryStore

TOKEN = "the-refresh-token"
KEY = share_key("refresh", TOKEN)
REFRESH = HttpCall(
    "POST",
    "https://cognito.example/oauth2/token",
    share=KEY,
    remember=lambda answer: a_minute(answer) if answer.ok() else 0.0,
    repeats="broken",
    session="the-session",
    fleet=True,
)
GOOD = HttpAnswer(200, (("date", "today"), ("set-cookie", "a=b")), b'{"access_token": "secret"}')
SECRETS = ("a-secret-of-these-tests",)


@dataclass
class World:
    """A store, the time, and the processes that share both."""

    now: float = 1_800_000_000.0
    marks: int = 0

    def __post_init__(self) -> None:
        self.store = MemoryStore(lambda: self.now)
        self.given: list[HttpAnswer] = []

    def process(self, secrets: tuple[str, ...] = SECRETS) -> FleetCalls:
        return FleetCalls(
            secrets, Clocks(lambda: self.now, lambda: self.now, self._mark, lambda: 1)
        )

    def waiting(self, awaited: bool = True) -> Waiting:
        return Waiting(lambda: awaited, self.given.append)

    def _mark(self) -> bytes:
        self.marks += 1
        return b"lock %d" % self.marks

    def turn(
        self, http_call: HttpCall = REFRESH, fleet: FleetCalls | None = None, awaited: bool = True
    ) -> "Turn":
        flow = (fleet or self.process()).outcome(http_call, self.waiting(awaited))
        return Turn(self, flow)

    def answered(self, answer: HttpAnswer = GOOD, http_call: HttpCall = REFRESH) -> None:
        """A process makes the call, and its answer is kept."""
        turn = self.turn(http_call)
        assert turn.asks()
        turn.answer(answer)

    def play(self, flow: Flow[Outcome] | Flow[None], sent: object = None) -> object:
        """Answer what the flow asks of the store: its next other effect, or its result."""
        try:
            effect = flow.send(sent)
            while isinstance(effect, StoreCall):
                effect = flow.send(self.store.answer(effect))
        except StopIteration as stop:
            return stop.value
        return effect

    @property
    def kept(self) -> bytes:
        return self.store.items[f"call {KEY}"].value


@dataclass
class Turn:
    """The part of one process, stopped at a call to Cognito, at a pause, or at its end."""

    world: World
    flow: Flow[Outcome]
    at: object = None

    def __post_init__(self) -> None:
        self.at = self.world.play(self.flow)

    def answer(self, answer: HttpAnswer) -> None:
        assert isinstance(self.at, HttpCall), self.at
        self.at = self.world.play(self.flow, answer)

    def asks(self) -> HttpCall | None:
        return self.at if isinstance(self.at, HttpCall) else None

    def waits(self) -> bool:
        return isinstance(self.at, Wait)

    def look(self) -> None:
        """Let its pause go by, with whatever time has passed."""
        assert isinstance(self.at, Wait), self.at
        self.at = self.world.play(self.flow)

    def pause(self) -> None:
        """Let as much time pass as it pauses."""
        assert isinstance(self.at, Wait), self.at
        self.world.now += self.at.seconds
        self.look()

    def outcome(self) -> Outcome:
        assert isinstance(self.at, Outcome), self.at
        return self.at


@pytest.fixture
def world() -> World:
    return World()


def test_one_asks_and_the_others_get_its_answer(world: World) -> None:
    first, second = world.turn(), world.turn()
    asked = first.asks()
    assert asked is not None
    assert asked.url == REFRESH.url
    assert second.waits()
    second.look()
    assert second.waits()
    first.answer(GOOD)
    assert first.outcome() == (GOOD, float("inf"))
    second.look()
    answer, most = second.outcome()
    assert (answer.status, answer.body, answer.header("date")) == (200, GOOD.body, "today")
    assert answer.header("set-cookie") == ""  # nothing that nobody reads
    assert (answer.shared, answer.remembered, most) == (True, False, 60.0)


def test_pauses_grow_and_end(world: World) -> None:
    world.turn()
    second, pauses = world.turn(), []
    while second.waits():
        assert isinstance(second.at, Wait)
        pauses.append(second.at.seconds)
        second.pause()
    assert pauses == sorted(pauses)
    assert (pauses[0], max(pauses)) == (0.02, 0.25)


@pytest.mark.parametrize(("seconds", "again"), [(59.9, False), (60.0, True)])
def test_the_old_cookie_gets_the_kept_answer_for_a_while(
    world: World, seconds: float, again: bool
) -> None:
    world.answered()
    world.now += seconds
    late = world.turn()
    assert bool(late.asks()) == again
    if not again:
        answer, most = late.outcome()
        assert (answer.body, answer.remembered, answer.shared) == (GOOD.body, True, False)
        assert most == pytest.approx(60 - seconds)


@pytest.mark.parametrize(
    "answer",
    [
        HttpAnswer(0, failure="ConnectError"),
        HttpAnswer(429, (("retry-after", "7"),)),
        HttpAnswer(503),
        HttpAnswer(400, body=b'{"error": "invalid_grant"}'),
    ],
    ids=lambda answer: str(answer.status),
)
def test_who_waits_for_a_failure_does_not_ask_one_after_another(
    world: World, answer: HttpAnswer
) -> None:
    first, *others = [world.turn() for _ in range(4)]
    first.answer(answer)
    for other in others:
        other.pause()
        assert other.outcome().answer == replace(answer, shared=True)
    world.now += FAILED_SECONDS
    assert world.turn().asks()


def test_a_killed_process_blocks_nobody_longer_than_the_lease(world: World) -> None:
    world.turn()  # and it never goes on
    world.now += 10
    second = world.turn()
    world.now += lease(REFRESH) - 10 - 0.001
    second.look()
    assert second.waits()
    world.now += 0.002
    second.look()
    assert second.asks()
    second.answer(GOOD)
    assert second.outcome().answer == GOOD


def test_a_slow_call_is_never_overtaken(world: World) -> None:
    first, second = world.turn(), world.turn()
    asked = first.asks()
    assert asked is not None
    assert asked.timeout == time_limit(REFRESH)
    world.now += asked.timeout
    second.look()
    assert second.waits()


def test_the_repetition_of_a_call_ends_in_time_too(world: World) -> None:
    first = world.turn()
    world.now += 15
    first.answer(HttpAnswer(0, failure="ReadError"))
    again = first.asks()
    assert again is not None
    assert again.timeout == lease(REFRESH) - LEASE_MARGIN / 2 - 15
    first.answer(HttpAnswer(0, failure="ReadError"))  # there is no third time
    assert first.outcome().answer.failure == "ReadError"


def test_a_lock_that_came_too_late_is_not_used(world: World) -> None:
    flow = world.process().outcome(REFRESH, world.waiting())
    created = next(flow)
    assert isinstance(created, StoreCall)
    answer = world.store.answer(created)
    world.now += lease(REFRESH)  # the process was stopped for so long
    outcome = world.play(flow, answer)
    assert isinstance(outcome, Outcome)
    assert outcome.answer.failure == "no time is left for the call"


def test_a_lock_that_was_kept_without_a_word_is_ones_own(world: World) -> None:
    """The store answered too late. Nobody else asks, so that nobody need wait for the lease."""
    flow = world.process().outcome(REFRESH, world.waiting())
    created = next(flow)
    assert isinstance(created, StoreCall)
    world.store.answer(created)
    paused = world.play(flow, StoreAnswer("TimeoutError"))
    assert isinstance(paused, Wait)
    world.now += 3
    asked = world.play(flow)
    assert isinstance(asked, HttpCall)
    # The call ends before the lock does, which began with the first question.
    assert asked.timeout == lease(REFRESH) - LEASE_MARGIN / 2 - 3
    world.play(flow, GOOD)
    assert world.kept.startswith(b"answer ")


def test_who_is_overtaken_leaves_the_others_lock_alone(world: World) -> None:
    first = world.turn()
    world.now += lease(REFRESH)
    second = world.turn()
    lock = world.kept
    first.answer(GOOD)
    assert world.kept == lock
    second.answer(GOOD)
    assert world.kept.startswith(b"answer ")


def test_a_store_that_loses_its_locks(world: World) -> None:
    first, second = world.turn(), world.turn()
    world.store.items.clear()
    second.pause()
    assert second.waits()  # it has seen that somebody asks
    first.answer(GOOD)
    second.pause()
    assert second.outcome().answer.body == GOOD.body


def test_who_never_gets_a_turn_gives_up(world: World) -> None:
    world.turn()
    second = world.turn()
    world.now += lease(REFRESH)
    world.turn()
    second.look()
    assert second.waits()
    world.now += 1
    second.look()
    assert "does not end" in second.outcome().answer.failure


# The store fails


def test_a_short_outage_is_waited_for(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "cognito_gate")
    fleet = world.process()
    world.store.failure = "ConnectionError"
    turns = [world.turn(fleet=fleet) for _ in range(3)]
    assert all(turn.waits() for turn in turns)
    world.now += OUTAGE_SECONDS - 0.1
    turns[0].look()
    assert turns[0].waits()
    world.store.failure = ""
    turns[0].look()
    assert turns[0].asks()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]  # once each
    assert "ConnectionError" in caplog.text


def test_after_it_each_process_is_on_its_own(world: World) -> None:
    world.store.failure = "ConnectionError"
    fleets = [world.process() for _ in range(2)]
    turns = [world.turn(fleet=fleet) for fleet in fleets]
    world.now += OUTAGE_SECONDS
    for turn in turns:
        turn.look()
        turn.answer(GOOD)
        assert turn.outcome() == (GOOD, float("inf"))
    late = world.turn(fleet=fleets[0])
    assert late.asks()  # at once


def test_a_session_that_lives_is_not_put_at_risk(world: World) -> None:
    world.store.failure = "ConnectionError"
    fleet = world.process()
    calm = replace(REFRESH, urgent=False)
    for _ in range(2):
        answer = world.turn(calm, fleet).outcome().answer
        assert (answer.status, "ConnectionError" in answer.failure) == (0, True)
        world.now += OUTAGE_SECONDS


def test_an_outage_while_another_process_asks(world: World) -> None:
    world.turn()
    second = world.turn()
    world.store.failure = "ConnectionError"
    for _ in range(2):
        world.now += OUTAGE_SECONDS
        second.look()
        assert second.waits()  # a second use would end the session
    world.now += lease(REFRESH) - 2 * OUTAGE_SECONDS
    second.look()
    assert second.asks()


def test_an_answer_that_cannot_be_kept_is_given_and_kept_as_soon_as_it_can(world: World) -> None:
    first, second = world.turn(), world.turn()
    world.store.failure = "TimeoutError"
    first.answer(GOOD)
    assert world.given == [GOOD]  # nobody in this process waits for the store
    world.now += 2
    first.look()
    assert first.waits()
    world.store.failure = ""
    first.look()
    assert first.outcome().answer == GOOD
    second.look()
    assert second.outcome().answer.body == GOOD.body


def test_trying_to_keep_it_ends_with_the_lock(world: World) -> None:
    first = world.turn()
    world.store.failure = "TimeoutError"
    first.answer(GOOD)
    world.now += lease(REFRESH)
    first.look()
    assert first.outcome().answer == GOOD


# What is kept


def test_nothing_of_it_can_be_read_in_the_store(world: World) -> None:
    world.answered()
    [item] = world.store.items.values()
    seen = repr((item.key, item.value, item.owner, item.ends_at)).encode()
    for secret in (b"access_token", TOKEN.encode(), b"the-session"):
        assert secret not in seen


@pytest.mark.parametrize(
    ("secrets", "reads"),
    [
        (SECRETS, True),
        (("a-new-secret-of-the-tests", *SECRETS), True),
        (("another-secret",), False),
    ],
)
def test_only_our_keys_open_it(world: World, secrets: tuple[str, ...], reads: bool) -> None:
    world.answered()
    late = world.turn(fleet=world.process(secrets))
    answer = late.outcome().answer  # nobody asks with a token that is spent
    assert (answer.body == GOOD.body) == reads
    assert reads or (answer.status, "cannot be read" in answer.failure) == (0, True)


def test_it_cannot_be_moved_to_another_call(world: World) -> None:
    other = replace(REFRESH, share=share_key("refresh", "another-token"))
    world.answered(http_call=other)
    [item] = world.store.items.values()
    world.store.items[f"call {KEY}"] = replace(item, key=f"call {KEY}")
    assert "cannot be read" in world.turn().outcome().answer.failure


def test_one_of_another_version_is_not_understood(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed:
        changed.setattr("cognito_gate._driver.fleet_calls._VERSION", 2)
        world.answered()
    assert "version" in world.turn().outcome().answer.failure


def test_a_body_that_is_far_too_long_is_cut(world: World) -> None:
    world.answered(HttpAnswer(500, body=b"x" * MAX_BODY * 2))
    assert len(world.turn().outcome().answer.body) == MAX_BODY


def test_an_answer_that_reached_no_browser_waits_for_one(world: World) -> None:
    first = world.turn(awaited=False)
    first.answer(GOOD)
    world.now += UNDELIVERED_SECONDS - 1
    assert world.turn(awaited=False).outcome().most == 1  # a WebSocket, say: it goes on waiting
    late = world.turn().outcome()
    assert (late.answer.body, late.most) == (GOOD.body, 60.0)
    world.now += 59
    assert world.turn().outcome().most == 1
    world.now += 1
    assert world.turn().asks()


def test_delivering_it_needs_no_store(world: World) -> None:
    world.turn(awaited=False).answer(GOOD)
    flow = world.process().outcome(REFRESH, world.waiting())
    effect = next(flow)
    assert isinstance(effect, StoreCall)
    effect = flow.send(world.store.answer(effect))
    assert isinstance(effect, StoreCall)
    assert effect.operation == "replace"
    world.store.failure = "TimeoutError"
    outcome = world.play(flow, world.store.answer(effect))
    assert isinstance(outcome, Outcome)
    assert outcome.answer.body == GOOD.body


def test_a_fresh_call_passes_over_what_is_kept(world: World) -> None:
    world.answered()
    fresh = replace(REFRESH, fresh=True)
    first, second = world.turn(fresh), world.turn(fresh)
    assert first.asks()
    assert second.waits()
    first.answer(HttpAnswer(200, body=b"newer"))
    second.look()
    assert second.outcome().answer.body == b"newer"


def test_two_that_pass_over_it_at_the_same_moment(world: World) -> None:
    world.answered()
    flow = world.process().outcome(replace(REFRESH, fresh=True), world.waiting())
    looked = next(flow)
    assert isinstance(looked, StoreCall)
    replacing = flow.send(world.store.answer(looked))
    assert world.turn(replace(REFRESH, fresh=True)).asks()  # was faster
    assert isinstance(replacing, StoreCall)
    assert isinstance(flow.send(world.store.answer(replacing)), Wait)


# A session that ends


def forget(world: World, session: str = "the-session") -> None:
    flow = world.process().forget(session)
    assert world.play(flow) is None


def test_its_kept_answers_are_for_nobody(world: World) -> None:
    world.answered()
    forget(world, "another-session")
    assert world.turn().outcome().answer.ok()
    forget(world)
    late = world.turn()
    assert late.asks()  # and is refused: the token was revoked
    late.answer(HttpAnswer(400))
    assert world.kept == b"ended"


def test_nor_is_one_that_comes_later(world: World) -> None:
    first = world.turn()
    forget(world)
    first.answer(GOOD)
    assert world.kept == b"ended"


def test_a_sign_out_needs_no_store(world: World) -> None:
    world.store.failure = "TimeoutError"
    forget(world)


def test_calls_of_no_session_are_listed_nowhere(world: World) -> None:
    world.answered(http_call=replace(REFRESH, session=""))
    assert {item.owner for item in world.store.items.values()} == {""}
