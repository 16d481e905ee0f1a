"""The signing keys we hold, and when we may fetch again.

Knows JWKS documents; must not know who fetches them. A failed or garbage fetch never takes a good
key away.
"""

from typing import TYPE_CHECKING

from ...errors import CognitoUnavailable
from .strict_json import load

if TYPE_CHECKING:
    from .public_keys import PublicKey

PENALTY = 10.0  # seconds without a fetch after one that did not help
AWAITED = 60.0  # seconds for which nothing is spent for tokens of a key that was not to be had
COLD_PENALTY = 1.0  # the same, while no key is held at all
STALE_AFTER = 86_400.0  # seconds after which keys are looked at again
MAX_KEYS = 64


def read_jwks(body: bytes) -> "dict[str, PublicKey]":
    """The usable RSA signing keys of a JWKS document by `kid`; unusable members are skipped.

    Raises:
        CognitoUnavailable: when the document is not a JWKS or holds no usable key.
    """
    from .public_keys import read_key  # noqa: PLC0415 - joserfc, when the first keys are read

    try:
        members = load(body)["keys"]
    except (ValueError, KeyError, TypeError) as exc:
        raise CognitoUnavailable("the signing keys are not a JWKS document") from exc
    if not isinstance(members, list):
        raise CognitoUnavailable("the signing keys are not a JWKS document")
    found = {kid: key for kid, key in map(read_key, members[:MAX_KEYS]) if key is not None}
    if not found:
        raise CognitoUnavailable("the JWKS document holds no usable key")
    return found


class KeyRing:
    """The keys of one pool.

    A fetch that brings the wanted key costs nothing; one that does not is followed by a pause.
    Tokens that came straight from Cognito have a pause of their own (`trusted`), so that a flood
    of made-up key ids never stands in the way of a sign-in after a key rotation.
    """

    def __init__(self) -> None:
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at = float("-inf")
        self._pause_until = {False: float("-inf"), True: float("-inf")}
        self._failed = False
        self._awaited = ("", float("-inf"))

    def get(self, kid: str) -> "PublicKey | None":
        return self._keys.get(kid)

    @property
    def cold(self) -> bool:
        """True until the first good fetch."""
        return not self._keys

    def awaited(self, now: float) -> str:
        """The key that Cognito has signed with a moment ago and that could not be had: what it
        signs now could not be verified. Empty where there is none."""
        kid, until = self._awaited
        return kid if kid not in self._keys and 0 < until - now <= AWAITED else ""

    @property
    def failed(self) -> bool:
        """True when the last fetch brought nothing: an unknown key may yet be Cognito's."""
        return self._failed

    def may_fetch(self, kid: str, now: float, *, trusted: bool) -> bool:
        """True when `kid` is worth a fetch: unknown, or held for over a day."""
        worth = kid not in self._keys or now - self._fetched_at > STALE_AFTER
        # A clock that was set back must not close the gate for long.
        return worth and not 0 < self._pause_until[trusted] - now <= PENALTY

    def learn(self, keys: "dict[str, PublicKey]", kid: str, now: float, *, trusted: bool) -> None:
        """Take the keys of a good fetch that was made for `kid` (empty: for none in particular)."""
        self._keys, self._fetched_at, self._failed = keys, now, False
        self._await(kid, now, trusted=trusted)
        if kid and kid not in keys:
            self._pause_until[trusted] = now + PENALTY

    def missed(self, now: float, kid: str = "", *, trusted: bool) -> None:
        """Note a fetch for `kid` that failed; the keys stay."""
        self._failed = True
        self._await(kid, now, trusted=trusted)
        self._pause_until[trusted] = now + (COLD_PENALTY if self.cold else PENALTY)

    def _await(self, kid: str, now: float, *, trusted: bool) -> None:
        if trusted and kid and kid not in self._keys:
            self._awaited = (kid, now + AWAITED)
