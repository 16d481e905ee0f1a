"""A person with a browser, played with two httpx clients: one for the app, one for Cognito."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import httpx

from cognito_gate.local import SAMPLE_USERS

PASSWORDS = {user.username: user.password for user in SAMPLE_USERS}
SESSION = ("cognito_access_token", "cognito_id_token", "cognito_refresh_token")
_PATIENCE = 30.0


class Visitor:
    """Both clients keep their cookies apart, as no port would in a browser with one host."""

    def __init__(self, origin: str, cognito: str) -> None:
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading the CAs takes its time
        # Servers close idle connections after seconds; on a busy machine that meets a request.
        fresh = httpx.Limits(keepalive_expiry=1)
        self.app = httpx.Client(
            base_url=origin,
            timeout=_PATIENCE,
            verify=no_tls,
            limits=fresh,
            headers={"accept": "text/html"},  # as people do; programs are not sent to sign in
        )
        self.cognito = httpx.Client(
            base_url=cognito, timeout=_PATIENCE, verify=no_tls, limits=fresh
        )
        self.trail: list[str] = []

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.app.close()
        self.cognito.close()

    # Walking

    def ask(self, url: str, **options: Any) -> httpx.Response:
        """One GET, no redirect followed; the address decides which client asks."""
        client = self.cognito if url.startswith(str(self.cognito.base_url)) else self.app
        self.trail.append(url)
        return client.get(url, **options)

    def go(self, url: str) -> httpx.Response:
        """A navigation: redirects are followed until a page is there."""
        return self.follow(self.ask(url))

    def follow(self, response: httpx.Response, stop: str = "\n") -> httpx.Response:
        """Follow redirects, as far as one that leads to an address that holds `stop`."""
        for _ in range(12):
            if not response.is_redirect or stop in response.headers["location"]:
                return response
            base = str(response.url)
            response = self.ask(urljoin(base, response.headers["location"]))
        raise AssertionError(f"a redirect loop: {self.trail[-12:]}")

    # Signing in and out

    def login_page(self, url: str = "/") -> httpx.Response:
        """Ask for a page without a session; what comes is Cognito's form."""
        page = self.go(url)
        assert is_login_form(page), page.text
        return page

    def submit(self, page: httpx.Response, username: str, password: str) -> httpx.Response:
        """Fill in Cognito's form; its answer, not followed."""
        typed = {"_csrf": csrf_of(page), "username": username, "password": password}
        return self.cognito.post(str(page.url), data=typed)

    def callback_url(self, url: str = "/", username: str = "ada") -> str:
        """Everything up to the callback: the address that Cognito sends the browser to."""
        answer = self.submit(self.login_page(url), username, PASSWORDS[username])
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def sign_in(self, url: str = "/", username: str = "ada") -> httpx.Response:
        """The whole sign-in; the page that was asked for."""
        return self.go(self.callback_url(url, username))

    def sign_out(self) -> httpx.Response:
        """Sign out, here and at Cognito."""
        return self.go("/auth/logout")

    # What the browser holds

    @property
    def cookies(self) -> dict[str, str]:
        """The app's cookies."""
        return {cookie.name: cookie.value or "" for cookie in self.app.cookies.jar}

    @property
    def session(self) -> dict[str, str]:
        """The cookies of the session, chunks included."""
        return {name: value for name, value in self.cookies.items() if name.startswith(SESSION)}

    def hold(self, cookies: Mapping[str, str]) -> None:
        """Replace cookies of the app."""
        for name, value in cookies.items():
            self.drop(name)
            self.app.cookies.set(name, value, domain="localhost.local")

    def drop(self, *names: str) -> None:
        """Lose cookies, as a browser does when their Max-Age is over."""
        for cookie in list(self.app.cookies.jar):
            if cookie.name in names:
                self.app.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)


def is_login_form(response: httpx.Response) -> bool:
    """Whether a page is Cognito's sign-in form."""
    return response.status_code == 200 and 'name="password"' in response.text


def csrf_of(page: httpx.Response) -> str:
    """The hidden field of Cognito's form."""
    found = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def set_cookies(response: httpx.Response) -> dict[str, str]:
    """The cookies that a response sets or clears, with their attributes."""
    lines = response.headers.get_list("set-cookie")
    return {name: rest for name, _, rest in (line.partition("=") for line in lines)}
