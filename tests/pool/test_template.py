"""The template as a text: what it is deployed with, how it reads, and that no value breaks out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate.pool.options import PoolOptions, PoolOptionsError
from cognito_gate.pool.template import template
from tests.pool.cfn import Stack, load
from tests.pool.variants import LIMITED, PHONE, VARIANTS, ZONE, pool

# All that Cognito takes in an e-mail, and more that could be YAML, Jinja or CloudFormation.
TRICKY = st.sampled_from(
    [
        *("{{", "}}", "{{x}}", "{%", "%}", "{#", "#}", "<<", ">>", "<%", "%>", "{###}"),
        *("!Ref UserPool", "Fn::Sub", "${AWS::Region}", "&a", "*a", "%YAML", "|", ">", "@", "`"),
        *('"', "'", "\\", "\\n", "\\u0041", "\n", "\r\n", "\t", " ", "\n- ", "\n  ", "\n---\n"),
        *(":", ": ", "-", "- ", "...", "#", " #", "]", "[", ",", "=", "~", "null", "yes", "0x10"),
        *("\u00e4", "\u2603", "\U0001f600", "\ufffd"),
    ]
)
WORDS = st.text(
    st.characters(categories=["L", "M", "S", "N", "P"], include_characters=" \t\r\n"), max_size=20
)
TEXTS = st.lists(TRICKY | WORDS, max_size=6).map("".join).filter(lambda t: "{{resolve:" not in t)
NAMES = st.text("abcXYZ019_ +=,.@-", min_size=1, max_size=128).filter(str.strip)
GROUPS = st.text(st.characters(categories=["L", "M", "S", "N", "P"]), min_size=1, max_size=9)


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["code", "link"]))
def test_an_email_message_comes_out_as_it_went_in(text: str, kind: Any) -> None:
    text += "{####}" if kind == "code" else "{##here##}"
    stack = Stack(PoolOptions(verify_email=kind, email_message=text))
    key = "EmailMessage" if kind == "code" else "EmailMessageByLink"
    assert stack.properties("UserPool")["VerificationMessageTemplate"][key] == text


@settings(deadline=None)
@given(TEXTS.map(lambda text: re.sub(r"\s+", " ", text)[:140]).filter(bool))
def test_a_subject_comes_out_as_it_went_in(text: str) -> None:
    messages = Stack(PoolOptions(email_subject=text)).properties("UserPool")
    assert messages["VerificationMessageTemplate"]["EmailSubject"] == text


@settings(deadline=None)
@given(NAMES)
def test_a_name_comes_out_as_it_went_in(name: str) -> None:
    stack = Stack(PoolOptions(name=name))
    assert stack.properties("UserPool")["UserPoolName"] == name
    assert stack.properties("UserPoolClient")["ClientName"] == name


@settings(deadline=None)
@given(st.lists(GROUPS, max_size=4, unique=True))
def test_groups_come_out_as_they_went_in(names: list[str]) -> None:
    try:
        options = PoolOptions(groups=tuple(names))
    except PoolOptionsError:
        return  # a character that this Python does not know yet
    made = Stack(options).of_type("Cognito::UserPoolGroup")
    assert [group["GroupName"] for group in made.values()] == names
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,255}", name) for name in made)


@settings(deadline=None)
@given(st.characters(codec="utf-8"))
def test_every_character_is_either_refused_or_kept(character: str) -> None:
    text = f"a{character}b{{####}}"
    try:
        options = PoolOptions(email_message=text)
    except PoolOptionsError:
        return
    messages = Stack(options).properties("UserPool")["VerificationMessageTemplate"]
    assert messages["EmailMessage"] == text


@pytest.mark.parametrize("character", ["\x7f", "\x85", "\u2028", "\ufeff", "\ufffe"])
def test_what_yaml_takes_for_something_else_is_escaped(character: str) -> None:
    """No option lets these through, but the quoting must not rely on that."""
    options = PoolOptions()
    object.__setattr__(options, "email_subject", f"a{character}b")
    text = template(options)
    assert character not in text
    messages = load(text)["Resources"]["UserPool"]["Properties"]["VerificationMessageTemplate"]
    assert messages["EmailSubject"] == f"a{character}b"


def test_the_same_options_give_the_same_text() -> None:
    for name in VARIANTS:
        assert template(pool(name)) == template(pool(name))


@pytest.mark.parametrize("name", VARIANTS)
def test_it_is_tidy(name: str) -> None:
    """No litter of blank lines or blanks, nothing of Jinja, no space line that opens a block."""
    text = re.sub(r"(?<=ZipFile: \|\n)(?: {10}.*\n|\n)+", "\n", template(pool(name)))
    assert not re.search(r"\A\n|\n\n\n|\n\n\Z|[ \t]\n|:\n\n|<<|>>|<%|%>", text)
    assert text.endswith("\n")


def test_each_resource_says_why_it_is_there() -> None:
    text = template(pool("everything"))
    for name in load(text)["Resources"]:
        line = text.partition(f"\n  {name}:\n")[0].splitlines()[-1]
        assert line.startswith("  # ") or name in ("DomainRecordIPv6", "Groupeditors"), name


@pytest.mark.parametrize(
    ("options", "needed"), [({}, False), (PHONE, True), (LIMITED, True), (ZONE, False)]
)
def test_the_deployment_is_told_of_iam_where_it_makes_roles(
    options: dict[str, Any], needed: bool
) -> None:
    made = PoolOptions(**options)
    assert ("--capabilities CAPABILITY_IAM" in template(made)) is needed
    assert bool(Stack(made).of_type("IAM::Role")) is needed


# Parameters


@pytest.mark.parametrize("name", VARIANTS)
def test_each_parameter_takes_its_default(name: str) -> None:
    for parameter, item in Stack(pool(name)).template["Parameters"].items():
        listed = item["Type"] == "CommaDelimitedList"
        values = item["Default"].split(",") if listed else [item["Default"]]
        for value in values:
            assert re.fullmatch(item.get("AllowedPattern", ".*"), value), (parameter, value)
            assert len(value) <= item.get("MaxLength", 4096)
        assert len(item["Default"].encode()) <= 4096
        assert len(item["Description"]) <= 4000


@pytest.mark.parametrize(
    ("parameter", "refused"),
    [
        ("PoolName", "naïve"),
        ("CallbackURLs", "http://app.example.com/cb"),
        ("CallbackURLs", "http://localhost.example.com/cb"),
        ("CallbackURLs", "https://app.example.com/cb#x"),
        ("LogoutURLs", "app.example.com"),
        ("LogoutURLs", " https://app.example.com/"),
        ("CustomDomain", "https://auth.example.com"),
        ("CustomDomain", "localhost"),
        ("CertificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/a"),
        ("ParentDomain", "Example.com"),
        ("EmailDomains", "@example.com"),
        ("EmailDomains", ""),
    ],
)
def test_a_parameter_refuses(parameter: str, refused: str) -> None:
    item = Stack(pool("everything")).template["Parameters"][parameter]
    assert not re.fullmatch(item["AllowedPattern"], refused)
    assert item["ConstraintDescription"].startswith("takes ")


@pytest.mark.parametrize("refused", ["my-cognito", "amazon", "laws", "-a", "a-", "A", "x" * 64])
def test_a_prefix_parameter_refuses(refused: str) -> None:
    item = Stack(PoolOptions()).template["Parameters"]["DomainPrefix"]
    assert not re.fullmatch(item["AllowedPattern"], refused)


def test_one_template_serves_several_stages() -> None:
    stack = Stack(
        PoolOptions(),
        {
            "PoolName": "staging",
            "CallbackURLs": "https://s.example.com/cb,http://localhost:1/cb",
            "LogoutURLs": "https://s.example.com/bye",
            "DomainPrefix": "staging",
        },
    )
    client = stack.properties("UserPoolClient")
    assert stack.properties("UserPool")["UserPoolName"] == "staging"
    assert client["CallbackURLs"] == ["https://s.example.com/cb", "http://localhost:1/cb"]
    assert client["LogoutURLs"] == ["https://s.example.com/bye"]
    assert stack.outputs["RedirectUrl"] == "https://s.example.com/cb"
    assert stack.outputs["LogoutUrl"] == "https://s.example.com/bye"
    assert stack.outputs["Domain"] == "https://staging.auth.eu-west-1.amazoncognito.com"


def test_the_largest_variant_fits_into_one_request() -> None:
    # CreateStack takes a template of 51,200 bytes; a longer one has to be in S3.
    assert max(len(template(pool(name)).encode()) for name in VARIANTS) < 25_600
