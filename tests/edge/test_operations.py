"""What operators' machines ask: is the process alive, is it ready, and its metrics."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cognito_gate import _metrics
from cognito_gate._on_event import Hook
from cognito_gate.events import Refused
from tests.edge.conftest import Open
from tests.world import faults
from tests.world.browser import Browser, Reply
from tests.world.pool import Pool
from tests.world.site import Site

TOKEN = "a-secret-of-at-least-32-characters"
NEAR = ("192.0.2.0/24", "fd00::/8")


def get(site: Site, path: str, method: str = "GET", **headers: str) -> Reply:
    return Browser(site).go(path, method=method, headers=headers)


def test_a_process_that_answers_is_alive_whatever_cognito_does(make_site: Open, pool: Pool) -> None:
    pool.faults["jwks"] = faults.reply(500)
    reply = get(make_site(), "/auth/health")
    assert (reply.status, json.loads(reply.body)) == (200, {"status": "ok"})
    assert reply.value("cache-control") == "no-store"
    assert pool.calls == []


def test_it_is_ready_once_it_holds_signing_keys(make_site: Open, pool: Pool) -> None:
    site = make_site()
    for _ in range(3):
        reply = get(site, "/auth/ready")
        assert (reply.status, json.loads(reply.body)) == (200, {"status": "ready"})
    assert len(pool.named("jwks")) == 1


def test_it_is_not_while_they_cannot_be_fetched(make_site: Open, pool: Pool) -> None:
    pool.faults["jwks"] = faults.reply(500)
    site = make_site()
    for _ in range(3):
        reply = get(site, "/auth/ready")
        assert reply.status == 503
        assert json.loads(reply.body) == {
            "status": "unavailable",
            "reason": "Cognito's signing keys are not there yet",
        }
        assert reply.value("retry-after")
    assert len(pool.named("jwks")) == 1, "not once more for each who asks"


@pytest.mark.parametrize(
    ("store_for", "status"), [("sessions", 503), ("large", 503), ("refresh", 200)]
)
def test_it_is_not_while_the_store_of_sessions_is_away(
    make_site: Open, tmp_path: Path, store_for: str, status: int
) -> None:
    file = tmp_path / "sessions.db"
    site = make_site(store=f"sqlite:///{file}", store_for=store_for)
    assert get(site, "/auth/ready").status == 200
    file.write_bytes(b"broken" * 1000)
    reply = get(site, "/auth/ready")
    assert reply.status == status
    if status == 503:
        assert json.loads(reply.body)["reason"] == "the store of sessions does not answer"


@pytest.mark.parametrize("path", ["/auth/health", "/auth/ready", "/auth/metrics"])
def test_they_are_read_alone(make_site: Open, path: str) -> None:
    site = make_site(metrics_addresses=NEAR)
    head = get(site, path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    for method in ("POST", "PUT", "OPTIONS"):
        reply = get(site, path, method)
        assert (reply.status, reply.value("allow")) == (405, "GET, HEAD")


def test_without_a_setting_there_are_no_metrics(make_site: Open, pool: Pool) -> None:
    browser = Browser(make_site())
    assert browser.go("/auth/metrics").status == 303, "as any path of the app"
    browser.sign_in(pool)
    assert browser.go("/auth/metrics").app is not None


@pytest.mark.parametrize(
    ("changes", "client", "authorization", "status"),
    [
        ({"metrics_token": TOKEN}, "198.51.100.1", f"Bearer {TOKEN}", 200),
        ({"metrics_token": TOKEN}, "198.51.100.1", f"bearer  {TOKEN} ", 200),
        ({"metrics_token": TOKEN}, "192.0.2.1", "", 401),
        ({"metrics_token": TOKEN}, "192.0.2.1", f"Bearer {TOKEN}x", 401),
        ({"metrics_token": TOKEN}, "192.0.2.1", f"Bearer {TOKEN[:-1]}", 401),
        ({"metrics_token": TOKEN}, "192.0.2.1", "Bearer ", 401),
        ({"metrics_token": TOKEN}, "192.0.2.1", f"Basic {TOKEN}", 401),
        ({"metrics_token": TOKEN}, "192.0.2.1", TOKEN, 401),
        ({"metrics_addresses": NEAR}, "192.0.2.1", "", 200),
        ({"metrics_addresses": NEAR}, "::ffff:192.0.2.1", "", 200),
        ({"metrics_addresses": NEAR}, "fd00::1", "", 200),
        ({"metrics_addresses": NEAR}, "192.0.3.1", "", 403),
        ({"metrics_addresses": NEAR}, "fe80::1", "", 403),
        ({"metrics_addresses": NEAR}, "", "", 403),
        ({"metrics_addresses": NEAR}, "localhost", "", 403),
        ({"metrics_addresses": NEAR, "metrics_token": TOKEN}, "192.0.2.1", "", 401),
        ({"metrics_addresses": NEAR, "metrics_token": TOKEN}, "1.2.3.4", f"Bearer {TOKEN}", 403),
        ({"metrics_addresses": NEAR, "metrics_token": TOKEN}, "192.0.2.1", f"Bearer {TOKEN}", 200),
    ],
)
def test_who_may_read_metrics(
    make_site: Open,
    changes: dict[str, object],
    client: str,
    authorization: str,
    status: int,
) -> None:
    site = make_site(**changes)
    headers = {"authorization": authorization} if authorization else {}
    request = Browser(site).request("GET", "/auth/metrics", headers)
    reply = site.handle(replace(request, client=client))
    assert reply.status == status
    assert (b"cognito_gate_sign_ins" in reply.body) == (status == 200)
    assert (reply.value("www-authenticate") == "Bearer") == (status == 401)
    assert TOKEN.encode() not in reply.body


def test_two_tokens_are_none(make_site: Open) -> None:
    site = make_site(metrics_token=TOKEN)
    request = Browser(site).request("GET", "/auth/metrics", {"authorization": f"Bearer {TOKEN}"})
    assert site.handle(request).status == 200
    request.headers.append((b"authorization", f"Bearer {TOKEN}".encode()))
    assert site.handle(request).status == 401


def samples(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())):
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


def look(site: Site) -> dict[str, float]:
    reply = get(site, "/auth/metrics")
    assert reply.value("content-type").startswith("text/plain; version=")
    assert reply.value("cache-control") == "no-store"
    return samples(reply.body.decode())


def test_what_is_counted(make_site: Open, pool: Pool) -> None:
    site = make_site(metrics_addresses=NEAR)
    before = look(site)
    browser = Browser(site)
    browser.sign_in(pool)
    for _ in range(3):
        assert browser.go("/").status == 200
    browser.go("/auth/me", method="POST")
    browser.go("/auth/logout")
    after = look(site)
    grown = {name: value - before.get(name, 0.0) for name, value in after.items()}
    assert grown["cognito_gate_sign_ins_total,outcome=success"] == 1
    assert grown["cognito_gate_requests_total,way=cached"] >= 3
    assert grown["cognito_gate_requests_total,way=full"] >= 4
    assert grown["cognito_gate_refusals_total,code=method_not_allowed"] == 1
    assert grown["cognito_gate_sign_outs_total"] == 1
    calls = "cognito_gate_cognito_call_seconds_count,operation={},status=2xx"
    assert grown[calls.format("token")] == 1
    assert grown[calls.format("jwks")] == 1
    assert after["cognito_gate_cached_sessions"] >= 1


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("x-forwarded-for", "fd00::7, 192.0.2.7", 200),
        ("x-forwarded-for", "203.0.113.9", 403),
        ("x-forwarded-for", "192.0.2.7, 203.0.113.9", 403),
        ("x-forwarded-for", "unknown", 403),
        ("x-real-ip", "203.0.113.9", 403),
        ("forwarded", "for=192.0.2.7", 403),
    ],
)
def test_metrics_are_not_for_a_proxys_visitors(
    make_site: Open, header: str, value: str, status: int
) -> None:
    """A proxy on a near address passes on what visitors ask for. It says whom it has it from."""
    site = make_site(metrics_addresses=NEAR)
    assert get(site, "/auth/metrics", **{header: value}).status == status


def test_a_refused_reader_is_told_to_operators(make_site: Open) -> None:
    site = make_site(metrics_token=TOKEN)
    events: list[object] = []
    assert hasattr(site, "gate")
    site.gate._delivery._hook = Hook(events.append, None, waits=True)
    get(site, "/auth/metrics", authorization="Bearer wrong")
    [event] = events
    assert isinstance(event, Refused)
    assert (event.status, event.code) == (401, "invalid_token")
    assert "wrong" not in repr(event)


def test_the_route_is_the_gates(make_site: Open) -> None:
    site = make_site(metrics_addresses=NEAR, public_paths=("/*",))
    assert get(site, "/auth/metrics").app is None
    assert re.match(rb"# HELP cognito_gate_", get(site, "/auth/metrics").body)
    assert _metrics.MULTIPROCESS == "PROMETHEUS_MULTIPROC_DIR"
