"""What the template says of the app client: its flows, attributes and identity providers.

Knows what follows from the options for a client; must not know the template's text.
"""

from ._option_fields import ATTRIBUTES, OptionFields
from ._resource_values import READ_ONLY, split_attribute, split_scope

_PROFILE = ("name", "given_name", "family_name", "preferred_username")
# The gate's names of the ways to sign in (COGNITO_GATE_SIGN_IN_WAYS), which are Cognito's.
_WAYS = {
    "email-otp": "EMAIL_OTP",
    "sms-otp": "SMS_OTP",
    "passkey": "WEB_AUTHN",
}


def readable(options: OptionFields) -> list[str]:
    """ReadAttributes."""
    attributes = ["email", "email_verified"]
    if "phone" in (*options.required, *options.scopes) or options.sends_sms:
        attributes += ["phone_number", "phone_number_verified"]
    if "profile" in options.scopes:
        attributes += _PROFILE
    elif "name" in options.required:
        attributes += ["name"]
    attributes += custom_attributes(options)
    return _unique([*attributes, *_mapped(options), *options.read_attributes])


def writable(options: OptionFields) -> list[str]:
    """WriteAttributes. A client has to be able to write what an identity provider is mapped to
    (Cognito API reference, CreateUserPoolClient)."""
    attributes = ["email"]
    if "phone" in options.required or options.sends_sms:
        attributes += ["phone_number"]
    if "profile" in options.scopes or "name" in options.required:
        attributes += ["name"]
    mapped = [name for name in _mapped(options) if name not in READ_ONLY]
    return _unique([*attributes, *mapped, *options.write_attributes])


def custom_attributes(options: OptionFields) -> list[str]:
    """The names of the custom attributes, as Cognito calls them everywhere but in the Schema."""
    return [f"custom:{split_attribute(item)[0]}" for item in options.attributes]


def required_attributes(options: OptionFields) -> list[str]:
    """The names of the attributes that everybody gives."""
    return [ATTRIBUTES[name] for name in options.required]


def _mapped(options: OptionFields) -> list[str]:
    return [name for provider in options.identity_providers for name in provider.mapping]


def _unique(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def flows(options: OptionFields) -> list[str]:
    """ExplicitAuthFlows."""
    names = ["ALLOW_USER_AUTH"] if options.passwordless else []
    names += ["ALLOW_USER_SRP_AUTH"]
    if options.sign_in_pages == "custom" or "user-migration" in options.triggers_by_name:
        # A function that imports users is asked with the password itself.
        names += ["ALLOW_USER_PASSWORD_AUTH"]
    if not options.rotation:
        names += ["ALLOW_REFRESH_TOKEN_AUTH"]
    return names


def sign_in_flow(options: OptionFields) -> str:
    """COGNITO_GATE_SIGN_IN_FLOW."""
    if options.passwordless:
        return "choice"
    return "password" if "user-migration" in options.triggers_by_name else "srp"


def sign_in_ways(options: OptionFields) -> list[str]:
    """COGNITO_GATE_SIGN_IN_WAYS, in the order of the options."""
    return ["PASSWORD_SRP", *(_WAYS[name] for name in options.passwordless)]


def resource_servers(options: OptionFields) -> dict[str, dict[str, str]]:
    """Each resource server's identifier, with its scopes and their descriptions."""
    servers: dict[str, dict[str, str]] = {}
    for item in options.api_scopes:
        server, scope, description = split_scope(item)
        servers.setdefault(server, {})[scope] = description
    return servers
