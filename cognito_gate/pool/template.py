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
from ._client_values import (
    flows,
    readable,
    required_attributes,
    resource_servers,
    sign_in_flow,
    sign_in_ways,
    writable,
)
from ._resource_values import ATTRIBUTE_TYPES, TRIGGERS, log_destination, split_attribute
from ._values import LABEL
from .identity_providers import KINDS
from .options import PoolOptions

if TYPE_CHECKING:
    from jinja2 import Environment

_FACTORS = {
    "email-otp": "EMAIL_OTP",
    "sms-otp": "SMS_OTP",
    "passkey": "WEB_AUTHN",
}
_SECOND_FACTORS = {"app": "SOFTWARE_TOKEN_MFA", "sms": "SMS_MFA", "email": "EMAIL_OTP"}
_TLS = {"1.0": "TLS_V1", "1.2": "TLS_V1_2_2021", "1.3": "TLS_V1_3_2025"}
_URL_PARTS = '!Split ["/", !Select [0, !Ref CallbackURLs]]'
# The scheme with its colon, and the host with its port: the first and the third part of a URL.
_APP = f'!Join ["//", [!Select [0, {_URL_PARTS}], !Select [2, {_URL_PARTS}]]]'
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
    made = Environment(  # noqa: S701
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
    made.filters["raw"] = _RawYaml
    return made


def template(options: PoolOptions) -> str:
    """The template: the same text for the same options.

    Raises:
        MissingExtra: jinja2 is not installed.

    Example::

        Path("pool.yaml").write_text(template(PoolOptions()), encoding="utf-8")
    """
    return _environment().get_template("pool.yaml").render(o=options, **_derived(options))


def _derived(options: PoolOptions) -> dict[str, Any]:
    required = required_attributes(options)
    return {
        "text": _message,
        "url_parts": _RawYaml(_URL_PARTS),
        "required": required,
        "custom": [split_attribute(item) for item in options.attributes],
        "attribute_types": ATTRIBUTE_TYPES,
        "readable": readable(options),
        "writable": writable(options),
        "flows": flows(options),
        "factors": ["PASSWORD", *(_FACTORS[name] for name in options.passwordless)],
        "second_factors": [_SECOND_FACTORS[name] for name in options.second_factors],
        # A limit on domains at sign-up is worthless if people may change the address later.
        "email_changes": not options.email_domains,
        "verified": ["email", "phone_number"] if options.verifies_phone else ["email"],
        "tags": [item.partition("=")[::2] for item in options.tags],
        "groups": [(_logical_id("Group", name), name) for name in options.groups],
        "servers": [
            (_logical_id("Api", name), name, re.sub(r"[^\w+=,.@-]", "-", name), scopes)
            for name, scopes in resource_servers(options).items()
        ],
        "providers": [
            (_logical_id("Provider", item.provider_name), item, KINDS[item.type])
            for item in options.identity_providers
        ],
        "triggers": [(TRIGGERS[name], arn) for name, arn in options.triggers_by_name.items()],
        "sign_in_log": log_destination(options.sign_in_log),
        "tls": _TLS[options.tls],
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
        "SignInFlow": sign_in_flow(options),
        "SignInWays": " ".join(sign_in_ways(options)),
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


def _message(value: str) -> _RawYaml:
    """A text, with the origin of the first callback URL in place of each {app}."""
    if "{app}" not in value:
        return _RawYaml(_render_value(value))
    literal = value.replace("${", "${!").replace("{app}", "${App}")
    return _RawYaml(f"!Sub [{_render_value(literal)}, {{ App: {_APP} }}]")


def _logical_id(kind: str, name: str) -> _RawYaml:
    """A logical id made of a name alone, so that it stays when others come and go."""
    if re.fullmatch(r"[A-Za-z0-9]+", name):
        return _RawYaml(f"{kind}{name}")
    letters = re.sub(r"[^A-Za-z0-9]", "", name)[:200]
    return _RawYaml(f"{kind}{letters}{hashlib.sha256(name.encode()).hexdigest()[:8]}")


def _trigger_source() -> str:
    return files(__package__).joinpath("sign_up.py").read_text(encoding="utf-8")


def _indent(text: str, margin: str) -> str:
    return "".join(
        f"{margin}{line}" if line.strip() else line for line in text.splitlines(keepends=True)
    ).rstrip("\n")
