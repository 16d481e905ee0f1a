"""The options of a user pool as fields, each with its default and its flag.

Knows what follows from an option by itself; must not know which values are allowed (_values.py),
nor which contradict each other (_contradictions.py).
"""

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from .identity_providers import IdentityProvider

ATTRIBUTES = {"email": "email", "name": "name", "phone": "phone_number"}
"""What `required` takes, and Cognito's names of these attributes."""


def _option(default: Any, flag: str = "") -> Any:
    """A field. Its flag is its name, unless the flag is given (one that may be repeated)."""
    return field(default=default, metadata={"flag": flag})


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFields:
    """Every option of a pool; `PoolOptions` says what each means, and checks them."""

    name: str = _option("cognito-gate")
    sign_in: Literal["email", "username", "both", "phone", "email-or-phone"] = _option("email")
    required: tuple[str, ...] = _option(("email",))
    attributes: tuple[str, ...] = _option((), "--attribute")
    self_sign_up: bool = _option(False)
    email_domains: tuple[str, ...] = _option((), "--email-domain")
    auto_confirm_domains: tuple[str, ...] = _option((), "--auto-confirm-domain")
    groups: tuple[str, ...] = _option((), "--group")
    passwordless: tuple[str, ...] = _option((), "--passwordless")
    passkey_domain: str = _option("")
    passkey_verification: Literal["preferred", "required"] = _option("preferred")
    passkey_mfa: bool = _option(False)
    mfa: Literal["off", "optional", "on"] = _option("optional")
    mfa_methods: tuple[str, ...] = _option(("app",), "--mfa-method")
    password_length: int = _option(12)
    password_upper: bool = _option(True)
    password_lower: bool = _option(True)
    password_digits: bool = _option(True)
    password_symbols: bool = _option(True)
    temporary_password_days: int = _option(7)
    verify_email: Literal["code", "link"] = _option("code")
    verify_phone: bool = _option(False)
    ses_identity: str = _option("")
    email_from: str = _option("")
    email_reply_to: str = _option("")
    email_configuration_set: str = _option("")
    email_subject: str = _option("")
    email_message: str = _option("")
    invitation_subject: str = _option("")
    invitation_message: str = _option("")
    invitation_sms: str = _option("")
    code_subject: str = _option("")
    code_message: str = _option("")
    code_sms: str = _option("")
    sms_message: str = _option("")
    public: bool = _option(False)
    callback_urls: tuple[str, ...] = _option(
        ("http://localhost:8000/auth/callback",), "--callback-url"
    )
    logout_urls: tuple[str, ...] = _option(
        ("http://localhost:8000/auth/signed-out",), "--logout-url"
    )
    scopes: tuple[str, ...] = _option(("openid", "email", "profile"), "--scope")
    api_scopes: tuple[str, ...] = _option((), "--api-scope")
    read_attributes: tuple[str, ...] = _option((), "--read-attribute")
    write_attributes: tuple[str, ...] = _option((), "--write-attribute")
    identity_providers: tuple[IdentityProvider, ...] = _option((), "identity_providers")
    access_minutes: int = _option(60)
    id_minutes: int = _option(60)
    refresh_days: int = _option(30)
    rotation: bool = _option(True)
    grace_seconds: int = _option(30)
    prevent_user_existence_errors: bool = _option(True)
    token_revocation: bool = _option(True)
    sign_in_pages: Literal["hosted", "custom"] = _option("hosted")
    triggers: tuple[str, ...] = _option((), "--trigger")
    pre_token_version: int = _option(2)
    login: Literal["managed", "classic"] = _option("managed")
    domain_prefix: str = _option("")
    custom_domain: str = _option("")
    certificate_arn: str = _option("")
    tls: Literal["1.0", "1.2", "1.3"] = _option("1.2")
    hosted_zone_id: str = _option("")
    parent_record: bool = _option(False)
    tier: Literal["lite", "essentials", "plus"] = _option("essentials")
    threat_protection: Literal["auto", "off", "audit", "enforced"] = _option("auto")
    notification_log: str = _option("")
    sign_in_log: str = _option("")
    tags: tuple[str, ...] = _option((), "--tag")
    deletion_protection: bool = _option(True)
    retain: bool = _option(True)
    sessions_table: bool = _option(False)
    issuer: Literal["original", "updated"] = _option("original")

    @property
    def signs_in_by_phone(self) -> bool:
        """Whether a phone number is a name to sign in by."""
        return self.sign_in in ("phone", "email-or-phone")

    @property
    def verifies_phone(self) -> bool:
        """Whether a code is sent to the phone number at sign-up."""
        return self.verify_phone or self.signs_in_by_phone

    @property
    def second_factors(self) -> tuple[str, ...]:
        """The methods of a second factor; none while there is no second factor."""
        return () if self.mfa == "off" else self.mfa_methods

    @property
    def sends_sms(self) -> bool:
        """Whether Cognito ever sends a text message."""
        by_code = "sms-otp" in self.passwordless or "sms" in self.second_factors
        return self.verifies_phone or by_code

    @property
    def threat_mode(self) -> str:
        """AdvancedSecurityMode; nothing for a plan that has none."""
        if self.tier != "plus":
            return ""
        return {"auto": "audit"}.get(self.threat_protection, self.threat_protection).upper()

    @property
    def triggers_by_name(self) -> dict[str, str]:
        """The functions that Cognito calls, by the trigger's name."""
        parts = (item.partition("=") for item in self.triggers)
        return {name: arn for name, _, arn in parts}

    @property
    def checks_sign_ups(self) -> bool:
        """Whether the template's own function looks at each sign-up."""
        return bool(self.email_domains or self.auto_confirm_domains)


DEFAULTS: dict[str, Any] = {item.name: item.default for item in fields(OptionFields)}
"""Each option and its default."""

FLAGS: dict[str, str] = {
    item.name: item.metadata["flag"] or f"--{item.name.replace('_', '-')}"
    for item in fields(OptionFields)
}
"""Each option and its flag."""
