"""Several processes that share a store, each a gate of its own, over one pool and one clock."""

from typing import Any

from cognito_gate._gate.effects import StoreCall
from tests.flows.stage import START, Stage
from tests.world.browser import Browser
from tests.world.store import MemoryStore

SESSION_ID = "__Host-cognito_session"
STORED = {"store": "redis://store.example", "refresh_flow_enabled": True}


class Fleet:
    """Processes by their number; `changes` are settings that differ from the usual ones."""

    def __init__(
        self, changes: dict[str, Any] | None = None, processes: int = 2, *, publishes: bool = True
    ) -> None:
        self.changes = STORED | (changes or {})
        self.store = MemoryStore(lambda: self.now, publishes)
        self.stages: list[Stage] = []
        self._now = START
        for _ in range(processes):
            self.start()
        self.pool = self.stages[0].pool

    @property
    def now(self) -> float:
        return self._now

    @now.setter
    def now(self, now: float) -> None:
        self._now = now
        for stage in self.stages:
            stage.now = now

    def start(self, changes: dict[str, Any] | None = None, *, listens: bool = True) -> Stage:
        """One more process."""
        stage = Stage(
            self.changes | (changes or {}),
            self.now,
            store=self.store,
            tokens_from=1000 * len(self.stages),
        )
        if self.stages:
            stage.pool = self.stages[0].pool
        self.stages.append(stage)
        if listens and self.store.publishes:
            assert stage.gate.shared is not None
            self.store.listeners.append(stage.gate.shared.hear)
            stage.gate.shared.missed()
        return stage

    def __getitem__(self, number: int) -> Stage:
        return self.stages[number]

    def at(self, number: int, browser: Browser) -> Browser:
        """The same browser at another process: what it is given there, it has here as well."""
        return Browser(self.stages[number], browser.jar)

    def questions(self) -> list[str]:
        """What the store was asked for sessions since the last time."""
        asked = [call for call in self.store.asked if _is_of_a_session(call)]
        self.store.asked.clear()
        return [call.operation for call in asked]


def _is_of_a_session(call: StoreCall) -> bool:
    return call.key.startswith("session:")
