"""The JSON API behind our own sign-in pages, asked for a person who never was.

Knows how Cognito refuses a sign-in for reasons of the set-up (API reference, InitiateAuth). Nothing
is sent to anybody, and no account is touched.
"""

from .._gate.effects import Flow, HttpCall, call
from .._sign_in import cognito_api, error_messages, srp
from ..errors import ApiRefused, CognitoUnavailable
from ..settings import Settings
from . import client_secret
from .case import Case
from .findings import Finding, Fix, Line
from .places import RESETS

FLOW = Line("sign-in-flow", "sign-in flow")

NOBODY = "cognito-gate-doctor@example.com"
_NO_PASSWORD = "Cognito-gate-0-doctor"
_SOME_ADDRESS = "192.0.2.1"  # RFC 5737: nobody's
ALLOWED_BY = {
    "srp": "ALLOW_USER_SRP_AUTH",
    "password": "ALLOW_USER_PASSWORD_AUTH",
    "choice": "ALLOW_USER_AUTH",
}


def examine(case: Case) -> Flow[tuple[Finding, ...]]:
    """One line where the gate serves its own pages, none elsewhere."""
    if case.settings.login != "custom":
        return ()
    why = case.unsure(
        "AWS_COGNITO_USER_POOL_ID",
        "AWS_COGNITO_USER_POOL_CLIENT_ID",
        "AWS_COGNITO_USER_POOL_CLIENT_SECRET",
    )
    if why:
        return (FLOW.unchecked(why),)
    answer = yield from call(_ask(case.settings))
    try:
        cognito_api.read_outcome("InitiateAuth", answer)
    except CognitoUnavailable as error:
        return (FLOW.unchecked(str(error)),)
    except ApiRefused as error:
        return (_refused(case, error),)
    return (_allowed(case),)


def _ask(settings: Settings) -> HttpCall:
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
                console=case.place.pool_menu("Applications", "App clients"),
                command=case.place.about_pool("list-user-pool-clients", "--max-results", "60"),
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
            console=case.place.client_form("Authentication flows"),
            command=case.place.add_to_client("ExplicitAuthFlows", flow),
        ),
    )


def _secret(case: Case) -> Finding:
    """The same fault as at the token endpoint: told where there is no login domain to ask."""
    ours = bool(case.settings.user_pool_client_secret)
    found = "is not this app client's secret" if ours else "is not set, and the app client has one"
    return client_secret.SECRET.wrong(
        f"AWS_COGNITO_USER_POOL_CLIENT_SECRET {found}", client_secret.copy(case)
    )


def _no_context(case: Case) -> Finding:
    return FLOW.wrong(
        "the app client takes no visitor's address, which COGNITO_GATE_USER_CONTEXT=true sends",
        Fix(
            f"Allow it, or take COGNITO_GATE_USER_CONTEXT away. {RESETS}",
            console=case.place.client_form("Enable propagate additional user context data"),
            command=case.place.update_client(".EnablePropagateAdditionalUserContextData = true"),
        ),
    )
