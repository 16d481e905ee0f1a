"""Problems of combinations of settings, and what follows from several of them.

A base class of `Settings`. Knows which settings exclude each other; each by itself is sound here.
"""

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from .endpoints import Endpoints

if TYPE_CHECKING:
    from .rules import Require, Rule


class Combined(Endpoints):
    """The settings named here, looked at together; a base class of `Settings`."""

    __slots__ = ()

    cookie_domain: str
    user_pool_client_id: str
    cookie_samesite: Literal["lax", "strict", "none"]
    bearer: bool
    bearer_client_ids: tuple[str, ...]
    public_paths: tuple[str, ...]
    rules: "tuple[Rule, ...]"
    require_groups: tuple[str, ...]
    email_domains: tuple[str, ...]
    revoke_key: str

    @property
    def default_require(self) -> "Require | None":
        """What is required where no rule matches, beside a sign-in."""
        if not self.require_groups and not self.email_domains:
            return None
        from .rules import Require  # noqa: PLC0415 - as below

        return Require(groups=self.require_groups or None, email_domains=self.email_domains or None)

    @property
    def open_paths(self) -> tuple[str, ...]:
        """The paths that need no sign-in, whatever the method."""
        opening = (rule for rule in self.rules if rule.opens and rule.methods is None)
        return (*self.public_paths, *(path for rule in opening for path in rule.paths))

    def combined_problems(self) -> dict[str, str]:
        """Problems of combinations of self."""
        problems: dict[str, str] = {}
        host = urlsplit(self.redirect_url).hostname or ""
        domain = self.cookie_domain
        if domain and host != domain and not host.endswith(f".{domain}"):
            problems["AWS_COGNITO_COOKIE_DOMAIN"] = (
                f"is {domain!r}, which browsers refuse from {host!r} (the host of the redirect URL)"
            )
        if self.cookie_samesite == "none" and not self.secure:
            problems["AWS_COGNITO_COOKIE_SAMESITE"] = (
                "is 'none', which browsers accept over https only; the redirect URL is http"
            )
        if self.callback_path in self.routes:
            problems["AWS_COGNITO_REDIRECT_URL"] = (
                f"has the path {self.callback_path!r}, another route of the gate; "
                f"use {self.prefix}/callback, for example"
            )
        if self.logout_path in {self.callback_path, f"{self.prefix}/logout"}:
            problems["AWS_COGNITO_LOGOUT_URL"] = (
                f"has the path {self.logout_path!r}, where signing out would loop forever; "
                f"use {self.prefix}/signed-out, for example"
            )
        is_prefix = self.domain and "." not in self.domain
        if is_prefix and self.pool_region.startswith(("cn-", "eusc-")):
            problems["AWS_COGNITO_DOMAIN"] = (
                f"is a bare prefix, and the domain suffix of {self.pool_region} is not known; "
                "set the full https:// origin"
            )
        if self.pool_region.startswith("cn-") and not self.issuer:
            problems["AWS_COGNITO_ISSUER"] = "is missing; China regions require it"
        if self.bearer_client_ids and not self.bearer:
            # A setting without effect is an error here: somebody may rely on its protection.
            problems["COGNITO_GATE_BEARER_CLIENT_IDS"] = (
                "has no effect unless COGNITO_GATE_BEARER is true"
            )
        return problems | self._key_problems() | self._machine_problems() | self.rule_problems()

    def _key_problems(self) -> dict[str, str]:
        """One key for two things: who has it for the lesser could seal sessions."""
        if self.revoke_key and self.revoke_key in self.secrets:
            text = "is a SECRET_KEY, too; whoever ends sessions must not be able to seal cookies"
            return {"COGNITO_GATE_REVOKE_KEY": text}
        return {}

    def _machine_problems(self) -> dict[str, str]:
        if not self.rules:
            return {}
        from .rule_combinations import machine_problems  # noqa: PLC0415 - most gates have no rules

        accepted = {self.user_pool_client_id, *self.bearer_client_ids} if self.bearer else set()
        return machine_problems(self.rules, accepted)

    def rule_problems(self) -> dict[str, str]:
        """Rules that can never match, and a default that nothing is left for."""
        if not self.rules:
            return {}
        from .rule_combinations import rule_problems  # noqa: PLC0415 - most gates have no rules

        defaults = {
            "COGNITO_GATE_REQUIRE_GROUPS": self.require_groups,
            "COGNITO_GATE_EMAIL_DOMAINS": self.email_domains,
        }
        routes = (*self.routes, self.callback_path)
        return rule_problems(self.rules, self.public_paths, routes, defaults)
