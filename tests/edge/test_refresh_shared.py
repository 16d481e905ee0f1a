"""Two processes behind one address, that share a store: a session is refreshed once."""

from pathlib import Path

import pytest

from tests.edge.conftest import Open
from tests.world.browser import Browser
from tests.world.pool import Pool


@pytest.mark.parametrize("shared", [True, False])
def test_the_old_cookie_at_another_process(
    make_site: Open, pool: Pool, tmp_path: Path, shared: bool
) -> None:
    """It gets the answer that is there, where both share a store; else Cognito is asked again."""
    store = f"sqlite:///{tmp_path}/store.db" if shared else ""
    here, there = (
        make_site(refresh_flow_enabled=True, store=store, store_for="refresh") for _ in range(2)
    )
    pool.lifetime = 30
    browser = Browser(here)
    browser.sign_in(pool)
    pool.lifetime = 3600
    pool.calls.clear()
    old = dict(browser.jar)
    first = browser.go("/")
    browser.jar, browser.site = old, there
    second = browser.go("/")
    assert second.identity.sub == first.identity.sub
    assert len(pool.named("token")) == (1 if shared else 2)
    assert (second.identity.expires_at == first.identity.expires_at) or not shared
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert first.identity.access_token.encode() not in kept


def test_a_sign_out_takes_it_away(make_site: Open, pool: Pool, tmp_path: Path) -> None:
    changes = {"store": f"sqlite:///{tmp_path}/store.db", "store_for": "refresh"}
    here, there = (make_site(refresh_flow_enabled=True, **changes) for _ in range(2))
    pool.lifetime = 30
    browser = Browser(here)
    browser.sign_in(pool)
    pool.lifetime = 3600
    old = dict(browser.jar)
    browser.go("/")
    assert browser.go("/auth/logout").status == 303
    pool.calls.clear()
    browser.jar, browser.site = {name: old[name] for name in old if "refresh" in name}, there
    assert browser.go("/").status == 303
    assert not pool.named("token")  # the other process knows by the store that the session ended
