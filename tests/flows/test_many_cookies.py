"""More cookies than a browser sends are not looked at."""

import pytest

from tests.flows.site import Open
from tests.world.browser import Browser
from tests.world.pool import Pool

FLOODS = {
    "bytes": b"a=" + b"x" * 65_536,
    "names": b"cognito_x=1; " * 3000,
    "separators": b";" * 9000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_refused(make_site: Open, pool: Pool, flood: bytes) -> None:
    site = make_site(public_paths=("/open",), logout_url="https://app.example/bye")
    browser = Browser(site, raw=[flood])
    for target in ("/page", "/auth/login", "/auth/callback?code=x&state=y", "/auth/logout"):
        reply = browser.go(target)
        assert (reply.status, reply.app, reply.cookies) == (431, None, {})
    assert b"cookies" in browser.go("/page").body
    assert browser.go("/bye", method="POST").status == 431
    public = browser.go("/open")
    assert public.app is not None
    assert public.app.identity is None
    assert not pool.calls
