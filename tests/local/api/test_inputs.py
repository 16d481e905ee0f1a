"""Shapes: lengths, patterns and the complaints in AWS's style, which never quote a secret."""

import gzip
import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from cognito_gate.local.api.errors import ApiError
from cognito_gate.local.api.inputs import Body, check, read
from cognito_gate.local.api.shapes import SHAPES

GOOD: dict[str, Any] = {
    "ClientId": "client",
    "Username": "ada",
    "Password": "Some-Password-1",
    "SecretHash": "a+b/c=",
    "UserAttributes": [{"Name": "email", "Value": "a@b"}, {"Name": "name"}],
}


def complaint(changes: dict[str, Any], operation: str = "SignUp") -> str:
    with pytest.raises(ApiError) as caught:
        check(SHAPES[operation], {**GOOD, **changes})
    assert caught.value.kind == "InvalidParameterException"
    return str(caught.value.message)


def test_what_fits_is_read() -> None:
    given = check(SHAPES["SignUp"], GOOD)
    assert given.text("Username") == "ada"
    assert given.maybe("SecretHash") == "a+b/c="
    assert given.maybe("Nothing") is None
    assert given.attributes() == {"email": "a@b", "name": ""}
    assert given.texts("ClientMetadata") == {}
    assert given.flag("ForceAliasCreation") is None
    assert given.part("UserContextData") is None


FAILED = "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must {}"
VISIBLE = r"satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+"


@pytest.mark.parametrize(
    ("changes", "path", "text"),
    [
        ({"Username": "a" * 129}, "username", "have length less than or equal to 128"),
        ({"Username": "a b"}, "username", VISIBLE),
        ({"Username": "a\x00"}, "username", VISIBLE),
        ({"ClientId": "a-b"}, "clientId", r"satisfy regular expression pattern: [\w+]+"),
        ({"ClientId": "\u0661"}, "clientId", r"satisfy regular expression pattern: [\w+]+"),
        ({"Password": "a" * 257}, "password", "have length less than or equal to 256"),
        ({"Password": "a b"}, "password", r"satisfy regular expression pattern: [\S]+"),
        ({"Password": ""}, "password", r"satisfy regular expression pattern: [\S]+"),
        (
            {"UserAttributes": [{"Name": "name"}, {"Name": "email", "Value": "x" * 2049}]},
            "userAttributes.2.member.value",
            "have length less than or equal to 2048",
        ),
    ],
)
def test_secrets_are_not_quoted(changes: dict[str, Any], path: str, text: str) -> None:
    assert complaint(changes) == FAILED.format(path, text)


def test_the_rest_is() -> None:
    name = {"UserAttributes": [{"Name": "a" * 33}]}
    assert complaint(name) == (
        f"1 validation error detected: Value '{'a' * 33}' at 'userAttributes.1.member.name' failed "
        "to satisfy constraint: Member must have length less than or equal to 32"
    )
    flow = complaint({"AuthFlow": "PASSWORD"}, "InitiateAuth")
    assert flow.startswith(
        "1 validation error detected: Value 'PASSWORD' at 'authFlow' failed to satisfy constraint: "
        "Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, "
    )


def test_what_is_missing() -> None:
    for absent in ({"UserAttributes": [{"Value": "x"}]}, {"UserAttributes": [{"Name": None}]}):
        assert complaint(absent) == (
            "1 validation error detected: Value null at 'userAttributes.1.member.name' failed to "
            "satisfy constraint: Member must not be null"
        )


def test_complaints_are_gathered() -> None:
    text = complaint({"Username": "", "ClientId": None})
    assert text.startswith("3 validation errors detected: Value null at 'clientId' failed")
    assert text.count("; ") == 2


@pytest.mark.parametrize("name", ["ada", "a.b+c@d", "Ädä", "名前", "🙂", "a" * 128, "a\u0301"])
def test_user_names_may_be_in_any_script(name: str) -> None:
    assert check(SHAPES["SignUp"], {**GOOD, "Username": name})


@pytest.mark.parametrize("name", ["a b", "a\tb\nc\r", "é"])
def test_attribute_names_may_have_blanks(name: str) -> None:
    assert check(SHAPES["SignUp"], {**GOOD, "UserAttributes": [{"Name": name}]})
    assert "userAttributes" in complaint({"UserAttributes": [{"Name": name + "\u00a0"}]})


def test_attributes_may_be_absent() -> None:
    assert Body({"UserAttributes": None}).attributes() == {}


def test_a_session_is_long_enough() -> None:
    short = complaint({"Session": "x" * 19, "AuthFlow": "USER_AUTH"}, "InitiateAuth")
    assert "'session' failed to satisfy constraint: Member must have length greater" in short


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a"])
def test_codes_of_apps_are_six_digits(code: str) -> None:
    assert "'userCode'" in complaint({"UserCode": code}, "VerifySoftwareToken")


def test_reading_keeps_members_apart() -> None:
    assert read(b'{"a": 1}') == {"a": 1}
    assert read(b"") == {}


NEWER = tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 44)


@pytest.mark.skipif(not NEWER, reason="the shapes are those of botocore 1.44")
def test_the_shapes_agree_with_botocore() -> None:
    model = botocore_model()
    for operation, shape in SHAPES.items():
        wanted = model["shapes"][model["operations"][operation]["input"]["shape"]]
        assert set(shape.required) == set(wanted.get("required", ()))
        for name, kind in shape.shapes.items():
            if name not in wanted["members"]:
                assert name == "ClientMetadata"
                continue
            compare(model["shapes"], wanted["members"][name]["shape"], kind)


def compare(shapes: dict[str, Any], name: str, kind: Any) -> None:
    wanted = shapes[name]
    match wanted["type"]:
        case "string" if "enum" in wanted:
            assert list(kind.names) == wanted["enum"]
        case "string":
            assert (kind.pattern or None) == wanted.get("pattern", None)
            assert kind.longest == wanted.get("max", 131_072)
            assert kind.shortest == wanted.get("min", 0)
            assert kind.secret or not wanted.get("sensitive")
        case "structure":
            assert set(kind.required) == set(wanted.get("required", ()))
            assert kind.shapes.keys() <= wanted["members"].keys()
            for member, inner in kind.shapes.items():
                compare(shapes, wanted["members"][member]["shape"], inner)
        case "list":
            compare(shapes, wanted["member"]["shape"], kind.item)


def botocore_model() -> dict[str, Any]:
    path = Path(botocore.__file__).parent / "data/cognito-idp/2016-04-18/service-2.json.gz"
    model: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return model
