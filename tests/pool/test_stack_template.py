"""`pool deploy`: the template it takes, its parameters, and words that do not go together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cognito_gate.pool.change_set import MAX_BODY_BYTES
from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.stack_commands import PARAMETERS
from cognito_gate.pool.template import template
from tests.pool.command import run, template_file
from tests.pool.fake_aws import FakeAws, FakeStack
from tests.pool.variants import CERTIFICATE


def existing() -> FakeAws:
    return FakeAws(FakeStack("shop"))


def test_parameters() -> None:
    aws = existing()
    aws.defaults = {"PoolName": "a", "DomainPrefix": "", "EmailDomains": "example.com"}
    aws.stacks["shop"].defaults = {**aws.defaults}
    aws.stacks["shop"].parameters = {
        "PoolName": "set",
        "DomainPrefix": "set",
        "EmailDomains": "example.com",
    }
    ran = run(aws, "deploy", "shop", "--yes", "--name", "b", "--parameter", "EmailDomains=x.com,y=")
    assert aws.asked("create_change_set")[0]["Parameters"] == [
        {"ParameterKey": "EmailDomains", "ParameterValue": "x.com,y="},
        {"ParameterKey": "DomainPrefix", "UsePreviousValue": True},
    ]
    assert ran.told.startswith(
        "DomainPrefix keeps its value; --parameter DomainPrefix=... changes it.\n"
    )


@pytest.mark.parametrize(
    ("region", "words", "told"),
    [
        ("cn-north-1", (), "no user pools in AWS's China Regions"),
        (
            "us-gov-west-1",
            ("--custom-domain", "auth.example.com", "--certificate-arn", CERTIFICATE),
            "have no custom domains",
        ),
        ("eusc-de-east-1", (), "--sign-in-pages custom needs none"),
    ],
)
def test_regions_that_have_no_such_pool(region: str, words: tuple[str, ...], told: str) -> None:
    aws = FakeAws()
    aws.region = region
    ran = run(aws, "deploy", "shop", "--yes", *words)
    assert ran.code == 1
    assert told in ran.told
    assert not aws.calls
    aws.region = "eu-west-1"
    assert run(aws, "deploy", "shop", "--yes", *words).code == 0


def test_every_parameter_has_its_option() -> None:
    options = PoolOptions(
        self_sign_up=True,
        email_domains=("example.com",),
        auto_confirm_domains=("example.com",),
        custom_domain="auth.example.com",
        certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/1",
        hosted_zone_id="Z0123",
        parent_record=True,
        callback_urls=("https://app.example.com/auth/callback",),
        logout_urls=("https://app.example.com/bye",),
    )
    names = set()
    for made in (options, PoolOptions()):
        section = template(made).split("\nParameters:\n")[1].split("\nConditions:\n")[0]
        section = section.split("\nResources:\n")[0]
        names |= set(re.findall(r"^  (\w+):$", section, re.MULTILINE))
    assert set(PARAMETERS.values()) == names


@pytest.mark.parametrize("given", ["PoolName", "=x", ""])
def test_a_parameter_is_name_and_value(given: str) -> None:
    ran = run(FakeAws(), "deploy", "shop", "--parameter", given)
    assert ran.code == 2
    assert f"{given!r} is not NAME=VALUE" in ran.told


def test_a_template_from_a_file(tmp_path: Path) -> None:
    aws = existing()
    file = template_file(tmp_path, "Resources: {A: é}")
    assert run(aws, "deploy", "shop", "--template", file, typed="y\n").code == 0
    assert aws.asked("create_change_set")[0]["TemplateBody"] == "Resources: {A: é}"


def test_a_template_from_standard_input() -> None:
    aws = existing()
    ran = run(aws, "deploy", "shop", "--template", "-", "--yes", typed="Resources: {B: 1}")
    assert ran.code == 0
    assert aws.asked("create_change_set")[0]["TemplateBody"] == "Resources: {B: 1}"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("--template", "-"),
            "no question can be asked while the template comes from standard input",
        ),
        (("--template", "-", "--public", "--yes"), "--public describes a pool, and so does"),
        (("--template", "nowhere.yaml"), "does not exist"),
        (("--replace",), "--replace needs --yes"),
        (("--mfa", "always"), "always"),
    ],
)
def test_words_that_do_not_go_together(words: tuple[str, ...], told: str) -> None:
    aws = FakeAws()
    ran = run(aws, "deploy", "shop", *words)
    assert ran.code == 2
    assert told in ran.told
    assert aws.calls == []


def test_a_template_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "pool.yaml"
    file.write_bytes(b"\xff\xfe")
    ran = run(FakeAws(), "deploy", "shop", "--template", str(file))
    assert ran.code == 2
    assert "cannot be read (UnicodeDecodeError)" in ran.told


def test_a_template_that_is_too_large(tmp_path: Path) -> None:
    ran = run(FakeAws(), "deploy", "shop", "--template", template_file(tmp_path, "#" * 51_201))
    assert ran.code == 1
    assert f"CloudFormation takes {MAX_BODY_BYTES:,} at most." in ran.told


@pytest.mark.parametrize("name", ["1shop", "my_shop", "shop/x", "a" * 129])
def test_a_name_that_no_stack_has(name: str) -> None:
    ran = run(FakeAws(), "deploy", name)
    assert ran.code == 2
    assert "is not a stack name: use letters, digits and hyphens, a letter first" in ran.told
