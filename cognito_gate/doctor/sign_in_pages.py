"""Checks Cognito's API behind the gate's sign-in pages, by a sign-in of a made-up user.

Knows how Cognito refuses a sign-in because of the set-up (API reference, InitiateAuth). No message
is sent to anybody, and no account is affected.
"""

from .._gate.effects import Flow, HttpCall, call
from .._sign_in import cognito_api, error_messages, srp
from ..errors import ApiRefused, CognitoUnavailable
from ..settings import Settings
from . import client_secret
from .case import Case
from .findings import Check, Finding, Fix
from .places import RESETS

FLOW = Check("sign-in-flow", "sign-in flow", decides=True)

NOBODY = "cognito-gate-doctor@example.com"
_NO_PASSWORD = "Cognito-gate-0-doctor"
_SOME_ADDRESS = "192.0.2.1"  # RFC 5737: nobody's
ALLOWED_BY = {
    "srp": "ALLOW_USER_SRP_AUTH",
    "password": "ALLOW_USER_PASSWORD_AUTH",
    "choice": "ALLOW_USER_AUTH",
}


def check(case: Case) -> Flow[tuple[Finding, ...]]:
    """One finding where the gate serves the sign-in pages, none elsewhere."""
    if case.settings.login != "custom":
        return ()
    why = case.reason_to_skip(
        "AWS_COGNITO_USER_POOL_ID",
        "AWS_COGNITO_USER_POOL_CLIENT_ID",
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    )
    if why:
        return (FLOW.unchecked(why),)
    answer = yield from call(_sign_in_request(case.settings))
    try:
        cognito_api.read_outcome("InitiateAuth", answer)
    except CognitoUnavailable as error:
        return (FLOW.unchecked(str(error)),)
    except ApiRefused as error:
        return (_refused(case, error),)
    return (_allowed(case),)


def _sign_in_request(settings: Settings) -> HttpCall:
    match settings.sign_in_flow:
        case "choice":
            return cognito_api.initiate_choice(settings, NOBODY, _SOME_ADDRESS)
        case "password":
            return cognito_api.initiate_password(settings, NOBODY, _NO_PASSWORD, _SOME_ADDRESS)
        case _:
            return cognito_api.initiate_srp(settings, NOBODY, srp.begin(2**255 + 1), _SOME_ADDRESS)


def _allowed(case: Case) -> Finding:
    flow = ALLOWED_BY[case.settings.sign_in_flow]
    return FLOW.ok(f"{case.settings.sign_in_flow}: the app client has {flow}")


def _refused(case: Case, error: ApiRefused) -> Finding:
    message = error.message.lower()
    if "usercontextdata" in message:
        return _no_context(case)
    if error.exception == "InvalidParameterException" and "not enabled" in message:
        return _not_allowed(case)
    if error.exception == "NotAuthorizedException" and "secret" in message:
        return _secret(case)
    if error.exception == "ResourceNotFoundException":
        return FLOW.wrong(
            f"the API does not know the app client {case.settings.user_pool_client_id}",
            Fix(
                "Compare the client id and the region, letter for letter.",
                console=case.directions.pool_menu("Applications", "App clients"),
                command=case.directions.about_pool("list-user-pool-clients", "--max-results", "60"),
            ),
        )
    if error_messages.say(error)[0].id == "error.wrong_password":  # as for anybody it does not know
        return _allowed(case)
    return FLOW.unchecked(str(error))


def _not_allowed(case: Case) -> Finding:
    flow = ALLOWED_BY[case.settings.sign_in_flow]
    return FLOW.wrong(
        f"the app client lacks {flow}, which COGNITO_GATE_SIGN_IN_FLOW="
        f"{case.settings.sign_in_flow} needs",
        Fix(
            f"Allow it, or set another COGNITO_GATE_SIGN_IN_FLOW. {RESETS}",
            console=case.directions.client_form("Authentication flows"),
            command=case.directions.add_to_client("ExplicitAuthFlows", flow),
        ),
    )


def _secret(case: Case) -> Finding:
    """The finding about the client secret, for set-ups without a login domain to check it at."""
    configured = bool(case.settings.user_pool_client_secret)
    fault = (
        "is not this app client's secret"
        if configured
        else "is not set, and the app client has one"
    )
    return client_secret.SECRET.wrong(
        f"AWS_COGNITO_USER_POOL_CLIENT_SECRET {fault}", client_secret.copy(case)
    )


def _no_context(case: Case) -> Finding:
    return FLOW.wrong(
        "the app client refuses visitors' addresses, which COGNITO_GATE_USER_CONTEXT=true sends",
        Fix(
            f"Allow it, or remove COGNITO_GATE_USER_CONTEXT. {RESETS}",
            console=case.directions.client_form("Enable propagate additional user context data"),
            command=case.directions.update_client(
                ".EnablePropagateAdditionalUserContextData = true"
            ),
        ),
    )
