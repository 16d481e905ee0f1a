"""A stack of one pool, with the outputs of the template that `cognito-gate pool template` prints.

So `cognito-gate pool env STACK` reads them. The client secret is not among them: that command
asks Cognito for it.
"""

from urllib.parse import urlsplit

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct
from gate_pool import REFRESH, SCOPES, GatePool


class PoolStack(Stack):
    """The pool of one app at `app_url`; `sign_in_pages` are "hosted" or "custom".

    `passwordless` lets people choose on such pages: a passkey, a code by e-mail, or a password.
    `sessions_table` makes a table for what processes of the app share (COGNITO_GATE_STORE).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        app_url: str,
        sign_in_pages: str = "hosted",
        passwordless: bool = False,
        sessions_table: bool = False,
    ) -> None:
        super().__init__(scope, name)
        callback, signed_out = f"{app_url}/auth/callback", f"{app_url}/auth/signed-out"
        made = GatePool(
            self,
            "Gate",
            callback_url=callback,
            logout_url=signed_out,
            own_pages=sign_in_pages == "custom",
            passkey_host=urlsplit(app_url).hostname if passwordless else None,
        )
        outputs = {
            "Region": self.region,
            "UserPoolId": made.pool.user_pool_id,
            "UserPoolArn": made.pool.user_pool_arn,
            "ClientId": made.client.user_pool_client_id,
            "Domain": made.domain.base_url(),
            "Issuer": f"https://cognito-idp.{self.region}.{self.url_suffix}/{made.pool.user_pool_id}",
            "RedirectUrl": callback,
            "LogoutUrl": signed_out,
            "Scopes": " ".join(scope.scope_name for scope in SCOPES),
            "ConfidentialClient": "true",
            "SignInPages": sign_in_pages,
            "SignInFlow": "choice" if passwordless else "srp",
            "SignInWays": "PASSWORD_SRP WEB_AUTHN EMAIL_OTP" if passwordless else "PASSWORD_SRP",
            "RefreshEnabled": "true",
            "RefreshTokenSeconds": str(REFRESH.to_seconds()),
            "PasswordPolicy": "12 upper lower digits symbols",
            "SignUp": "false",
            "SignIn": "email",
            "Required": "email",
        }
        if sessions_table:
            self.sessions_table = self._make_sessions_table()
            outputs["SessionsTable"] = self.sessions_table.table_name
        for output, value in outputs.items():
            CfnOutput(self, output, value=value)

    def _make_sessions_table(self) -> dynamodb.Table:
        """All in it has an end, and the app encrypts it. The app's role needs
        `sessions_table.grant(role, "dynamodb:GetItem", ...)`; README names the actions."""
        text = dynamodb.AttributeType.STRING
        return dynamodb.Table(
            self,
            "Sessions",
            partition_key=dynamodb.Attribute(name="pk", type=text),
            sort_key=dynamodb.Attribute(name="sk", type=text),
            time_to_live_attribute="ttl",
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            removal_policy=RemovalPolicy.DESTROY,
        )
