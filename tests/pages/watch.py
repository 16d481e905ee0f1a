"""What every answer must have, and what no page, address, cookie or log may ever hold.

Looked at in every test, whatever that test is about.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from tests.pages.cloud import Call
from tests.parts.html import Page
from tests.world.browser import Reply
from tests.world.pool import SECRET_KEY

_TOKENS = ("AccessToken", "IdToken", "RefreshToken")
_PROOFS = ("SecretHash", "SECRET_HASH", "ClientSecret", "PASSWORD_CLAIM_SIGNATURE", "SRP_A")


@lru_cache(maxsize=32)
def parsed(body: bytes) -> Page:
    """A page, read once however often it is looked at."""
    return Page(body.decode())


def check_answer(reply: Reply) -> None:
    """Nobody stores what the gate says, frames it, or takes it for something else."""
    if reply.app is not None:
        return
    assert reply.value("cache-control") == "no-store"
    assert int(reply.value("content-length")) >= len(reply.body)
    if reply.value("content-type").startswith("text/html") and reply.body:
        assert reply.value("x-content-type-options") == "nosniff"
        policy = reply.value("content-security-policy").split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        page = parsed(reply.body)
        for element in page.all:
            for name in ("src", "href", "action"):
                place = element.get(name)
                assert not place.startswith(("http:", "https:", "//", "javascript:")), place


def secrets_of(calls: Iterable[Call]) -> Iterator[str]:
    """The texts of these calls that only Cognito and the gate may know, tokens left out."""
    for call in calls:
        found = [call.got.get("Session"), *_deep(call.said, _PROOFS), call.said.get("Session")]
        parameters = call.got.get("ChallengeParameters")
        if isinstance(parameters, dict):
            found.append(parameters.get("SECRET_BLOCK"))
        yield from (text for text in found if isinstance(text, str) and len(text) > 5)


def tokens_of(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        found = _deep(call.got, _TOKENS)
        yield from (text for text in found if isinstance(text, str) and len(text) > 40)


def _deep(record: dict[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    for name, value in record.items():
        if name in names:
            yield value
        if isinstance(value, dict):
            yield from _deep(value, names)


# The code beside a new password that was refused stays in its field: it was right.
_KEPT_CODE = r'<input id="code" name="code"[^>]* value="[^"]*"'


def check_untold(
    replies: Iterable[Reply], logged: str, typed: Iterable[str], calls: list[Call]
) -> None:
    """Neither what was typed as a secret, nor what Cognito gave as one, came out anywhere."""
    secret = {*typed, *secrets_of(calls), SECRET_KEY}
    tokens = set(tokens_of(calls))
    for text in secret | tokens:
        assert not told(text, logged), f"a log holds {text[:12]}..."
    for reply in replies:
        shown = reply.body.decode("utf-8", "replace")
        lines = [value for name, value in reply.headers if name.lower() != "set-cookie"]
        cookies = reply.values("set-cookie")
        for text in secret:
            kept = re.sub(_KEPT_CODE, "", shown)
            for place in (kept, *lines, *cookies):
                assert not told(text, place), f"an answer holds {text[:12]}..."
        for text in tokens:
            for place in (shown, *lines):
                assert not told(text, place), f"a page or address holds {text[:12]}..."


def told(text: str, place: str) -> bool:
    """Whether it stands there as a word: six digits may be part of anything."""
    if text not in place:
        return False
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])", place) is not None
