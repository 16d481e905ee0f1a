"""A day at a gate, read back from its audit log: each step is accounted for, and no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from cognito_gate import Require, Rule
from tests.edge.conftest import Open
from tests.world import faults
from tests.world.browser import Browser
from tests.world.pool import Pool

SENT = {"x-request-id": "step"}

SIGNED_OUT = {"revoked": True, "everywhere": False, "other": ""}


@pytest.fixture
def day(make_site: Open, pool: Pool, tmp_path: Path) -> "Day":
    return Day(make_site, pool, tmp_path / "audit.jsonl")


class Day:
    """A site, and what its audit log has had since the last look."""

    def __init__(self, make_site: Open, pool: Pool, path: Path) -> None:
        pool.access["origin_jti"] = pool.id["origin_jti"] = "the-sign-in"
        self.pool, self.path, self.read = pool, path, 0
        self.site = make_site(
            audit_log=str(path),
            wait_for_events=True,
            bearer=True,
            refresh_flow_enabled=True,
            refresh_before_seconds=3600,
            request_id_header="x-request-id",
        )

    def lines(self) -> list[dict[str, Any]]:
        """New lines, each of which a JSON reader takes."""
        lines = [json.loads(line) for line in self.path.read_text("ascii").splitlines()]
        new, self.read = lines[self.read :], len(lines)
        return new

    def told(self) -> list[tuple[object, ...]]:
        return [(line["event"], line["outcome"], line["code"]) for line in self.lines()]


def test_a_day(day: Day) -> None:
    ada, eve, pool = Browser(day.site), Browser(day.site), day.pool
    ada.go("/reports?token=in-the-query")
    assert day.told() == [], "to be sent to sign in is no event"
    assert ada.go("/auth/callback?error=access_denied&state=x").status == 400
    assert day.told() == [("sign_in_failed", "failure", "login_failed")]

    ada.sign_in(pool)
    [line] = day.lines()
    assert (line["event"], line["outcome"], line["details"]) == (
        "signed_in",
        "success",
        {"pages": "cognito"},
    )
    assert (line["username"], line["sub"], line["origin_jti"]) == ("ada", pool.sub, "the-sign-in")
    assert line["client"] == pool.settings().user_pool_client_id
    assert (line["path"], line["address"]) == ("/auth/callback", "192.0.2.1")
    assert line["user_agent"] == "Mozilla/5.0"

    assert ada.go("/", headers=SENT).status == 200
    [line] = day.lines()
    assert (line["event"], line["request_id"], line["username"]) == ("refreshed", "step", "ada")
    assert ada.go("/auth/me", method="POST", headers=SENT).status == 405
    assert day.told() == [("refused", "refused", "method_not_allowed")]
    assert eve.fetch("/api?secret=1").status == 401
    token = pool.access_token(client_id="another")
    assert eve.fetch("/api", headers={"authorization": f"Bearer {token}"}).status == 401
    assert day.told() == [
        ("refused", "refused", "login_required"),
        ("bearer_rejected", "refused", None),
    ]

    other = Browser(day.site)
    other.sign_in(pool)
    assert day.told() == [("signed_in", "success", None)]
    pool.faults["token"] = faults.reply(500)
    assert other.go("/").status == 200
    [line] = day.lines()
    assert (line["event"], line["code"], line["details"]) == (
        "refresh_failed",
        "unavailable",
        {"goes_on": True},
    )
    pool.faults.clear()
    copied = dict(ada.jar)
    ada.go("/auth/logout", headers=SENT)
    [line] = day.lines()
    assert (line["event"], line["details"]) == ("signed_out", SIGNED_OUT)
    assert (line["username"], line["origin_jti"], line["request_id"]) == (
        "ada",
        "the-sign-in",
        "step",
    )
    eve.jar.update(copied)
    assert eve.fetch("/").status == 401, "copies open nothing"
    assert day.told() == [("refused", "refused", "login_required")]

    text = day.path.read_text("ascii")
    secrets = {*copied.values(), token, *pool.codes, *pool.refreshes, "in-the-query", "secret=1"}
    assert not [secret for secret in secrets if secret and secret in text]
    assert pool.settings().user_pool_client_secret not in text


@pytest.mark.parametrize("by", ["cookie", "bearer token"])
def test_who_was_refused_by_which_rule(
    make_site: Open, pool: Pool, tmp_path: Path, by: str
) -> None:
    path = tmp_path / "audit.jsonl"
    rules = (Rule(("/admin/*",), require=Require(groups=("admins",)), name="for admins"),)
    changes = {"audit_log": str(path), "wait_for_events": True, "rules": rules}
    browser = Browser(make_site(bearer=True, **changes))
    headers = {"authorization": f"Bearer {pool.access_token()}"} if by != "cookie" else {}
    if by == "cookie":
        browser.sign_in(pool)
    for _ in range(2):  # found anew, and remembered
        assert browser.fetch("/admin/x?secret=1", headers=headers).status == 403
    lines = [json.loads(line) for line in path.read_text("ascii").splitlines()][-2:]
    for line in lines:
        assert (line["event"], line["outcome"], line["code"]) == ("refused", "refused", "forbidden")
        assert line["rule"] == "for admins"
        assert (line["username"], line["sub"], line["status"]) == ("ada", pool.sub, 403)
        assert line["client"] == pool.settings().user_pool_client_id
        assert line["path"] == "/admin/x"
    assert lines[0]["request_id"] != lines[1]["request_id"]
