"""What the user pool shall be: every option, checked by itself and against the others.

Must not know the template, nor the command line beyond the names of its flags.
"""

from dataclasses import dataclass

from ..settings.checks import check_type
from ..settings.formats import Problem
from ._contradictions import contradictions
from ._option_fields import DEFAULTS, FLAGS, OptionFields
from ._values import VALUES
from .identity_providers import IdentityProvider

__all__ = ["DEFAULTS", "FLAGS", "PoolOptions", "PoolOptionsError"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions(OptionFields):
    """The user pool to make, its app client and its login domain. The defaults are secure.

    Args:
        name: of the pool, as the console shows it.
        sign_in: by e-mail address, by a username, by either of these (both), by phone number, or
            by either address (email-or-phone).
        required: what everybody gives at sign-up.
        attributes: custom ones, as "plan" or "seats:number"; final once they are there.
        self_sign_up: whether strangers may sign up.
        email_domains: the only domains whose e-mail addresses may.
        auto_confirm_domains: domains whose addresses need no code at sign-up. That proves nothing:
            anybody can claim an address there, and it stays unverified.
        groups: the groups to make.
        passwordless: what may take a password's place: email-otp, sms-otp, passkey.
        passkey_domain: the relying party id of passkeys, for sign-in pages of one's own: the app's
            host or a domain above it; empty for the host of the first callback URL.
        passkey_verification: whether a passkey's device must check who holds it.
        passkey_mfa: let such a passkey count as both factors.
        mfa: whether there is a second factor; `mfa_methods` are app, sms and email.
        password_length: the least number of characters; `password_upper`, `password_lower`,
            `password_digits` and `password_symbols` say which kinds there must be.
        temporary_password_days: how long an administrator's invitation is good.
        verify_email: a code to type, or a link to follow.
        verify_phone: send a code by SMS at sign-up.
        ses_identity: the ARN of what Amazon SES sends e-mails for; empty for Cognito's own mail.
        email_from, email_reply_to, email_configuration_set: how SES sends them.
        email_subject, email_message: own texts of the e-mail that verifies an address; empty for
            Cognito's. The message holds `{####}` where the code goes, or `{##the words to click##}`
            for a link. In each text, `{app}` stands for the origin of the first callback URL.
        invitation_subject, invitation_message, invitation_sms: of an administrator's invitation,
            with `{username}` and `{####}`, the temporary password.
        code_subject, code_message, code_sms: of codes to sign in by, with `{####}`.
        sms_message: of the SMS that verifies a phone number, with `{####}`.
        public: an app client without a secret.
        callback_urls, logout_urls: where Cognito may send browsers to; the first of each is the
            one that the environment names.
        scopes: what the app client may ask for.
        api_scopes: scopes of resource servers to make, as "orders/read=See orders".
        read_attributes, write_attributes: what the app client may, besides what follows from the
            other options.
        identity_providers: others that people may sign in with.
        access_minutes, id_minutes, refresh_days: lives of the tokens.
        rotation: whether a refresh token serves once; `grace_seconds` is how long it still may.
        prevent_user_existence_errors: give one answer to a wrong password and an unknown user.
        token_revocation: let signing out end the refresh token.
        sign_in_pages: Cognito's, or pages of one's own that call its API.
        triggers: functions that Cognito calls, as "pre-token=arn:aws:lambda:...".
        pre_token_version: of the event that the pre-token function gets; 1 changes ID tokens only.
        login: the look of Cognito's pages.
        domain_prefix: the login domain at amazoncognito.com; empty for one made of the stack's id.
        custom_domain: the login domain, of one's own; it needs `certificate_arn` (in us-east-1),
            and takes TLS from the version `tls` on.
        hosted_zone_id: where Route 53 is to get the records of the custom domain.
        parent_record: make the record that Cognito demands of the domain above, too.
        tier: the price plan; `lite` has neither managed login nor rotation.
        threat_protection: whether the plan plus writes down risks, or acts on them.
        notification_log, sign_in_log: the ARN where Cognito logs messages that failed, and (a log
            group, bucket or stream) how risky each sign-in looked.
        tags: of the pool, as "team=web".
        deletion_protection: refuse to delete the pool.
        retain: leave the pool where it is when the stack is deleted.
        sessions_table: a table of DynamoDB for what processes of the app share.
        issuer: the form of `iss`; `updated` is the one that several Regions can serve.

    Raises:
        PoolOptionsError: naming every option that is wrong.

    Example::

        PoolOptions(self_sign_up=True, email_domains=("example.com",))
    """

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise PoolOptionsError(problems)


def _check_providers(value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(p, IdentityProvider) for p in value):
        raise Problem(f"is {value!r:.100}; it takes a tuple of IdentityProvider")


def _problems(options: PoolOptions) -> dict[str, str]:
    problems: dict[str, str] = {}
    well_typed = True
    for name, default in DEFAULTS.items():
        value = getattr(options, name)
        try:
            if name == "identity_providers":
                _check_providers(value)
            else:
                check_type(value, default, secret=False)
        except Problem as problem:
            well_typed, problems[FLAGS[name]] = False, str(problem)
            continue
        try:
            VALUES.get(name, str)(value)
        except Problem as problem:
            problems[FLAGS[name]] = str(problem)
    # Checks of combinations need well-typed values; a problem of one option alone takes precedence.
    problems = {**contradictions(options), **problems} if well_typed else problems
    return {flag: problems[flag] for flag in FLAGS.values() if flag in problems}
