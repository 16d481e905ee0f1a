"""Which options of a pool contradict each other: problems that no single option shows.

Knows Cognito's rules about combinations; must not know what each option takes by itself.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ._option_fields import ATTRIBUTES, DEFAULTS, FLAGS, OptionFields
from ._resource_values import split_attribute
from ._text_values import MAX_SMS

_LINK = re.compile(r"\{##(?!##\}).+?##\}", re.DOTALL)


def contradictions(options: OptionFields) -> dict[str, str]:
    """The first problem of each flag."""
    problems: dict[str, str] = {}
    rule_sets = (
        *(_people, _sign_ups, _factors, _second_factors, _passkeys, _mail, _messages, _client),
        *(_plan, _providers, _triggers, _addresses, _domain),
    )
    for rules in rule_sets:
        for name, problem in rules(options):
            problems.setdefault(FLAGS[name], problem)
    return problems


def _people(options: OptionFields) -> Iterator[tuple[str, str]]:
    has_email, has_phone = "email" in options.required, "phone" in options.required
    if options.sign_in in ("email", "both") and not has_email:
        yield "required", "lacks email, by which people sign in; add --required email"
    if options.sign_in == "phone" and not has_phone:
        yield "required", "lacks phone, by which people sign in; add --required phone"
    if options.signs_in_by_phone and options.sign_in_pages == "custom":
        yield "sign_in", "is by phone number, which the gate's own pages do not ask for"
    reachable = has_email or options.verifies_phone
    if options.self_sign_up and not reachable:
        yield "self_sign_up", "has no address to send the code to; add --required email"
    if options.verify_phone and not has_phone:
        yield "verify_phone", "has no number to send the code to; add --required phone"


def _sign_ups(options: OptionFields) -> Iterator[tuple[str, str]]:
    for name in ("email_domains", "auto_confirm_domains"):
        if not getattr(options, name):
            continue
        if not options.self_sign_up:
            yield name, "is about sign-up, which is closed; add --self-sign-up"
        elif "email" not in options.required:
            yield name, "is about e-mail addresses, which nobody has; add --required email"
    if options.email_domains and options.verifies_phone:
        # AWS Cognito developer guide, "Signing up and confirming user accounts".
        yield (
            "email_domains",
            "proves nothing where phone numbers are verified: given both, Cognito verifies the "
            "number only, so anybody could claim an e-mail address; leave one of them out",
        )
    outside = set(options.auto_confirm_domains) - set(options.email_domains)
    if options.email_domains and outside:
        domain = min(outside)
        yield "auto_confirm_domains", f"lists {domain!r}, which --email-domain does not let in"


def _factors(options: OptionFields) -> Iterator[tuple[str, str]]:
    factors = options.passwordless
    if factors and options.tier == "lite":
        yield "passwordless", "needs --tier essentials or plus"
    # AWS Cognito developer guide, "Things to know about authentication with user pools".
    elif factors and options.sign_in_pages == "hosted" and options.login == "classic":
        yield "passwordless", "lists what the classic pages do not offer; add --login managed"
    if "email-otp" in factors and "email" not in options.required:
        yield "passwordless", "lists email-otp, and nobody has an address; add --required email"
    if "sms-otp" in factors and "phone" not in options.required:
        yield "passwordless", "lists sms-otp, and nobody has a number; add --required phone"
    codes = [name for name in factors if name != "passkey"]
    # AWS Cognito developer guide, "Adding MFA to a user pool": prerequisites.
    if codes and options.mfa == "on":
        yield (
            "passwordless",
            f"lists {codes[0]}, which --mfa on rules out; --mfa optional does not",
        )
    elif factors and options.mfa == "on" and not options.passkey_mfa:
        yield "passwordless", "lists passkey, which --mfa on rules out; add --passkey-mfa"


def _second_factors(options: OptionFields) -> Iterator[tuple[str, str]]:
    if options.mfa == "off" and options.mfa_methods != DEFAULTS["mfa_methods"]:
        yield "mfa_methods", "has no effect with --mfa off"
    if "email" in options.second_factors:
        if options.tier == "lite":
            yield "mfa_methods", "lists email, which needs --tier essentials or plus"
        elif not options.ses_identity:
            yield "mfa_methods", "lists email, which Cognito sends by SES only; add --ses-identity"


def _passkeys(options: OptionFields) -> Iterator[tuple[str, str]]:
    passkeys = "passkey" in options.passwordless
    for name in ("passkey_domain", "passkey_verification", "passkey_mfa"):
        if not passkeys and getattr(options, name) != DEFAULTS[name]:
            yield name, "has no effect without --passwordless passkey"
    if passkeys and options.passkey_mfa and options.passkey_verification != "required":
        yield "passkey_mfa", "needs a device that checks its owner: --passkey-verification required"
    domain = options.passkey_domain
    if passkeys and domain and options.sign_in_pages == "hosted":
        if domain != options.custom_domain:  # Cognito API reference, WebAuthnConfigurationType
            yield "passkey_domain", "is not where Cognito's pages are; leave it out"
    elif passkeys and domain:
        host = _host(options.callback_urls[0]) if options.callback_urls else ""
        if not f".{host}".endswith(f".{domain}"):
            yield "passkey_domain", f"is neither {host!r}, where the app is, nor a domain above it"


def _mail(options: OptionFields) -> Iterator[tuple[str, str]]:
    for name in ("email_from", "email_reply_to", "email_configuration_set"):
        if getattr(options, name) and not options.ses_identity:
            yield name, "has no effect on Cognito's own mail; add --ses-identity"
    identity = options.ses_identity.partition(":identity/")[2]
    if identity and "@" not in identity and not options.email_from:
        yield "email_from", "is missing; --ses-identity is a domain, which has many addresses"


def _messages(options: OptionFields) -> Iterator[tuple[str, str]]:
    text = options.email_message
    if text and options.verify_email == "code" and "{####}" not in text:
        yield "email_message", "lacks {####}, where Cognito puts the code"
    if text and options.verify_email == "link" and not _LINK.search(text):
        yield "email_message", "lacks {##the words to click##}, of which Cognito makes the link"
    by_email = "email-otp" in options.passwordless or "email" in options.second_factors
    for name in ("code_subject", "code_message"):
        if getattr(options, name) and not by_email:
            yield name, "is never sent; --passwordless email-otp and --mfa-method email send codes"
    for name in ("code_sms", "sms_message", "invitation_sms"):
        text = getattr(options, name)
        if text and not options.sends_sms:
            yield name, "is never sent: no option here sends text messages, such as --verify-phone"
        length = len(text.replace("{app}", _origin(options)))
        if length > MAX_SMS:
            yield name, f"has {length} characters with the app's address; Cognito takes {MAX_SMS}"


def _origin(options: OptionFields) -> str:
    return "/".join(options.callback_urls[0].split("/")[:3]) if options.callback_urls else ""


def _client(options: OptionFields) -> Iterator[tuple[str, str]]:
    if not options.rotation and options.grace_seconds != DEFAULTS["grace_seconds"]:
        yield "grace_seconds", "has no effect with --no-rotation"
    made = {value.partition("=")[0] for value in options.api_scopes}
    unknown = [scope for scope in options.scopes if "/" in scope and scope not in made]
    if unknown:
        yield "scopes", f"lists {unknown[0]!r}, which nothing makes; add --api-scope {unknown[0]}"
    custom = {f"custom:{split_attribute(item)[0]}" for item in options.attributes}
    for name in ("read_attributes", "write_attributes"):
        for value in getattr(options, name):
            if value.startswith("custom:") and value not in custom:
                yield name, f"lists {value!r}, which nothing makes; add --attribute {value[7:]}"
    if options.email_domains and "email" in options.write_attributes:
        yield "write_attributes", "lists email, which --email-domain settles at sign-up"


# Cognito developer guide, "User pool feature plans".
def _plan(options: OptionFields) -> Iterator[tuple[str, str]]:
    if options.tier == "lite" and options.login == "managed":
        yield "login", "is 'managed', which --tier lite does not have; add --login classic"
    if options.tier == "lite" and options.rotation:
        yield "rotation", "is on, which --tier lite does not have; add --no-rotation"
    if options.tier != "plus" and options.threat_protection in ("audit", "enforced"):
        yield "threat_protection", f"is {options.threat_protection!r}, which needs --tier plus"
    if options.sign_in_log and options.threat_mode in ("", "OFF"):
        yield "sign_in_log", "is written by threat protection only, which needs --tier plus"


def _providers(options: OptionFields) -> Iterator[tuple[str, str]]:
    names = [provider.provider_name.lower() for provider in options.identity_providers]
    for provider in options.identity_providers:
        if names.count(provider.provider_name.lower()) > 1:
            yield "identity_providers", f"has {provider.provider_name!r} twice"
        for name in (ATTRIBUTES[item] for item in options.required if item in ATTRIBUTES):
            if name not in provider.mapping:
                yield (
                    "identity_providers",
                    f"has {provider.provider_name!r}, which does not map {name}; Cognito refuses "
                    f"a sign-in without it: add it to attributes, or leave out --required",
                )
    if names and options.email_domains:
        yield (
            "identity_providers",
            "cannot update an e-mail address that --email-domain settles at sign-up; leave out one",
        )


def _triggers(options: OptionFields) -> Iterator[tuple[str, str]]:
    names = options.triggers_by_name
    if "pre-sign-up" in names and options.checks_sign_ups:
        yield (
            "triggers",
            "has pre-sign-up, and so have the options about e-mail domains; a pool has one",
        )
    if "pre-token" in names and options.tier == "lite" and options.pre_token_version > 1:
        yield "pre_token_version", "needs --tier essentials or plus; on lite it is 1"
    if "pre-token" not in names and options.pre_token_version != DEFAULTS["pre_token_version"]:
        yield "pre_token_version", "has no effect without --trigger pre-token=..."


def _addresses(options: OptionFields) -> Iterator[tuple[str, str]]:
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


def _domain(options: OptionFields) -> Iterator[tuple[str, str]]:
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
        if options.tls != DEFAULTS["tls"]:
            yield "tls", "has no effect without --custom-domain; Cognito's own takes 1.2 and later"
    if options.parent_record and not options.hosted_zone_id:
        yield "parent_record", "has no zone to put the record in; add --hosted-zone-id"
