"""The whole journey, as one story, on both edges."""

from tests.edge.browser import Browser
from tests.edge.pool import Pool


def test_a_visitor_signs_in_and_comes_back_to_the_page_asked_for(
    browser: Browser, pool: Pool
) -> None:
    started = browser.go("/reports?year=2026")
    assert started.status == 303
    assert started.app is None
    returned = browser.go(pool.sign_in(started.location))
    assert (returned.status, returned.location) == (303, "/reports?year=2026")
    shown = browser.go(returned.location)
    assert shown.status == 200
    assert shown.identity.username == "ada"
