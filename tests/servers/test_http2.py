"""HTTP/2 (without TLS), under the servers that speak it: a browser may split its cookies there."""

import ssl

import httpx

from tests.journey.visitor import Visitor
from tests.servers.conftest import Site, each

NAMES = ("hypercorn", "granian", "granian-wsgi")


@each(lambda server: server.name in NAMES)
def test_cookies_in_headers_of_their_own(site: Site, member: Visitor) -> None:
    cookies = [("Cookie", f"{name}={value}") for name, value in member.session.items()]
    no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with httpx.Client(
        http1=False, http2=True, base_url=site.origin, timeout=30, verify=no_tls
    ) as client:
        for _ in range(2):  # read, then remembered
            answer = client.get("/x?y=1", headers=[("Cookie", "other=1"), *cookies])
            assert answer.http_version == "HTTP/2"
            assert answer.json()["username"] == "ada"
        answer = client.post("/count", content=b"x" * 200_000, headers=cookies)
        assert answer.json() == {"bytes": 200_000}
        # The last one: hypercorn 0.18 drops the connection after an answer that did not wait for
        # the body, whatever app gave it.
        assert client.post("/count", content=b"x" * 10_000).status_code == 401
