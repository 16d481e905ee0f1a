"""An account of AWS that answers from memory: stacks, change sets, events and user pools.

Time goes by only when somebody waits: then the next batch of a stack's events comes to light.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cognito_gate.pool.aws import AwsError, HttpAnswer

POOL_ID, CLIENT_ID = "eu-west-1_AbCdEfGhI", "6m5ertic6kgp0fq"
SECRET = "s3cret0of0the0app0client"
OUTPUTS = {
    "Region": "eu-west-1",
    "UserPoolId": POOL_ID,
    "UserPoolArn": f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{POOL_ID}",
    "ClientId": CLIENT_ID,
    "Domain": "https://my-app.auth.eu-west-1.amazoncognito.com",
    "Issuer": f"https://cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}",
    "RedirectUrl": "https://app.example.com/auth/callback",
    "LogoutUrl": "https://app.example.com/auth/signed-out",
    "Scopes": "openid email profile",
    "ConfidentialClient": "true",
    "SignInPages": "hosted",
    "SignInFlow": "srp",
    "SignInWays": "PASSWORD_SRP",
    "RefreshEnabled": "true",
    "RefreshTokenSeconds": "2592000",
    "PasswordPolicy": "12 upper lower digits symbols",
    "SignUp": "false",
    "SignIn": "email",
    "Required": "email",
}
TEMPLATE = """\
Resources:
  UserPool:
    Type: AWS::Cognito::UserPool
    # Users outlive the stack.
    DeletionPolicy: Retain
    Properties:
      UserPoolName: shop

  UserPoolClient:
    Type: AWS::Cognito::UserPoolClient
"""
PARTS = (
    ("UserPool", POOL_ID, "AWS::Cognito::UserPool", "CREATE_COMPLETE"),
    ("UserPoolClient", CLIENT_ID, "AWS::Cognito::UserPoolClient", "CREATE_COMPLETE"),
)
ADDED = [
    {"ResourceChange": {"Action": "Add", "LogicalResourceId": name, "ResourceType": kind}}
    for name, _, kind, _ in PARTS
]


def change(
    name: str, kind: str, *properties: str, action: str = "Modify", **more: str
) -> dict[str, Any]:
    """One of the `Changes` of a change set."""
    targets = [{"Target": {"Attribute": "Properties", "Name": item}} for item in properties]
    found = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, **more}
    return {"ResourceChange": {**found, "Details": targets}}


def missing(name: str) -> AwsError:
    """What CloudFormation says of a stack that is not there."""
    said = f"Stack with id {name} does not exist"
    return AwsError(said, "ValidationError", said)


@dataclass
class FakeStack:
    """A stack, and what is still to happen to it."""

    name: str
    status: str = "CREATE_COMPLETE"
    parameters: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=lambda: dict(OUTPUTS))
    parts: tuple[tuple[str, str, str, str], ...] = PARTS
    template: str | dict[str, Any] = TEMPLATE
    defaults: dict[str, str | None] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    to_come: list[list[tuple[str, ...]]] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{self.name}/1"

    def happens(self, logical_id: str, status: str, reason: str = "", kind: str = "") -> None:
        """Add an event; one of the stack itself is its status from now on."""
        physical = self.arn if logical_id == self.name else f"{logical_id}-physical"
        physical = POOL_ID if kind == "AWS::Cognito::UserPool" else physical
        number = len(self.events)
        self.events.append(
            {
                "EventId": f"{self.name}-{number}",
                "Timestamp": datetime(2026, 11, 21, 9, 30, number % 60, tzinfo=UTC),
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical,
                "ResourceType": kind,
                "ResourceStatus": status,
                **({"ResourceStatusReason": reason} if reason else {}),
            }
        )
        if logical_id == self.name:
            self.status = status


class FakeAws:
    """The account. `calls` has everything that was asked, `failures` what is answered instead."""

    region = "eu-west-1"

    def __init__(self, *stacks: FakeStack) -> None:
        self.stacks = {stack.name: stack for stack in stacks}
        self.gone: dict[str, FakeStack] = {}
        self.pools: dict[str, dict[str, Any]] = {
            POOL_ID: {"EstimatedNumberOfUsers": 12, "DeletionProtection": "ACTIVE"}
        }
        self.client = {
            "ClientSecret": SECRET,
            "CallbackURLs": [OUTPUTS["RedirectUrl"], "https://b.example.com/auth/callback"],
            "LogoutURLs": [OUTPUTS["LogoutUrl"], "https://b.example.com/bye"],
        }
        self.clients = [{"ClientId": CLIENT_ID, "ClientName": "shop"}]
        self.endpoint = self.fips = ""
        self.defaults: dict[str, str | None] = {}
        self.capabilities: list[str] = []
        self.proposal: list[dict[str, Any]] = ADDED
        self.sets: dict[str, dict[str, Any]] = {}
        self.verdicts = [("CREATE_PENDING", ""), ("CREATE_COMPLETE", "")]
        self.course: list[list[tuple[str, ...]]] | None = None
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failures: dict[str, list[Exception]] = defaultdict(list)
        self.waited: list[float] = []

    # The account, as the commands see it

    def call(self, service: str, operation: str, **parameters: Any) -> HttpAnswer:
        self.calls.append((operation, parameters))
        if self.failures[operation]:
            raise self.failures[operation].pop(0)
        answer: HttpAnswer | None = getattr(self, operation)(**parameters)
        return answer or {}

    def emulator(self, service: str) -> str:
        return self.endpoint

    def fips_endpoint(self, service: str) -> str:
        return self.fips

    def wait(self, seconds: float) -> None:
        """Time goes by, and the next events come to light."""
        self.waited.append(seconds)
        assert len(self.waited) < 50, "nothing ever ends"
        for stack in (*self.stacks.values(), *self.gone.values()):
            for event in stack.to_come.pop(0) if stack.to_come else ():
                stack.happens(*event)
        for name, stack in list(self.stacks.items()):
            if stack.status == "DELETE_COMPLETE":
                self.gone[name] = self.stacks.pop(name)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    # CloudFormation

    def _stack(self, name: str, *, deleted: bool = False) -> FakeStack:
        places: list[FakeStack] = [*self.stacks.values(), *(self.gone.values() if deleted else ())]
        for stack in places:
            if name in (stack.name, stack.arn):
                return stack
        raise missing(name)

    def describe_stacks(self, StackName: str) -> HttpAnswer:  # noqa: N803
        stack = self._stack(StackName)
        return {
            "Stacks": [
                {
                    "StackName": stack.name,
                    "StackId": stack.arn,
                    "StackStatus": stack.status,
                    "Parameters": [
                        {"ParameterKey": key, "ParameterValue": value}
                        for key, value in stack.parameters.items()
                    ],
                    "Outputs": [
                        {"OutputKey": key, "OutputValue": value}
                        for key, value in stack.outputs.items()
                    ],
                }
            ]
        }

    def validate_template(self, TemplateBody: str) -> HttpAnswer:  # noqa: N803
        return {"Parameters": _listed(self.defaults), "Capabilities": self.capabilities}

    def get_template_summary(self, StackName: str) -> HttpAnswer:  # noqa: N803
        return {"Parameters": _listed(self._stack(StackName).defaults)}

    def create_change_set(self, **asked: Any) -> HttpAnswer:
        name = asked["StackName"]
        if asked["ChangeSetType"] in ("CREATE", "IMPORT"):
            stack = self.stacks.setdefault(name, FakeStack(name, "REVIEW_IN_PROGRESS"))
            stack.happens(name, "REVIEW_IN_PROGRESS")
        stack = self._stack(name)
        arn = f"arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{asked['ChangeSetName']}"
        self.sets[arn] = {**asked, "stack": stack}
        return {"Id": arn, "StackId": stack.arn}

    def describe_change_set(self, ChangeSetName: str, NextToken: str = "") -> HttpAnswer:  # noqa: N803
        if NextToken:
            return {"Status": "CREATE_COMPLETE", "Changes": self.proposal[1:]}
        status, reason = self.verdicts.pop(0) if len(self.verdicts) > 1 else self.verdicts[0]
        answer: HttpAnswer = {"Status": status, "Changes": []}
        if reason:
            answer["StatusReason"] = reason
        if status == "CREATE_COMPLETE":
            answer["Changes"] = self.proposal[:1]
            if self.proposal[1:]:
                answer["NextToken"] = "more"
        return answer

    def execute_change_set(self, ChangeSetName: str) -> None:  # noqa: N803
        asked = self.sets.pop(ChangeSetName)
        stack: FakeStack = asked["stack"]
        kind = asked["ChangeSetType"]
        part = ("UserPool", f"{kind}_COMPLETE", "", "AWS::Cognito::UserPool")
        usual: list[list[tuple[str, ...]]] = [[part], [(stack.name, f"{kind}_COMPLETE")]]
        stack.happens(stack.name, f"{kind}_IN_PROGRESS", "User Initiated")
        stack.to_come = self.course if self.course is not None else usual

    def delete_change_set(self, ChangeSetName: str) -> None:  # noqa: N803
        del self.sets[ChangeSetName]

    def list_change_sets(self, StackName: str) -> HttpAnswer:  # noqa: N803
        found = [arn for arn, item in self.sets.items() if item["stack"].arn == StackName]
        return {"Summaries": [{"ChangeSetId": arn} for arn in found]}

    def delete_stack(self, StackName: str) -> None:  # noqa: N803
        stack = self._stack(StackName)
        if stack.status == "REVIEW_IN_PROGRESS":
            del self.stacks[stack.name]
            return
        usual: list[list[tuple[str, ...]]] = [[(stack.name, "DELETE_COMPLETE")]]
        stack.happens(stack.name, "DELETE_IN_PROGRESS", "User Initiated")
        stack.to_come = self.course if self.course is not None else usual

    def describe_stack_events(self, StackName: str, NextToken: str = "") -> HttpAnswer:  # noqa: N803
        newest = self._stack(StackName, deleted=True).events[::-1]
        begin = int(NextToken or 0)
        more = {"NextToken": str(begin + 2)} if newest[begin + 2 :] else {}
        return {"StackEvents": newest[begin : begin + 2], **more}

    def list_stack_resources(self, StackName: str) -> HttpAnswer:  # noqa: N803
        keys = ("LogicalResourceId", "PhysicalResourceId", "ResourceType", "ResourceStatus")
        parts = self._stack(StackName).parts
        return {
            "StackResourceSummaries": [
                {key: item for key, item in zip(keys, part, strict=True) if item} for part in parts
            ]
        }

    def get_template(self, StackName: str) -> HttpAnswer:  # noqa: N803
        return {"TemplateBody": self._stack(StackName).template}

    # Cognito

    def describe_user_pool(self, UserPoolId: str) -> HttpAnswer:  # noqa: N803
        if UserPoolId not in self.pools:
            raise AwsError("no such pool", "ResourceNotFoundException", "no such pool")
        return {"UserPool": self.pools[UserPoolId]}

    def describe_user_pool_client(self, UserPoolId: str, ClientId: str) -> HttpAnswer:  # noqa: N803
        assert UserPoolId == POOL_ID
        if ClientId != CLIENT_ID:
            raise AwsError("no such client", "ResourceNotFoundException", "no such client")
        return {"UserPoolClient": self.client}

    def list_user_pool_clients(self, UserPoolId: str, MaxResults: int) -> HttpAnswer:  # noqa: N803
        assert (UserPoolId, MaxResults) == (POOL_ID, 60)
        return {"UserPoolClients": self.clients}

    def update_user_pool(self, UserPoolId: str, **changes: Any) -> None:  # noqa: N803
        self.pools[UserPoolId].update(changes)

    def set_user_pool_session_configuration(self, **told: Any) -> None:
        assert told["UserPoolId"] == POOL_ID

    def delete_user_pool_domain(self, UserPoolId: str, Domain: str) -> None:  # noqa: N803
        pool = self.pools[UserPoolId]
        [name] = [name for name, value in pool.items() if value == Domain]
        del pool[name]

    def delete_user_pool(self, UserPoolId: str) -> None:  # noqa: N803
        pool = self.pools[UserPoolId]
        assert pool["DeletionProtection"] == "INACTIVE"
        assert not {"Domain", "CustomDomain"} & pool.keys()
        del self.pools[UserPoolId]


def _listed(defaults: dict[str, str | None]) -> list[dict[str, str]]:
    return [
        {"ParameterKey": name, **({} if value is None else {"DefaultValue": value})}
        for name, value in defaults.items()
    ]
