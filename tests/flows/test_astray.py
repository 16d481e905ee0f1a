"""A callback that arrives at another path ends on a page, and not in sign-in after sign-in."""

import logging

import pytest

from tests.flows.site import Open
from tests.world.browser import Browser
from tests.world.pool import Pool


def test_a_callback_that_went_astray(
    make_site: Open, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    browser = Browser(make_site())
    url = pool.sign_in(browser.go("/page").location)
    with caplog.at_level(logging.ERROR, "cognito_gate"):
        reply = browser.go("/sub" + url[url.index("/auth/callback") :])
    assert (reply.status, reply.app) == (400, None)
    assert b"not set up correctly" in reply.body
    assert "/sub/auth/callback" in caplog.text
    assert "code=" not in caplog.text


@pytest.mark.parametrize("query", ["state=of-another&code=c", "state=&code=", "code=c", "state=x"])
def test_a_page_with_such_parameters_of_its_own(make_site: Open, query: str) -> None:
    browser = Browser(make_site())
    browser.go("/page")
    assert browser.go(f"/page?{query}").status == 303
