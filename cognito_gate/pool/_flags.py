"""The command line options that describe a pool, and how their help looks.

Knows click and the help texts; must not know which values are allowed (options.py).
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeAlias

import click

from ._values import CHOICES
from .options import DEFAULTS, FLAGS, PoolOptions, PoolOptionsError

_Command: TypeAlias = Callable[..., None]
_COLUMN = 30  # all texts begin in one column
_NONE = "none"
_METAVARS = {
    "callback_urls": "URL",
    "certificate_arn": "ARN",
    "custom_domain": "HOST",
    "email_domains": "DOMAIN",
    "groups": "NAME",
    "hosted_zone_id": "ID",
    "logout_urls": "URL",
    "name": "TEXT",
    "scopes": "SCOPE",
}
# For an option that is on by default, the help shows the flag that turns it off.
_SECTIONS: dict[str, dict[str, str]] = {
    "Who gets in": {
        "name": "Name of the pool and of its app client.",
        "sign_in": "What people sign in with. Final.",
        "required": "Attributes required at sign-up; repeatable. Final.",
        "self_sign_up": "Anybody may sign up; otherwise administrators add people.",
        "email_domains": "Only e-mail addresses at this domain may sign up; repeatable. "
        "Final: whether any is given.",
        "groups": "A group to create; repeatable.",
    },
    "Passwords and verification": {
        "mfa": "Codes of an authenticator app.",
        "password_length": "Minimum number of characters.",
        "password_upper": "Do not require an uppercase letter.",
        "password_lower": "Do not require a lowercase letter.",
        "password_digits": "Do not require a digit.",
        "password_symbols": "Do not require a symbol.",
        "temporary_password_days": "How long an administrator's invitation is valid.",
        "verify_email": "How people prove that an e-mail address is theirs.",
        "email_subject": "Your own subject for that e-mail.",
        "email_message": "Your own text for that e-mail: with {####} for the code, or with "
        "{##Confirm my address##} for the link.",
        "verify_phone": "Verify phone numbers by SMS; creates an IAM role. Final once it is on.",
    },
    "The app": {
        "callback_urls": "Exact URL to return to after sign-in; repeatable.",
        "logout_urls": "Exact URL to return to after sign-out; repeatable.",
        "public": "An app client without a secret.",
        "scopes": "Scope that the app may request; repeatable.",
        "sign_in_pages": "Cognito's login pages, or your app's, which call Cognito's API.",
    },
    "Tokens": {
        "access_minutes": "Lifetime of an access token, 5 to 1440.",
        "id_minutes": "Lifetime of an ID token, 5 to 1440.",
        "refresh_days": "Lifetime of a refresh token, 1 to 3650.",
        "rotation": "Allow a refresh token to be used many times.",
        "grace_seconds": "How long a rotated refresh token stays valid, 0 to 60.",
        "token_revocation": "Keep refresh tokens valid after sign-out.",
        "prevent_user_existence_errors": "Let errors reveal who has an account.",
    },
    "Login pages": {
        "login": "Managed login, or the classic hosted UI.",
        "domain_prefix": "PREFIX.auth.REGION.amazoncognito.com; generated if not given.",
        "custom_domain": "Your own host instead, such as auth.example.com.",
        "certificate_arn": "Certificate of the custom domain, in us-east-1.",
        "hosted_zone_id": "Route 53 zone in which to create the custom domain's records.",
        "parent_record": "Also create the record that Cognito requires for the parent domain.",
    },
    "Sessions on a server": {
        "sessions_table": "A table of DynamoDB, for COGNITO_GATE_STORE.",
    },
    "The pool itself": {
        "tier": "Cognito's feature plan.",
        "deletion_protection": "Allow the pool to be deleted.",
        "retain": "Delete the pool and all its users with the stack.",
        "issuer": "Issuer of the tokens; an ALB does not accept the updated one.",
    },
}


class PoolCommand(click.Command):
    """A command whose help lists its options by sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section under its title, then the options that belong to no section."""
        by_section: dict[str, list[tuple[str, str]]] = {
            title: [] for title in (*_SECTIONS, "Options")
        }
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                by_section[getattr(parameter, "section", "Options")].append(record)
        for title, section_records in by_section.items():
            if section_records:
                with formatter.section(title):
                    formatter.write_dl(
                        [(flags.ljust(_COLUMN), text) for flags, text in section_records]
                    )


class _PoolOption(click.Option):
    """An option of a pool. One that is on by default shows in the help how it is turned off."""

    def __init__(self, *declarations: Any, section: str, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self.is_bool_flag:
            return record
        return (self.secondary_opts if self.default else self.opts)[0], record[1]


def _option(name: str, section: str, text: str) -> Callable[[_Command], _Command]:
    default, flag = DEFAULTS[name], FLAGS[name]
    attributes: dict[str, Any] = {"default": default, "metavar": _METAVARS.get(name)}
    if isinstance(default, bool):
        flag = f"{flag}/--no-{flag[2:]}"
    elif isinstance(default, tuple):
        # click's default is empty, so that values given replace the pool's default.
        attributes.update(multiple=True, default=())
        text += f"  [default: {', '.join(default)}]" if default else ""
    else:
        attributes.update(show_default=bool(default))
    if isinstance(default, int) and not isinstance(default, bool):
        attributes.update(type=int, metavar="N")
    if name in CHOICES and name != "scopes":
        none = (_NONE,) if name == "required" else ()
        attributes.update(type=click.Choice((*CHOICES[name], *none)))
    return click.option(flag, name, cls=_PoolOption, section=section, help=text, **attributes)


def pool_options(command: _Command) -> _Command:
    """Give a command all options of a pool; the function gets them as `options: PoolOptions`.

    Example::

        @pool.command(cls=PoolCommand)
        @pool_options
        def show(options: PoolOptions) -> None: ...
    """

    def wrapper(*args: Any, **arguments: Any) -> None:
        values = {name: arguments.pop(name) for name in DEFAULTS}
        command(*args, options=_make_options(values), **arguments)

    update_wrapper(wrapper, command)
    decorated: _Command = wrapper
    for section, entries in reversed(_SECTIONS.items()):
        for name, text in reversed(entries.items()):
            decorated = _option(name, section, text)(decorated)
    return decorated


def _make_options(values: dict[str, Any]) -> PoolOptions:
    chosen = {name: value for name, value in values.items() if value != ()}
    if chosen.get("required") == (_NONE,):
        chosen["required"] = ()
    try:
        return PoolOptions(**chosen)
    except PoolOptionsError as error:
        raise click.UsageError(str(error)) from error
