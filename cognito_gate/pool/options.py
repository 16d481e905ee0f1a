"""What the user pool shall be: every option with its default, and which options contradict.

Knows Cognito's rules about combinations of options; must not know the template, nor the command
line beyond the names of its flags.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Literal
from urllib.parse import urlsplit

from ..settings.checks import check_type
from ..settings.formats import Problem
from ._values import VALUES

_LINK = re.compile(r"\{##(?!##\}).+?##\}", re.DOTALL)


class PoolOptionsError(ValueError):
    """The options make no pool. `problems` maps each flag to what is wrong with it.

    Example::

        try:
            PoolOptions(mfa="always")
        except PoolOptionsError as error:
            print(error.problems["--mfa"])
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        lines = "".join(f"\n  {flag} {problem}" for flag, problem in problems.items())
        super().__init__(f"no user pool can be made of these options:{lines}")


def _option(default: Any, flag: str = "") -> Any:
    """A field. Its flag is its name, unless the flag is given (one that may be repeated)."""
    return field(default=default, metadata={"flag": flag})


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """The user pool to make, its app client and its login domain. The defaults are secure.

    Args:
        name: of the pool, as the console shows it.
        sign_in: by e-mail address, by a username, or by either of them.
        required: what everybody gives at sign-up.
        password_length: the least number of characters; `password_upper`, `password_lower`,
            `password_digits` and `password_symbols` say which kinds there must be.
        temporary_password_days: how long an administrator's invitation is good.
        verify_email: a code to type, or a link to follow.
        email_subject, email_message: own texts of that e-mail; empty for Cognito's. The message
            holds `{####}` where the code goes, or `{##the words to click##}` for a link.
        verify_phone: send a code by SMS at sign-up.
        self_sign_up: whether strangers may sign up.
        email_domains: the only domains whose e-mail addresses may.
        mfa: one-time codes of an authenticator app.
        groups: the groups to make.
        public: an app client without a secret.
        callback_urls, logout_urls: where Cognito may send browsers to; the first of each is the
            one that the environment names.
        scopes: what the app client may ask for.
        access_minutes, id_minutes, refresh_days: lives of the tokens.
        rotation: whether a refresh token serves once; `grace_seconds` is how long it still may.
        prevent_user_existence_errors: give one answer to a wrong password and an unknown user.
        token_revocation: let signing out end the refresh token.
        sign_in_pages: Cognito's, or pages of one's own that call its API.
        login: the look of Cognito's pages.
        tier: the price plan; `lite` has neither managed login nor rotation.
        domain_prefix: the login domain at amazoncognito.com; empty for one made of the stack's id.
        custom_domain: the login domain, of one's own; it needs `certificate_arn` (in us-east-1).
        hosted_zone_id: where Route 53 is to get the records of the custom domain.
        parent_record: make the record that Cognito demands of the domain above, too.
        deletion_protection: refuse to delete the pool.
        retain: leave the pool where it is when the stack is deleted.
        sessions_table: a table of DynamoDB for what processes of the app share.
        issuer: the form of `iss`; `updated` is the one that several Regions can serve.

    Raises:
        PoolOptionsError: naming every option that is wrong.

    Example::

        PoolOptions(self_sign_up=True, email_domains=("example.com",))
    """

    name: str = _option("cognito-gate")
    sign_in: Literal["email", "username", "both"] = _option("email")
    required: tuple[str, ...] = _option(("email",))
    password_length: int = _option(12)
    password_upper: bool = _option(True)
    password_lower: bool = _option(True)
    password_digits: bool = _option(True)
    password_symbols: bool = _option(True)
    temporary_password_days: int = _option(7)
    verify_email: Literal["code", "link"] = _option("code")
    email_subject: str = _option("")
    email_message: str = _option("")
    verify_phone: bool = _option(False)
    self_sign_up: bool = _option(False)
    email_domains: tuple[str, ...] = _option((), "--email-domain")
    mfa: Literal["off", "optional", "on"] = _option("optional")
    groups: tuple[str, ...] = _option((), "--group")
    public: bool = _option(False)
    callback_urls: tuple[str, ...] = _option(
        ("http://localhost:8000/auth/callback",), "--callback-url"
    )
    logout_urls: tuple[str, ...] = _option(
        ("http://localhost:8000/auth/signed-out",), "--logout-url"
    )
    scopes: tuple[str, ...] = _option(("openid", "email", "profile"), "--scope")
    access_minutes: int = _option(60)
    id_minutes: int = _option(60)
    refresh_days: int = _option(30)
    rotation: bool = _option(True)
    grace_seconds: int = _option(30)
    prevent_user_existence_errors: bool = _option(True)
    token_revocation: bool = _option(True)
    sign_in_pages: Literal["hosted", "custom"] = _option("hosted")
    login: Literal["managed", "classic"] = _option("managed")
    tier: Literal["lite", "essentials", "plus"] = _option("essentials")
    domain_prefix: str = _option("")
    custom_domain: str = _option("")
    certificate_arn: str = _option("")
    hosted_zone_id: str = _option("")
    parent_record: bool = _option(False)
    deletion_protection: bool = _option(True)
    retain: bool = _option(True)
    sessions_table: bool = _option(False)
    issuer: Literal["original", "updated"] = _option("original")

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise PoolOptionsError(problems)


DEFAULTS: dict[str, Any] = {item.name: item.default for item in fields(PoolOptions)}
"""Each option and its default."""

FLAGS: dict[str, str] = {
    item.name: item.metadata["flag"] or f"--{item.name.replace('_', '-')}"
    for item in fields(PoolOptions)
}
"""Each option and its flag."""


def _problems(options: PoolOptions) -> dict[str, str]:
    problems: dict[str, str] = {}
    well_typed = True
    for name, default in DEFAULTS.items():
        value = getattr(options, name)
        try:
            check_type(value, default, secret=False)
        except Problem as problem:
            well_typed, problems[FLAGS[name]] = False, str(problem)
            continue
        try:
            VALUES.get(name, str)(value)
        except Problem as problem:
            problems[FLAGS[name]] = str(problem)
    # Checks of combinations need well-typed values; a problem of one option alone takes precedence.
    problems = {**_contradictions(options), **problems} if well_typed else problems
    return {flag: problems[flag] for flag in FLAGS.values() if flag in problems}


def _contradictions(options: PoolOptions) -> dict[str, str]:
    """Problems that no single option shows, the first of each flag."""
    problems: dict[str, str] = {}
    for rules in (_people, _messages, _client, _addresses, _domain):
        for name, problem in rules(options):
            problems.setdefault(FLAGS[name], problem)
    return problems


def _people(options: PoolOptions) -> Iterator[tuple[str, str]]:
    has_email = "email" in options.required
    if options.sign_in != "username" and not has_email:
        yield "required", "lacks email, by which people sign in; add --required email"
    if options.self_sign_up and not has_email and not options.verify_phone:
        yield "self_sign_up", "has no address to send the code to; add --required email"
    if options.verify_phone and "phone" not in options.required:
        yield "verify_phone", "has no number to send the code to; add --required phone"
    if options.email_domains and not options.self_sign_up:
        yield "email_domains", "limits sign-up, which is closed; add --self-sign-up"
    elif options.email_domains and not has_email:
        yield "email_domains", "limits e-mail addresses, which nobody has; add --required email"
    elif options.email_domains and options.verify_phone:
        # AWS Cognito developer guide, "Signing up and confirming user accounts".
        yield (
            "email_domains",
            "proves nothing with --verify-phone: given both, Cognito verifies the phone number "
            "only, so anybody could claim an e-mail address; leave one of them out",
        )


def _messages(options: PoolOptions) -> Iterator[tuple[str, str]]:
    text = options.email_message
    if not text:
        return
    if options.verify_email == "code" and "{####}" not in text:
        yield "email_message", "lacks {####}, where Cognito puts the code"
    if options.verify_email == "link" and not _LINK.search(text):
        yield "email_message", "lacks {##the words to click##}, of which Cognito makes the link"


def _client(options: PoolOptions) -> Iterator[tuple[str, str]]:
    if not options.rotation and options.grace_seconds != DEFAULTS["grace_seconds"]:
        yield "grace_seconds", "has no effect with --no-rotation"
    if options.tier == "lite" and options.login == "managed":
        yield "login", "is 'managed', which --tier lite does not have; add --login classic"
    if options.tier == "lite" and options.rotation:
        yield "rotation", "is on, which --tier lite does not have; add --no-rotation"


def _addresses(options: PoolOptions) -> Iterator[tuple[str, str]]:
    callbacks = {_without_query(url) for url in options.callback_urls}
    shared = [url for url in options.logout_urls if _without_query(url) in callbacks]
    if shared:
        yield "logout_urls", f"lists {shared[0]!r}, a callback too: signing out would loop forever"
    for url in (*options.callback_urls, *options.logout_urls) if options.custom_domain else ():
        host = _host(url)
        if f".{host}".endswith(f".{options.custom_domain}"):
            yield (
                "custom_domain",
                f"is where {url!r} is, or above it: the app and Cognito would get each other's "
                "cookies; take hosts beside each other, as auth.example.com and app.example.com",
            )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _without_query(url: str) -> tuple[str, str]:
    """Scheme and rest of a URL without its query, for comparing; takes broken URLs as well."""
    return url.partition("://")[0], url.partition("://")[2].partition("?")[0].rstrip("/").lower()


def _domain(options: PoolOptions) -> Iterator[tuple[str, str]]:
    if options.custom_domain:
        if options.domain_prefix:
            yield "domain_prefix", "has no effect with --custom-domain; leave one of them out"
        if not options.certificate_arn:
            yield (
                "certificate_arn",
                "is missing; --custom-domain needs a certificate from AWS Certificate Manager in "
                "us-east-1",
            )
    else:
        if options.certificate_arn:
            yield "certificate_arn", "has no effect without --custom-domain"
        if options.hosted_zone_id:
            yield "hosted_zone_id", "has no effect without --custom-domain"
    if options.parent_record and not options.hosted_zone_id:
        yield "parent_record", "has no zone to put the record in; add --hosted-zone-id"
