"""The options that describe a pool, for every command that takes them, and how their help looks.

Knows click and what a person needs to read; must not know what a value may be (options.py).
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
# Of what is on, the help shows how to turn it off: that is what there is to choose.
_SECTIONS: dict[str, dict[str, str]] = {
    "Who gets in": {
        "name": "Name of the pool and of its app client.",
        "sign_in": "What people sign in by. Final.",
        "required": "What everybody gives at sign-up; repeatable. Final.",
        "self_sign_up": "Anybody may sign up; otherwise administrators add people.",
        "email_domains": "Only e-mail addresses at this domain may sign up; repeatable. "
        "Final: whether any is given.",
        "groups": "A group to make; repeatable.",
    },
    "Passwords and verification": {
        "mfa": "Codes of an authenticator app.",
        "password_length": "Least number of characters.",
        "password_upper": "Demand no capital letter.",
        "password_lower": "Demand no small letter.",
        "password_digits": "Demand no digit.",
        "password_symbols": "Demand no symbol.",
        "temporary_password_days": "How long an administrator's invitation is good.",
        "verify_email": "How people prove that an e-mail address is theirs.",
        "email_subject": "Subject of that e-mail, in your words.",
        "email_message": "Its text, in your words: with {####} for the code, or with "
        "{##Confirm my address##} for the link.",
        "verify_phone": "Prove phone numbers by SMS; makes an IAM role. Final once it is on.",
    },
    "The app": {
        "callback_urls": "Where Cognito returns to after sign-in, to the letter; repeatable.",
        "logout_urls": "Where Cognito returns to after sign-out, to the letter; repeatable.",
        "public": "An app client without a secret.",
        "scopes": "What the app may ask for; repeatable.",
        "sign_in_pages": "Cognito's own pages, or ones of yours that call its API.",
    },
    "Tokens": {
        "access_minutes": "Life of an access token, 5 to 1440.",
        "id_minutes": "Life of an ID token, 5 to 1440.",
        "refresh_days": "Longest time without a new sign-in, 1 to 3650.",
        "rotation": "Let a refresh token serve many times.",
        "grace_seconds": "How long a rotated refresh token still serves, 0 to 60.",
        "token_revocation": "Let refresh tokens outlive sign-out.",
        "prevent_user_existence_errors": "Tell strangers who has an account.",
    },
    "Login pages": {
        "login": "Today's pages, or the classic hosted UI.",
        "domain_prefix": "PREFIX.auth.REGION.amazoncognito.com; made up if not given.",
        "custom_domain": "A host of yours instead, such as auth.example.com.",
        "certificate_arn": "Its certificate, in us-east-1.",
        "hosted_zone_id": "Its zone in Route 53, to make its records there.",
        "parent_record": "Also make the record that Cognito wants of the domain above.",
    },
    "The pool itself": {
        "tier": "Cognito's price plan.",
        "deletion_protection": "Let the pool be deleted at once.",
        "retain": "Delete the pool, users and all, with the stack.",
        "issuer": "What tokens name as their issuer; no ALB takes the updated one.",
    },
}


class PoolCommand(click.Command):
    """A command whose help lists its options by sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section under its title, then the options that have none."""
        found: dict[str, list[tuple[str, str]]] = {title: [] for title in (*_SECTIONS, "Options")}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                found[getattr(parameter, "section", "Options")].append(record)
        for title, records in found.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl([(words.ljust(_COLUMN), text) for words, text in records])


class _PoolOption(click.Option):
    """An option of a pool. One that is on by default shows in the help how it is turned off."""

    def __init__(self, *words: Any, section: str, **attributes: Any) -> None:
        super().__init__(*words, **attributes)
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
        # With none given the pool's default holds, so that one given takes its place.
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

    def called(*args: Any, **given: Any) -> None:
        values = {name: given.pop(name) for name in DEFAULTS}
        command(*args, options=_made(values), **given)

    update_wrapper(called, command)
    wrapped: _Command = called
    for section, entries in reversed(_SECTIONS.items()):
        for name, text in reversed(entries.items()):
            wrapped = _option(name, section, text)(wrapped)
    return wrapped


def _made(values: dict[str, Any]) -> PoolOptions:
    given = {name: value for name, value in values.items() if value != ()}
    if given.get("required") == (_NONE,):
        given["required"] = ()
    try:
        return PoolOptions(**given)
    except PoolOptionsError as error:
        raise click.UsageError(str(error)) from error
