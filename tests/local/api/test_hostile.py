"""Whatever is sent to whatever target: an answer, or a refusal with a name; never a traceback."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate.local.api.inputs import Choice, Flag, ListOf, Members, Shape, Text, Texts
from cognito_gate.local.api.shapes import SHAPES
from cognito_gate.local.model import OPERATIONS
from tests.local.api.desk import SECRET, Desk
from tests.local.stage import PASSWORDS

PLAYED = Desk(public=True, first_factors=("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"))
PLAYED.change(phone="+15550001234")
PLAYED.change("bob", mfa=("totp", "email"), totp_secret=SECRET)
PLAYED.cognito.switch(limits=False)
ACCESS = PLAYED.access()

TARGETS = st.sampled_from([*OPERATIONS, "Other", "\x00"])
MEMBERS = st.sampled_from(sorted({name for shape in SHAPES.values() for name in shape.shapes}))
PARAMETERS = st.sampled_from((
    "ANSWER", "CREDENTIAL", "EMAIL_OTP_CODE", "NEW_PASSWORD", "PASSWORD", "PREFERRED_CHALLENGE",
    "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "REFRESH_TOKEN", "SECRET_HASH",
    "SRP_A", "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE", "TIMESTAMP", "USERNAME",
    "userAttributes.email", "userAttributes.sub",
))  # fmt: skip
WORDS = st.sampled_from((
    "ada", "bob", "nobody", "a@b.c", PASSWORDS["ada"], PASSWORDS["bob"], "PASSWORD", "EMAIL_OTP",
    "PASSWORD_SRP", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "123456", "{}", "Some-Password-1",
))  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(PARAMETERS | st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)


def played(operation: str, body: bytes) -> dict[str, Any]:
    """The answer; a server error or an exception without a name fails the test."""
    headers = {b"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}".encode()}
    response = PLAYED.http.post("/", headers=headers, content=body)
    assert response.status_code in (200, 400)
    found: dict[str, Any] = response.json()
    assert (response.status_code == 400) == ("__type" in found)
    return found


def fitting(shape: Shape) -> st.SearchStrategy[Any]:
    """Values that pass the check of a shape, mostly."""
    match shape:
        case Text(pattern=r"[A-Za-z0-9-_=.]+"):
            return st.just(ACCESS) | st.just("x")
        case Text():
            return WORDS | st.text(max_size=shape.longest)
        case Choice(names):
            return st.sampled_from(names)
        case Flag():
            return st.booleans()
        case Texts():
            return st.dictionaries(PARAMETERS, WORDS | st.text(), max_size=6)
        case ListOf(item):
            return st.lists(fitting(item), max_size=3)
        case Members(shapes):
            return st.fixed_dictionaries({name: fitting(kind) for name, kind in shapes.items()})
    raise AssertionError(shape)


@settings(max_examples=60, deadline=None)
@given(operation=TARGETS, document=JSON | st.dictionaries(MEMBERS, JSON, max_size=6))
def test_any_json_to_any_target(operation: str, document: object) -> None:
    played(operation, json.dumps(document).encode())


@settings(max_examples=30, deadline=None)
@given(operation=TARGETS, body=st.binary(max_size=20))
def test_any_bytes_to_any_target(operation: str, body: bytes) -> None:
    played(operation, body)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), operation=st.sampled_from(OPERATIONS))
def test_any_members_that_fit(data: st.DataObject, operation: str) -> None:
    document = {name: data.draw(fitting(kind)) for name, kind in SHAPES[operation].shapes.items()}
    document["ClientId"] = PLAYED.client_id
    for name in data.draw(st.lists(st.sampled_from(sorted(document)), max_size=3)):
        document.pop(name, None)
    played(operation, json.dumps(document).encode())


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["ada", "bob", "nobody"]),
    preferred=st.sampled_from(["", "EMAIL_OTP", "PASSWORD", "PASSWORD_SRP", "SMS_OTP"]),
    answers=st.lists(st.dictionaries(PARAMETERS, WORDS | st.text(), max_size=5), max_size=3),
)
def test_any_answers_to_a_challenge(
    name: str, preferred: str, answers: list[dict[str, str]]
) -> None:
    client = {"ClientId": PLAYED.client_id}
    begin = {"USERNAME": name, "PREFERRED_CHALLENGE": preferred, "SRP_A": "5"}
    asked = played(
        "InitiateAuth",
        json.dumps({**client, "AuthFlow": "USER_AUTH", "AuthParameters": begin}).encode(),
    )
    for answer in answers:
        if "ChallengeName" not in asked:
            return
        responses = {"USERNAME": name, **answer}
        known = {key: asked[key] for key in ("ChallengeName", "Session")}
        document = {**client, **known, "ChallengeResponses": responses}
        asked = played("RespondToAuthChallenge", json.dumps(document).encode())
