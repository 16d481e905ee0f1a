"""All URLs and paths that follow from the settings: Cognito's, and the gate's own.

Knows how AWS forms its URLs; must not know where the settings come from.
"""

from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from .formats import domain_origin, pool_region, web_origin

VERIFY = "/verify"
"""The route that proxies ask, below the prefix; only where COGNITO_GATE_TRUSTED_PROXIES is set."""
ROUTES = (
    *("/login", "/logout", "/me", "/revoke", "/sessions"),
    *("/signed-out", "/signed-in", "/client.js", "/health", "/ready"),
)
METRICS = "/metrics"
RESUME = "/resume"
"""Where a form that was kept is offered again; only where COGNITO_GATE_KEEP_FORMS is set."""
PagePath: TypeAlias = Literal[
    "/sign-in",
    "/sign-up",
    "/confirm",
    "/forgot",
    "/reset",
    "/mfa",
    "/new-password",
    "/account",
]
PAGES: tuple[PagePath, ...] = get_args(PagePath)
"""The gate's own routes, below the prefix; `PAGES` only where COGNITO_GATE_LOGIN is custom, and
`METRICS` only where somebody may read them."""


class Endpoints:
    """The URLs and paths that follow from the settings named here; a base class of `Settings`."""

    __slots__ = ()

    region: str
    domain: str
    user_pool_id: str
    redirect_url: str
    logout_url: str
    issuer: str
    endpoint_url: str
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    prefix: str
    trusted_proxies: tuple[str, ...]
    keep_forms: bool
    metrics_token: str
    metrics_addresses: tuple[str, ...]
    login: Literal["hosted", "custom"]

    # Endpoints at Cognito

    @property
    def pool_region(self) -> str:
        """The region as set, else the one in the pool id."""
        return self.region or pool_region(self.user_pool_id)

    @property
    def issuer_url(self) -> str:
        """The `iss` every token must carry."""
        suffix = "amazonaws.eu" if self.pool_region.startswith("eusc-") else "amazonaws.com"
        default = f"https://cognito-idp.{self.pool_region}.{suffix}/{self.user_pool_id}"
        return self.issuer or default

    @property
    def jwks_url(self) -> str:
        """The URL of the signing keys, which is never on the login domain."""
        endpoint = self.endpoint_url.rstrip("/")
        base = f"{endpoint}/{self.user_pool_id}" if endpoint else self.issuer_url
        return f"{base}/.well-known/jwks.json"

    @property
    def domain_origin(self) -> str:
        """The origin of the login domain; empty when there is none."""
        return domain_origin(self.domain, self.pool_region) if self.domain else ""

    @property
    def authorize_url(self) -> str:
        return f"{self.domain_origin}/oauth2/authorize"

    @property
    def token_url(self) -> str:
        return f"{self.domain_origin}/oauth2/token"

    @property
    def revoke_url(self) -> str:
        return f"{self.domain_origin}/oauth2/revoke"

    @property
    def cognito_logout_url(self) -> str:
        return f"{self.domain_origin}/logout"

    @property
    def api_url(self) -> str:
        """The URL of the JSON API of user pools."""
        suffix = "amazonaws.eu" if self.pool_region.startswith("eusc-") else "amazonaws.com"
        default = f"https://cognito-idp.{self.pool_region}.{suffix}"
        return f"{self.endpoint_url.rstrip('/') or default}/"

    # Paths and origins of the gate and the app

    @property
    def routes(self) -> tuple[str, ...]:
        """The paths of the gate's own routes, without the callback's."""
        names = ROUTES + PAGES if self.login == "custom" else ROUTES
        names = (*names, VERIFY) if self.trusted_proxies else names
        names += (METRICS,) if self.has_metrics else ()
        names += (RESUME,) if self.keep_forms else ()
        return tuple(self.prefix + name for name in names)

    @property
    def resume_path(self) -> str:
        """Where a form that was kept is offered again."""
        return self.prefix + RESUME

    @property
    def has_metrics(self) -> bool:
        """True where there are metrics, and somebody who may read them."""
        return bool(self.metrics_token or self.metrics_addresses)

    @property
    def callback_path(self) -> str:
        """The path of the redirect URL, which the gate handles."""
        return urlsplit(self.redirect_url).path

    @property
    def app_origin(self) -> str:
        """The origin under which visitors reach the app."""
        return web_origin(self.redirect_url)

    @property
    def logout_path(self) -> str:
        """The path Cognito returns to after sign-out, or empty when that is another origin."""
        same = web_origin(self.logout_url) == self.app_origin
        return (urlsplit(self.logout_url).path or "/") if same else ""

    @property
    def secure(self) -> bool:
        """True when cookies are for https only."""
        return urlsplit(self.redirect_url).scheme == "https"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys of sealed cookies: the first one seals, all of them open."""
        return (self.secret_key, *self.secret_key_fallbacks)
