"""What a user pool can have and CloudFormation has no property for: session tracking, and names of
`acr` classes. Set through Cognito's API, once the stack is there.

Knows these operations of the API; must not know flags, nor stacks.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .any_pool import read_pool
from .aws import Account

_COGNITO = "cognito-idp"
LEVELS = range(1, 5)
_USUAL = "urn:cognito:loa:{}"  # what a level is called that has no name of its own
_NAME = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,64}", re.ASCII)  # API reference, AcrValueType
MAX_SESSIONS = 100
USUAL_SESSIONS = 20  # API reference, TokenSessionConfigType

# UpdateUserPool gives its default to whatever it is not told, so that all of the pool is sent back
# (API reference, UpdateUserPool): these are what DescribeUserPool tells and it takes. Of messages
# for verification it takes the template alone; the other members "are no longer used".
KEPT = (
    *("AccountRecoverySetting", "AcrConfiguration", "AdminCreateUserConfig"),
    *("AutoVerifiedAttributes", "DcrConfiguration", "DeletionProtection", "DeviceConfiguration"),
    *("EmailConfiguration", "IssuerConfiguration", "KeyConfiguration", "LambdaConfig"),
    *("MfaConfiguration", "Policies", "SmsAuthenticationMessage", "SmsConfiguration"),
    *("UserAttributeUpdateSettings", "UserPoolAddOns", "UserPoolTags", "UserPoolTier"),
    "VerificationMessageTemplate",
)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What is to be set; what is None or empty stays as it is.

    Args:
        session_tracking: whether Cognito keeps a list of each user's sessions.
        sessions_per_user: how many it keeps; the one unused for longest ends for the next.
        acr_names: names of the levels 1 to 4.
    """

    session_tracking: bool | None = None
    sessions_per_user: int = USUAL_SESSIONS
    acr_names: Mapping[int, str] = field(default_factory=dict)

    @property
    def asked_for(self) -> bool:
        """Whether there is anything to set."""
        return self.session_tracking is not None or bool(self.acr_names)

    def problems(self, tier: str) -> Iterator[str]:
        """What Cognito would refuse, for people.

        Args:
            tier: the pool's plan; empty where it is not known.
        """
        if tier == "lite" and self.session_tracking:
            yield "--session-tracking needs the plan Essentials or Plus: --tier essentials"
        if tier == "lite" and self.acr_names:
            yield "--acr-name needs the plan Essentials or Plus: --tier essentials"
        for name in self.acr_names.values():
            if not _NAME.fullmatch(name):
                yield (
                    f"--acr-name gives {name!r:.80}; a name has 1 to 64 characters of ASCII, no "
                    "spaces, quotation marks or backslashes"
                )
        names = [self.acr_names.get(level, _USUAL.format(level)) for level in LEVELS]
        if len(set(names)) < len(names):
            yield "--acr-name gives a name to two levels; each has one of its own"


def apply(account: Account, pool_id: str, beyond: Beyond) -> Iterator[str]:
    """Set it, and tell what was set, line by line.

    Raises:
        AwsError: AWS refused it, or this boto3 does not know it yet.
        EnvironmentProblem: the pool is gone.
    """
    if beyond.session_tracking is not None:
        yield _track_sessions(account, pool_id, beyond)
    if beyond.acr_names:
        yield _name_levels(account, pool_id, beyond.acr_names)


def _track_sessions(account: Account, pool_id: str, beyond: Beyond) -> str:
    state = "ENABLED" if beyond.session_tracking else "DISABLED"
    account.call(
        _COGNITO,
        "set_user_pool_session_configuration",
        UserPoolId=pool_id,
        UserSessionTracking=state,
        TokenSession={"MaxPerUser": beyond.sessions_per_user},
    )
    if not beyond.session_tracking:
        return "Session tracking is off."
    return (
        f"Session tracking is on, {beyond.sessions_per_user} sessions for each user. With "
        "COGNITO_GATE_LIST_SESSIONS=true the gate lists them to their user."
    )


def _name_levels(account: Account, pool_id: str, names: Mapping[int, str]) -> str:
    pool = read_pool(account, pool_id)
    before = {**pool.get("AcrConfiguration", {})}
    after = {**before, **{f"Level{level}": {"AcrValue": name} for level, name in names.items()}}
    if after != before:
        account.call(
            _COGNITO, "update_user_pool", UserPoolId=pool_id, **_kept(pool), AcrConfiguration=after
        )
    listed = ", ".join(f"{level} is {name}" for level, name in sorted(names.items()))
    return f"Names of acr levels: {listed}."


def _without_empty(value: Any) -> Any:
    """An object without texts that are empty, which an update refuses."""
    if not isinstance(value, Mapping):
        return value
    return {name: item for name, item in value.items() if item not in ("", None)}


def _kept(pool: Mapping[str, Any]) -> dict[str, Any]:
    """The pool as it is, for an update of one thing."""
    told = {name: _without_empty(pool.get(name)) for name in KEPT if name != "AcrConfiguration"}
    kept = {name: value for name, value in told.items() if value}
    if "UserPoolTags" in kept:  # whose values may be empty
        kept["UserPoolTags"] = pool["UserPoolTags"]
    if "Name" in pool:
        kept["PoolName"] = pool["Name"]
    users = {**kept.get("AdminCreateUserConfig", {})}
    if "TemporaryPasswordValidityDays" in pool.get("Policies", {}).get("PasswordPolicy", {}):
        # The other says the same, "is no longer in use" (API reference, AdminCreateUserConfigType).
        users.pop("UnusedAccountValidityDays", None)
    return {**kept, "AdminCreateUserConfig": users} if users else kept
