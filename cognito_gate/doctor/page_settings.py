"""Checks of the gate's own sign-in pages against the pool, whose API does not tell them of it.

Compares facts that description.py has read (API reference, UserPoolType and UserPoolClientType).
"""

from collections.abc import Iterator

from .._sign_in.password_policy import Policy
from .case import Case
from .description import ClientFacts, PoolFacts
from .findings import Check, Finding, Fix

SIGN_UP = Check("page-sign-up", "sign-up page")
POLICY = Check("page-password-policy", "password policy")
NAMES = Check("page-sign-in-names", "sign-in names")
ATTRIBUTES = Check("page-attributes", "sign-up fields")
WAYS = Check("page-sign-in-ways", "sign-in ways", decides=True)

_NEEDED = (
    *("COGNITO_GATE_LOGIN", "COGNITO_GATE_SIGN_UP", "COGNITO_GATE_SIGN_UP_ATTRIBUTES"),
    *("COGNITO_GATE_PASSWORD_POLICY", "COGNITO_GATE_SIGN_IN", "COGNITO_GATE_SIGN_IN_FLOW"),
    "COGNITO_GATE_SIGN_IN_WAYS",
)


def check(case: Case, client: ClientFacts, pool: PoolFacts) -> Iterator[Finding]:
    """Nothing where Cognito has the pages."""
    if case.settings.login != "custom":
        return
    why = case.reason_to_skip(*_NEEDED)
    if why:
        yield NAMES.unchecked(why)
        return
    yield _names(case, pool)
    yield _policy(case, pool)
    if case.settings.sign_up:
        yield _sign_up(case, pool)
        yield _attributes(case, client, pool)
    if case.settings.sign_in_flow == "choice":
        yield _ways(case, pool)


def _sign_up(case: Case, pool: PoolFacts) -> Finding:
    if pool.open_sign_up:
        return SIGN_UP.ok("the pool takes sign-ups")
    return SIGN_UP.wrong(
        "COGNITO_GATE_SIGN_UP offers an account, and only administrators may create one in the "
        "pool: each sign-up is refused",
        Fix(
            "Turn self-registration on in the pool, or leave the variable out.",
            setting="COGNITO_GATE_SIGN_UP=false",
            console=case.directions.pool_menu(
                "Authentication", "Sign-up", "Self-service sign-up", "Edit"
            ),
        ),
    )


def _policy(case: Case, pool: PoolFacts) -> Finding:
    """Passwords that the page lets through must be good enough for the pool."""
    ours, theirs = Policy.parse(case.settings.password_policy), pool.policy
    same = (ours.length, set(ours.rules)) == (theirs.length, set(theirs.rules))
    text = " ".join((str(theirs.length), *theirs.rules))
    if same:
        return POLICY.ok(f"{text}, as the pool's")
    fault = f"the pool's is {text!r}, and the pages say {case.settings.password_policy!r}"
    fix = Fix("Say what the pool asks for.", setting=f'COGNITO_GATE_PASSWORD_POLICY="{text}"')
    if ours.length < theirs.length or set(theirs.rules) - set(ours.rules):
        return POLICY.wrong(f"{fault}: Cognito refuses passwords that they let through", fix)
    return POLICY.warning(f"{fault}: they refuse passwords that Cognito would take", fix)


def _names(case: Case, pool: PoolFacts) -> Finding:
    ours, right = case.settings.sign_in, _right_names(pool)
    if ours in right:
        return NAMES.ok(f"{ours}, as the pool has them")
    has = " and ".join(pool.names) or "user names alone"
    fault = f"COGNITO_GATE_SIGN_IN is {ours}, and people of this pool sign in by {has}"
    fix = Fix("Ask for what the pool knows.", setting=f"COGNITO_GATE_SIGN_IN={right[0]}")
    if ours == "both":  # one of the two works
        return NAMES.warning(fault, fix)
    return NAMES.wrong(fault, fix)


def _right_names(pool: PoolFacts) -> tuple[str, ...]:
    """The values of COGNITO_GATE_SIGN_IN that fit, the best first. A pool has either attributes in
    the place of user names, or user names with attributes as aliases of them."""
    if pool.attributes_are_names:
        return ("email",) if "email" in pool.names else ("username",)
    return ("both", "email", "username") if "email" in pool.names else ("username",)


def _attributes(case: Case, client: ClientFacts, pool: PoolFacts) -> Finding:
    asked = case.settings.sign_up_attributes
    missing = [name for name in pool.required if name not in asked]
    if missing:
        return ATTRIBUTES.wrong(
            f"the pool requires {' '.join(missing)}, for which the page does not ask: each sign-up "
            "is refused",
            Fix(
                "Ask for it.",
                setting=f"COGNITO_GATE_SIGN_UP_ATTRIBUTES={','.join((*asked, *missing))}",
            ),
        )
    unknown = [name for name in asked if name.startswith("custom:") and name not in pool.attributes]
    closed = [name for name in asked if client.writable and name not in client.writable]
    if refused := unknown or closed:
        return ATTRIBUTES.wrong(
            f"{' '.join(refused)}: not in the pool, so that each sign-up is refused"
            if unknown
            else f"the app client may not write {' '.join(refused)}: each sign-up is refused",
            Fix(
                "Do not ask for it, or let the app client write it.",
                console=case.directions.client_menu("Attribute permissions", "Edit"),
                command=case.directions.add_to_client("WriteAttributes", refused[0]),
            ),
        )
    return ATTRIBUTES.ok(f"{' '.join(asked) or 'none'}: known and writable")


def _ways(case: Case, pool: PoolFacts) -> Finding:
    """The choice of ways is the pool's; the setting says which of them the pages offer. PASSWORD of
    the pool stands for SRP, too (Developer Guide, "Authentication flows")."""
    ours = {way.removesuffix("_SRP") for way in case.settings.sign_in_ways}
    offered = [way for way in pool.first_factors if way in ours]
    if offered:
        return WAYS.ok(" ".join(offered))
    return WAYS.wrong(
        f"the pool allows {' '.join(pool.first_factors)}, and COGNITO_GATE_SIGN_IN_WAYS has none "
        "of them: nobody can sign in",
        Fix(
            "Offer what the pool allows, or allow more there.",
            setting=f"COGNITO_GATE_SIGN_IN_WAYS={','.join(pool.first_factors)}",
            console=case.directions.pool_menu(
                "Authentication", "Sign-in", "Options for choice-based sign-in", "Edit"
            ),
        ),
    )
