"""Metrics: what each event and call counts as, that labels are few, and the dashboard's queries."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from prometheus_client.parser import text_string_to_metric_families

from cognito_gate import ASGIGate, SettingsError, WSGIGate, _metrics, events
from cognito_gate._delivery import Delivery
from cognito_gate._gate.effects import HttpAnswer, HttpCall, StoreAnswer, StoreCall
from cognito_gate._metrics import REGISTRY, Metrics
from cognito_gate.events import (
    AccountConfirmed,
    BearerRejected,
    CodeSent,
    Event,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    RateLimited,
    Refreshed,
    RefreshFailed,
    Refused,
    RequestFacts,
    SecondFactorSetUp,
    SecondFactorTurnedOff,
    SessionEnded,
    SessionsRevoked,
    SignedIn,
    SignedOut,
    SignedUp,
    SignInFailed,
    WrongCode,
    WrongPassword,
)
from tests.parts.made import settings

ROOT = Path(__file__).parent.parent
FACTS = RequestFacts(0.0, "http", "GET", "/", "192.0.2.1", "an-id")
TOKEN = "a-secret-of-at-least-32-characters"
COUNTED: list[tuple[Event, str, dict[str, str]]] = [
    (SignedIn(FACTS, "a", "b", "c", "custom"), "sign_ins", {"outcome": "success"}),
    (SignInFailed(FACTS, 400, "a", "b"), "sign_ins", {"outcome": "failure"}),
    (Refreshed(FACTS, "a", "b"), "refreshes", {"outcome": "success"}),
    (RefreshFailed(FACTS, "a", "b", "c", "d", True), "refreshes", {"outcome": "failure"}),
    (SessionEnded(FACTS, "refused"), "refreshes", {"outcome": "refused"}),
    (SessionEnded(FACTS, "refused"), "sessions_ended", {"cause": "refused"}),
    (SessionsRevoked(FACTS, "a", "", 1, "id"), "sessions_ended", {"cause": "revoked"}),
    (SessionEnded(FACTS, "lifetime"), "sessions_ended", {"cause": "lifetime"}),
    (SignedOut(FACTS, "a", "b", True), "sign_outs", {}),
    (Refused(FACTS, 403, "forbidden", "a"), "refusals", {"code": "forbidden"}),
    (Refused(FACTS, 403, "made by a user", "a"), "refusals", {"code": "other"}),
    (BearerRejected(FACTS, "a"), "refusals", {"code": "invalid_token"}),
    (WrongPassword(FACTS, 400, "a", "b", "c"), "wrong_proofs", {"proof": "password"}),
    (WrongCode(FACTS, 400, "a", "b", "c"), "wrong_proofs", {"proof": "code"}),
    (RateLimited(FACTS, 429, "a", "b", "c"), "rate_limited", {}),
    (SignedUp(FACTS, "a", False), "account_changes", {"change": "signed_up"}),
    (AccountConfirmed(FACTS, "a"), "account_changes", {"change": "confirmed"}),
    (CodeSent(FACTS, "a", "reset", "sms"), "account_changes", {"change": "code_sent"}),
    (PasswordChanged(FACTS, "a", "reset"), "account_changes", {"change": "password_changed"}),
    (SecondFactorSetUp(FACTS, "a"), "account_changes", {"change": "second_factor_set_up"}),
    (PasskeyAdded(FACTS, "a"), "account_changes", {"change": "passkey_added"}),
    (PasskeyRemoved(FACTS, "a"), "account_changes", {"change": "passkey_removed"}),
    (SecondFactorTurnedOff(FACTS, "a"), "account_changes", {"change": "second_factor_turned_off"}),
]


def value(name: str, labels: dict[str, str]) -> float:
    return REGISTRY.get_sample_value(f"cognito_gate_{name}", labels) or 0.0


@pytest.mark.parametrize(("event", "name", "labels"), COUNTED)
def test_an_event_is_counted(event: Event, name: str, labels: dict[str, str]) -> None:
    before = value(f"{name}_total", labels)
    Metrics().count(event)
    assert value(f"{name}_total", labels) == before + 1


def test_each_kind_of_event_is_counted() -> None:
    kinds = {
        kind
        for kind in (getattr(events, name) for name in dir(events))
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    assert {type(event) for event, _, _ in COUNTED} == kinds


@pytest.mark.parametrize(
    ("call", "status", "labels"),
    [
        (HttpCall("POST", "https://a.example/oauth2/token"), 200, ("token", "2xx")),
        (HttpCall("GET", "https://a.example/.well-known/jwks.json"), 503, ("jwks", "5xx")),
        (
            HttpCall("POST", "https://a.example/", (("x-amz-target", "Service.InitiateAuth"),)),
            400,
            ("InitiateAuth", "4xx"),
        ),
        (HttpCall("POST", "https://a.example/oauth2/revoke"), 0, ("revoke", "none")),
    ],
)
def test_a_call_is_counted(call: HttpCall, status: int, labels: tuple[str, str]) -> None:
    pairs = dict(zip(("operation", "status"), labels, strict=True))
    before = value("cognito_call_seconds_sum", pairs), value("cognito_call_seconds_count", pairs)
    Metrics().called(call, HttpAnswer(status), 0.25)
    after = value("cognito_call_seconds_sum", pairs), value("cognito_call_seconds_count", pairs)
    assert after == (before[0] + 0.25, before[1] + 1)


def test_lost_lines_of_the_audit_log_are_counted(tmp_path: Path) -> None:
    place = tmp_path / "logs"
    place.mkdir()
    near = {"COGNITO_GATE_METRICS_ADDRESSES": "127.0.0.1"}
    on = settings(COGNITO_GATE_AUDIT_LOG=str(place / "audit.jsonl"), **near)
    delivery = Delivery.of(on, None, metrics=Metrics())
    (place / "audit.jsonl").unlink()
    place.rmdir()
    before = value("audit_lines_lost_total", {})
    delivery.deliver([Refused(FACTS, 403, "forbidden", "r")])
    delivery.close()
    assert value("audit_lines_lost_total", {}) == before + 1


def test_what_fails_to_be_counted_fails_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_metrics, "AUDIT_LINES_LOST", None)
    Metrics().audit_line_lost()
    unreadable: Any = object()
    Metrics().called(unreadable, HttpAnswer(200), 0.1)
    Metrics().count(Refused(FACTS, 403, unreadable and {}, "r"))  # type: ignore[arg-type]
    Metrics().asked(unreadable, StoreAnswer(), 0.1)
    assert caplog.text.count("a metric failed at") == 4


@pytest.mark.parametrize(("failure", "outcome"), [("", "success"), ("OSError", "failure")])
def test_a_question_to_the_store_is_counted(failure: str, outcome: str) -> None:
    labels = {"operation": "load", "outcome": outcome}
    before = value("store_call_seconds_count", labels)
    Metrics().asked(StoreCall("load", "key"), StoreAnswer(failure), 0.25)
    assert value("store_call_seconds_count", labels) == before + 1


def test_an_event_of_somebody_elses_counts_as_nothing() -> None:
    class Custom(Event):
        pass

    before = Metrics().scrape()[1]
    Metrics().count(Custom(FACTS))
    assert Metrics().scrape()[1] == before


def test_where_processes_count_together_nothing_of_this_one_alone_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert Metrics().scrape()[1] == b""


def test_what_an_ended_process_held_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_metrics, "_runs", lambda pid: pid == 17)
    files = [tmp_path / f"gauge_livesum_{name}.db" for name in ("17", "18", "x")]
    for file in files:
        file.touch()
    _metrics._forget_ended(tmp_path)
    assert [file.exists() for file in files] == [True, False, True]


WORKER = """
import sys
from cognito_gate._metrics import CACHED_SESSIONS, Metrics
from cognito_gate.events import RequestFacts, SignedOut
metrics = Metrics()
CACHED_SESSIONS.set(7)
for _ in range(int(sys.argv[1])):
    metrics.count(SignedOut(RequestFacts(0.0, "http", "GET", "/"), "", "", True))
sys.stdout.write(metrics.scrape()[1].decode())
"""


def test_several_processes_count_together(tmp_path: Path) -> None:
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for count, total in (("2", 2.0), ("3", 5.0)):
        done = subprocess.run(
            [sys.executable, "-c", WORKER, count],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        found = {
            sample.name: sample.value
            for family in text_string_to_metric_families(done.stdout)
            for sample in family.samples
        }
        assert found["cognito_gate_sign_outs_total"] == total
        # What a process remembers ends with it; nobody has told of the first one's end.
        assert found["cognito_gate_cached_sessions"] == 7


@pytest.mark.parametrize(
    ("system", "error", "runs"),
    [
        ("posix", None, True),
        ("posix", PermissionError, True),
        ("posix", ProcessLookupError, False),
        ("nt", ProcessLookupError, True),  # there is no way to ask
    ],
)
def test_whether_a_process_runs(
    monkeypatch: pytest.MonkeyPatch, system: str, error: type[OSError] | None, runs: bool
) -> None:
    def kill(pid: int, signal: int) -> None:
        assert (system, pid, signal) == ("posix", 17, 0)
        if error is not None:
            raise error

    monkeypatch.setattr(_metrics, "os", SimpleNamespace(name=system, kill=kill))
    assert _metrics._runs(17) is runs


@pytest.mark.parametrize("gate", [ASGIGate, WSGIGate])
@pytest.mark.parametrize(
    "change",
    [{"COGNITO_GATE_METRICS_TOKEN": TOKEN}, {"COGNITO_GATE_METRICS_ADDRESSES": "127.0.0.1"}],
)
def test_without_the_extra_the_start_says_what_to_install(
    gate: Callable[..., object], change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "cognito_gate._metrics")
    with pytest.raises(SettingsError, match=r"pip install 'cognito-gate\[metrics\]'") as error:
        gate(None, settings(**change))
    assert list(error.value.problems) == list(change)
    assert TOKEN not in str(error.value)
    gate(None, settings())


def test_another_module_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cognito_gate._metrics")
    monkeypatch.setitem(sys.modules, "cognito_gate.events", None)
    with pytest.raises(ModuleNotFoundError, match="events"):
        ASGIGate(None, settings(COGNITO_GATE_METRICS_TOKEN=TOKEN))  # type: ignore[arg-type]


DASHBOARD = json.loads((ROOT / "examples/grafana/cognito-gate.json").read_text("utf-8"))


def series() -> dict[str, set[str]]:
    """The names of all series, each with its labels."""
    kinds = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    found: dict[str, set[str]] = {}
    for collector in set(REGISTRY._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for family in collector.collect():
            for end in kinds[family.type]:
                more = {"le"} if end == "_bucket" else set()
                found[family.name + end] = labels | more
    return found


def test_the_dashboard_asks_for_what_there_is() -> None:
    known, asked = series(), set()
    variables = {item["name"] for item in DASHBOARD["templating"]["list"]}
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    queries += [
        item["query"]["query"]
        for item in DASHBOARD["templating"]["list"]
        if item["type"] == "query"
    ]
    for query in queries:
        names = set(re.findall(r"cognito_gate_\w+", query))
        assert len(names) == 1, query
        name = names.pop()
        asked.add(name)
        assert name in known, query
        labels = set(re.findall(r'(\w+)=~?"', query))
        labels |= set(re.findall(r"\w+", " ".join(re.findall(r"by \((.*?)\)", query))))
        assert labels - {"job", "instance"} <= known[name], query
        assert query.count("(") == query.count(")")
        assert set(re.findall(r"\$(\w+)", query)) <= variables | {"__rate_interval"}
    unseen = {name.removesuffix("_sum").removesuffix("_count") for name in known.keys() - asked}
    assert unseen <= {f"cognito_gate_{name}_call_seconds" for name in ("cognito", "store")}, (
        "each metric is on the dashboard"
    )


def test_the_legends_of_the_dashboard_name_labels() -> None:
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert all(label in target["expr"] for label in shown)


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    """Panels of known kinds, each with an id, a place of its own and a data source that is a
    variable of the dashboard."""
    assert (DASHBOARD["uid"], DASHBOARD["schemaVersion"] >= 36) == ("cognito-gate", True)
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in DASHBOARD["panels"]:
        assert panel["type"] in ("timeseries", "stat")
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


def test_all_of_the_dashboard_is_in_grafanas_own_schema() -> None:
    """Its SDK, which is made from that schema, reads what it knows and writes that again: what is
    lost on the way is misspelled, at the wrong place, or means nothing to Grafana."""
    register_default_plugins()
    read = json.dumps(Dashboard.from_json(DASHBOARD), cls=JSONEncoder)
    assert list(_lost(DASHBOARD, json.loads(read))) == []


def _lost(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """The places of what stands in the first and not in the second, which may say more."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            yield from _lost(value, after.get(name), f"{place}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _lost(one, other, f"{place}[{index}]")
    elif before != after:
        yield place
