"""The user pool, app client and login domain that `cognito-gate pool template` describes."""

from aws_cdk import Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

REFRESH = Duration.days(30)
SCOPES = [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE]
PASSWORD = cognito.PasswordPolicy(
    min_length=12,
    require_uppercase=True,
    require_lowercase=True,
    require_digits=True,
    require_symbols=True,
    temp_password_validity=Duration.days(7),
)
FACTORS = cognito.AllowedFirstAuthFactors(password=True, passkey=True, email_otp=True)
WRITABLE = cognito.ClientAttributes().with_standard_attributes(email=True, fullname=True)
READABLE = WRITABLE.with_standard_attributes(
    email_verified=True,  # without it, signing in by the scope "email" fails
    given_name=True,
    family_name=True,
    preferred_username=True,
)


class GatePool(Construct):
    """`pool`, `client` and `domain`; `own_pages` lets pages of the app's own sign people in.

    `passkey_host` is where those pages are, if passkeys and codes by e-mail are to do as well.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        callback_url: str,
        logout_url: str,
        own_pages: bool,
        passkey_host: str | None = None,
    ) -> None:
        super().__init__(scope, name)
        self.pool = cognito.UserPool(
            self,
            "UserPool",
            user_pool_name="cognito-gate",
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            # Whoever changes an address keeps the old one until the new one is verified.
            keep_original=cognito.KeepOriginalAttrs(email=True),
            self_sign_up_enabled=False,
            password_policy=PASSWORD,
            sign_in_policy=cognito.SignInPolicy(allowed_first_auth_factors=FACTORS)
            if passkey_host
            else None,
            passkey_relying_party_id=passkey_host,
            passkey_user_verification=cognito.PasskeyUserVerification.PREFERRED
            if passkey_host
            else None,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.client = self.pool.add_client(
            "Client",
            user_pool_client_name="cognito-gate",
            generate_secret=True,
            # Said, because the default has ALLOW_REFRESH_TOKEN_AUTH, which contradicts rotation.
            auth_flows=cognito.AuthFlow(
                user=bool(passkey_host), user_srp=True, user_password=own_pages
            ),
            # Time to set up an authenticator app.
            auth_session_validity=Duration.minutes(15) if own_pages else None,
            enable_propagate_additional_user_context_data=own_pages or None,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=SCOPES,
                callback_urls=[callback_url],
                logout_urls=[logout_url],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.minutes(60),
            id_token_validity=Duration.minutes(60),
            refresh_token_validity=REFRESH,
            refresh_token_rotation_grace_period=Duration.seconds(30),
            read_attributes=READABLE,
            write_attributes=WRITABLE,
        )
        # Prefixes are unique in a Region, and so is the UUID at the end of the stack's id.
        digits = Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", Stack.of(self).stack_id))))
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"login-{digits}"),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )
        # Managed login shows no page at all to a client without a style.
        cognito.CfnManagedLoginBranding(
            self,
            "Style",
            user_pool_id=self.pool.user_pool_id,
            client_id=self.client.user_pool_client_id,
            use_cognito_provided_values=True,
        ).node.add_dependency(self.domain)
