"""A file of options, and the identity providers that only a file has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cognito_gate.cli import main
from cognito_gate.pool.identity_providers import IdentityProvider, read_provider
from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.options_file import OptionsFileError, read_options
from cognito_gate.pool.template import template
from cognito_gate.settings.formats import Problem
from tests.pool.variants import FUNCTION, GOOGLE, OKTA, PROVIDERS, SECRET

FILE = f"""
self_sign_up = true
email_domains = ["example.com"]
mfa = "on"
tags = {{ team = "web" }}
triggers = {{ custom-message = "{FUNCTION}" }}
"""
OPTIONS: dict[str, Any] = {
    "self_sign_up": True,
    "email_domains": ("example.com",),
    "mfa": "on",
    "tags": ("team=web",),
    "triggers": (f"custom-message={FUNCTION}",),
}


def file(folder: Path, text: str) -> Path:
    made = folder / "pool.toml"
    made.write_text(text, encoding="utf-8-sig")
    return made


def test_a_file_of_options(tmp_path: Path) -> None:
    assert read_options(file(tmp_path, FILE)) == OPTIONS


def test_flags_come_before_the_file(tmp_path: Path) -> None:
    words = ["pool", "template", "--options", str(file(tmp_path, FILE)), "--mfa", "off"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert result.output == template(PoolOptions(**{**OPTIONS, "mfa": "off"}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mfa = ", "cannot be read: Invalid value"),
        (
            "self-sign-up = true",
            "'self-sign-up' is no option of a pool; did you mean self_sign_up?",
        ),
        ("colour = 1", "'colour' is no option of a pool\n"),
        ("identity_providers = 1", "are tables: [[identity_providers]]"),
        ("identity_providers = [1]", "are tables: [[identity_providers]]"),
        ("[[identity_providers]]\ntype = 'x'", "has 'x', which has the type 'x'; it takes google"),
        ("[[identity_providers]]\nkind = 'saml'", "has a table with 'kind', which no provider"),
        ("password_length = '9'", "--password-length is '9'; it takes a whole number"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    words = ["pool", "template", "--options", str(file(tmp_path, text))]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(OptionsFileError, match="cannot be read"):
        read_options(tmp_path / "none.toml")


def test_a_provider_in_a_file() -> None:
    table = {
        "type": "oidc",
        "name": "Login-Service",
        "client_id": "5",
        "client_secret": SECRET,
        "issuer": "https://login.example.com",
        "attributes": {"email": "mail", "custom:plan": "plan"},
    }
    assert read_provider(table) == PROVIDERS[4]
    assert read_provider({**table, "identifiers": ["a", "b"]}).identifiers == ("a", "b")


ACCEPTED: dict[str, dict[str, Any]] = {
    "google": {"type": "google", "client_id": "1", "client_secret": SECRET},
    "apple": {
        "type": "apple",
        "client_id": "1",
        "team_id": "T",
        "key_id": "K",
        "private_key": SECRET,
    },
    "oidc": {
        "type": "oidc",
        "name": "Own",
        "client_id": "1",
        "client_secret": SECRET,
        "issuer": "https://login.example.com",
    },
    "saml": {"type": "saml", "name": "Okta", "metadata_url": "https://okta.example.com/m"},
}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("google", {"type": "github"}, "it takes google, facebook, amazon, apple, oidc, saml"),
    ("google", {"client_secret": ""}, "lacks client_secret"),
    ("google", {"client_secret": "GOCSPX-abc"}, "a template is no place for a secret"),
    (
        "google",
        {"client_secret": "{{resolve:ssm-secure:google:1}}"},
        "CloudFormation takes {{resolve:ssm-secure:...}} for a few properties only",
    ),
    ("google", {"name": "Search"}, "is always called Google"),
    ("google", {"issuer": "https://a.example"}, "has issuer, which no provider of the type google"),
    ("google", {"client_id": "a b\n"}, "printable ASCII"),
    ("google", {"client_id": "{{resolve:ssm:x}}"}, "no reference"),
    ("google", {"client_id": 5}, "has no text as client_id"),
    ("google", {"scopes": "\u00e4"}, "printable ASCII"),
    ("google", {"attributes": (("e-mail", "email"),)}, "a pool's attribute and a claim"),
    ("google", {"attributes": ["x"]}, "has no text as attributes"),
    ("google", {"identifiers": "x"}, "has no text as identifiers"),
    ("google", {"identifiers": ("a/b",)}, "has the identifier 'a/b'"),
    ("apple", {"client_secret": SECRET}, "has client_secret, which no provider of the type apple"),
    ("apple", {"private_key": ""}, "lacks private_key"),
    ("oidc", {"issuer": "http://login.example.com"}, "takes an https URL"),
    ("oidc", {"name": "a_b"}, "3 to 32 characters"),
    ("saml", {"name": ""}, "lacks name"),
    ("saml", {"metadata_url": "x"}, "takes an https URL"),
    ("saml", {"scopes": "openid"}, "which SAML does not know"),
]


@pytest.mark.parametrize(("accepted", "change", "told"), REFUSED)
def test_a_provider_that_is_wrong(accepted: str, change: dict[str, Any], told: str) -> None:
    IdentityProvider(**ACCEPTED[accepted])
    with pytest.raises(Problem, match="which") as error:
        IdentityProvider(**{**ACCEPTED[accepted], **change})
    assert told in str(error.value)


def test_no_secret_is_ever_shown() -> None:
    assert SECRET not in repr(GOOGLE)
    with pytest.raises(Problem) as error:
        IdentityProvider(type="google", client_id="1", client_secret="GOCSPX-abc")
    assert "GOCSPX" not in str(error.value)


def test_what_they_are_called() -> None:
    assert (GOOGLE.provider_name, OKTA.provider_name) == ("Google", "Okta")
    assert IdentityProvider(**ACCEPTED["saml"]).mapping == {}
