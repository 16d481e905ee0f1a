"""The options as a CloudFormation template: one YAML text, with the reasons in its comments.

Alone here to import jinja2. Each value is inserted as JSON, which is also YAML, so that a value
can never become other YAML. Must not know what is allowed (options.py) nor how a stack is made.
"""

import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .._extras import MissingExtra, needs
from ._values import LABEL
from .options import PoolOptions

if TYPE_CHECKING:
    from jinja2 import Environment

_ATTRIBUTES = {"email": "email", "name": "name", "phone": "phone_number"}
_PROFILE = ("name", "given_name", "family_name", "preferred_username")
_HOST_PATTERN = rf"^(?:{LABEL}\.)+{LABEL}$"
_URL_PATTERN = (
    r"^(?:https://[^\s,#]+|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?/[^\s,#]*)$"
)
# What JSON leaves as it is and YAML 1.1 does not take as itself in a quoted text (section 5.1).
_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class _RawYaml(str):
    """Text that is YAML already, inserted as it is."""

    __slots__ = ()


def _render_value(value: object) -> str:
    if isinstance(value, _RawYaml):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


@cache
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra(f"This command {needs('jinja2', 'aws')}") from error
    # The output is YAML, not HTML: `finalize` quotes each value. The delimiters are not Jinja's
    # usual ones, because {#, {% and {{ also occur in YAML and in Cognito's message texts.
    return Environment(  # noqa: S701
        loader=PackageLoader("cognito_gate", "templates/pool"),
        finalize=_render_value,
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def template(options: PoolOptions) -> str:
    """The template: the same text for the same options.

    Raises:
        MissingExtra: jinja2 is not installed.

    Example::

        Path("pool.yaml").write_text(template(PoolOptions()), encoding="utf-8")
    """
    return _environment().get_template("pool.yaml").render(o=options, **_derived(options))


def _derived(options: PoolOptions) -> dict[str, Any]:
    required = [_ATTRIBUTES[name] for name in options.required]
    return {
        "required": required,
        "readable": _readable(options),
        "writable": _writable(options),
        "flows": _flows(options),
        # A limit on domains at sign-up is worthless if people may change the address later.
        "email_changes": not options.email_domains,
        "verified": ["email", "phone_number"] if options.verify_phone else ["email"],
        "groups": [(_RawYaml(_logical_id(name)), name) for name in options.groups],
        "host_pattern": _HOST_PATTERN,
        "url_pattern": _URL_PATTERN,
        "parent": options.custom_domain.partition(".")[2],
        "sign_up": _RawYaml(_indent(_trigger_source(), " " * 10)),
        "outputs": {_RawYaml(name): value for name, value in _outputs(options, required).items()},
    }


def _outputs(options: PoolOptions, required: list[str]) -> dict[str, str]:
    """The options that the gate needs to know, as outputs of the stack."""
    return {
        "Scopes": " ".join(options.scopes),
        "ConfidentialClient": _flag(not options.public),
        "SignInPages": options.sign_in_pages,
        "RefreshEnabled": "true",
        "RefreshTokenSeconds": str(options.refresh_days * 86_400),
        "PasswordPolicy": _policy(options),
        "SignUp": _flag(options.self_sign_up),
        "SignIn": options.sign_in,
        "Required": " ".join(required),
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _policy(options: PoolOptions) -> str:
    kinds = ("upper", "lower", "digits", "symbols")
    required_kinds = [kind for kind in kinds if getattr(options, f"password_{kind}")]
    return " ".join([str(options.password_length), *required_kinds])


def _readable(options: PoolOptions) -> list[str]:
    attributes = ["email", "email_verified"]
    if "phone" in (*options.required, *options.scopes):
        attributes += ["phone_number", "phone_number_verified"]
    if "profile" in options.scopes:
        attributes += _PROFILE
    elif "name" in options.required:
        attributes += ["name"]
    return attributes


def _writable(options: PoolOptions) -> list[str]:
    attributes = ["email"]
    if "phone" in options.required:
        attributes += ["phone_number"]
    if "profile" in options.scopes or "name" in options.required:
        attributes += ["name"]
    return attributes


def _flows(options: PoolOptions) -> list[str]:
    flows = ["ALLOW_USER_SRP_AUTH"]
    if options.sign_in_pages == "custom":
        flows += ["ALLOW_USER_PASSWORD_AUTH"]
    if not options.rotation:
        flows += ["ALLOW_REFRESH_TOKEN_AUTH"]
    return flows


def _logical_id(group: str) -> str:
    """A logical id made of the group's name alone, so that it stays when other groups change."""
    if re.fullmatch(r"[A-Za-z0-9]+", group):
        return f"Group{group}"
    letters = re.sub(r"[^A-Za-z0-9]", "", group)
    return f"Group{letters}{hashlib.sha256(group.encode()).hexdigest()[:8]}"


def _trigger_source() -> str:
    return files(__package__).joinpath("sign_up.py").read_text(encoding="utf-8")


def _indent(text: str, margin: str) -> str:
    return "".join(
        f"{margin}{line}" if line.strip() else line for line in text.splitlines(keepends=True)
    ).rstrip("\n")
