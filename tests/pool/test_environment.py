"""A stack's outputs as the gate's environment, and the forms it is written in."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from cognito_gate import Settings, SettingsError
from cognito_gate.pool.environment import (
    FORMATS,
    EnvironmentProblem,
    Extras,
    Variable,
    environment,
    is_confidential,
)
from cognito_gate.pool.options import PoolOptions
from cognito_gate.pool.template import template
from tests.pool.fake_aws import CLIENT_ID, OUTPUTS, POOL_ID, SECRET

KEY = "only-for-the-tests: the 64 characters of a key that nobody drew."
EXTRAS = Extras(client_secret=SECRET, secret_key=KEY)
HOSTED = {
    "AWS_REGION": "eu-west-1",
    "AWS_COGNITO_DOMAIN": "https://my-app.auth.eu-west-1.amazoncognito.com",
    "AWS_COGNITO_USER_POOL_ID": POOL_ID,
    "AWS_COGNITO_USER_POOL_CLIENT_ID": CLIENT_ID,
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": SECRET,
    "AWS_COGNITO_REDIRECT_URL": "https://app.example.com/auth/callback",
    "AWS_COGNITO_LOGOUT_URL": "https://app.example.com/auth/signed-out",
    "AWS_COGNITO_SCOPES": "openid email profile",
    "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
    "SECRET_KEY": KEY,
}


def values(variables: Sequence[Variable]) -> dict[str, str]:
    return {variable.name: variable.value for variable in variables}


def made(extras: Extras = EXTRAS, **outputs: str) -> dict[str, str]:
    """The environment of the usual outputs, some changed."""
    return values(environment({**OUTPUTS, **outputs}, extras))


def test_all_of_it() -> None:
    assert made() == HOSTED
    found = Settings.from_env(made(), env_file=None)
    assert (found.user_pool_id, found.refresh_flow_enabled) == (POOL_ID, True)
    assert found.issuer_url == OUTPUTS["Issuer"]


def test_every_output_of_the_template_is_thought_of() -> None:
    lines = template(PoolOptions()).split("\nOutputs:\n")[1].splitlines()
    names = {line.strip(" :") for line in lines if line.startswith("  ") and line[2] not in " #"}
    assert names == set(OUTPUTS)


def test_a_public_client() -> None:
    found = made(Extras(secret_key=KEY), ConfidentialClient="false")
    assert found == {
        name: value
        for name, value in HOSTED.items()
        if name != "AWS_COGNITO_USER_POOL_CLIENT_SECRET"
    }
    assert is_confidential(OUTPUTS)
    assert not is_confidential({**OUTPUTS, "ConfidentialClient": "false"})


def test_no_secret_key() -> None:
    assert made(Extras(client_secret=SECRET)) == {
        name: value for name, value in HOSTED.items() if name != "SECRET_KEY"
    }


def test_the_newer_issuer_must_be_told() -> None:
    issuer = f"https://issuer-cognito-idp.eu-west-1.amazonaws.com/{POOL_ID}"
    found = made(Issuer=issuer)
    assert found == {**HOSTED, "AWS_COGNITO_ISSUER": issuer}
    assert Settings.from_env(found, env_file=None).issuer_url == issuer


def test_a_table_of_sessions() -> None:
    found = made(SessionsTable="my-app-SessionsTable-1ABCDEF")
    assert found["COGNITO_GATE_STORE"] == "dynamodb://my-app-SessionsTable-1ABCDEF?region=eu-west-1"


@pytest.mark.parametrize(
    ("output", "variable"),
    [
        ("RefreshEnabled", "AWS_COGNITO_REFRESH_FLOW_ENABLED"),
        ("Scopes", "AWS_COGNITO_SCOPES"),
    ],
)
def test_what_may_be_missing(output: str, variable: str) -> None:
    assert variable not in values(environment({**OUTPUTS, output: ""}, EXTRAS))
    assert variable in made()


@pytest.mark.parametrize(
    "output", ["Region", "Domain", "UserPoolId", "ClientId", "RedirectUrl", "LogoutUrl"]
)
def test_what_may_not(output: str) -> None:
    lacking = {name: value for name, value in OUTPUTS.items() if name != output}
    with pytest.raises(EnvironmentProblem, match=rf"no output {output}; .*pool deploy"):
        environment(lacking, EXTRAS)


def test_other_addresses() -> None:
    extras = Extras(
        client_secret=SECRET,
        callback_url="https://b.example.com/auth/callback",
        logout_url="https://b.example.com/bye",
    )
    found = made(extras)
    assert found["AWS_COGNITO_REDIRECT_URL"] == "https://b.example.com/auth/callback"
    assert found["AWS_COGNITO_LOGOUT_URL"] == "https://b.example.com/bye"


def test_an_emulator() -> None:
    extras = Extras(client_secret=SECRET, secret_key=KEY, emulator="http://127.0.0.1:4566")
    found = made(extras)
    assert found == {
        **HOSTED,
        "AWS_COGNITO_DOMAIN": "http://127.0.0.1:4566",
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": "http://127.0.0.1:4566",
    }
    settings = Settings.from_env(found, env_file=None)
    assert settings.authorize_url == "http://127.0.0.1:4566/oauth2/authorize"
    assert "# Not AWS: an emulator" in FORMATS["env"](environment(OUTPUTS, extras))


def test_pages_of_ones_own() -> None:
    found = made(SignInPages="custom", SignUp="true", SignIn="both", Required="email name")
    assert found == {
        **HOSTED,
        "COGNITO_GATE_LOGIN": "custom",
        "COGNITO_GATE_PASSWORD_POLICY": "12 upper lower digits symbols",
        "COGNITO_GATE_SIGN_UP": "true",
        "COGNITO_GATE_SIGN_IN": "both",
        "COGNITO_GATE_SIGN_UP_ATTRIBUTES": "email name",
        "COGNITO_GATE_USER_CONTEXT": "true",
    }
    public = made(SignInPages="custom", ConfidentialClient="false")
    assert "COGNITO_GATE_USER_CONTEXT" not in public
    assert Settings.from_env(found, env_file=None).login == "custom"
    lacking = made(SignInPages="custom", Required="")
    assert "COGNITO_GATE_SIGN_UP_ATTRIBUTES" not in lacking


def test_what_the_gate_would_refuse_is_not_printed() -> None:
    with pytest.raises(SettingsError, match="AWS_COGNITO_REDIRECT_URL"):
        made(RedirectUrl="http://app.example.com/auth/callback")


def test_secrets_are_in_no_repr() -> None:
    assert SECRET not in repr(EXTRAS) + repr(environment(OUTPUTS, EXTRAS))
    assert KEY not in repr(EXTRAS) + repr(environment(OUTPUTS, EXTRAS))


# Forms


def read_by_python_dotenv(text: str) -> dict[str, str]:
    with TemporaryDirectory() as folder:
        file = Path(folder, ".env")
        file.write_bytes(text.encode())
        return {name: value or "" for name, value in dotenv_values(file, interpolate=False).items()}


def read_by_a_shell(text: str) -> dict[str, str]:
    """What /bin/sh has in its environment once it has sourced the lines."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "env.sh")
        file.write_bytes(text.encode())
        done = subprocess.run(
            ["/bin/sh", "-c", f". {file}; env -0 | grep -z ^X_"],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            check=True,
        )
    pairs = done.stdout.decode().rstrip("\0").split("\0")
    return dict(pair.split("=", 1) for pair in pairs)


def read_by_docker(text: str) -> dict[str, str]:
    """As Docker's CLI reads an env file (opts/envfile.go): lines, nothing taken off a value."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    kept = [line for line in lines if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in kept)


READERS: dict[str, Callable[[str], dict[str, str]]] = {
    "env": read_by_python_dotenv,
    "shell": read_by_a_shell,
    "docker": read_by_docker,
    "json": json.loads,
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text(
    "\n\r\0 \t'\"\\$`!#=*x\u2028\xa0\x1c", max_size=8
)


@pytest.mark.parametrize("form", ["env", "docker", "json", "shell"])
def test_any_value_survives_or_is_refused(form: str) -> None:
    # A shell is a process for each example.
    @settings(max_examples=25 if form == "shell" else 100, deadline=None)
    @given(st.lists(TEXTS, min_size=1, max_size=3))
    def hold(texts: list[str]) -> None:
        variables = [Variable(f"X_{n}", text, "A note.") for n, text in enumerate(texts)]
        try:
            text = FORMATS[form](variables)
        except EnvironmentProblem:
            assert form != "json"
            return
        assert READERS[form](text) == values(variables)

    hold()


@pytest.mark.parametrize(
    ("form", "refused"),
    [
        ("env", "a\nb"),
        ("env", "a\rb"),
        ("env", "a\0b"),
        ("docker", "a\nb"),
        ("docker", "a\r"),
        ("docker", "a\0"),
        ("shell", "a\0b"),
    ],
)
def test_what_a_form_cannot_carry(form: str, refused: str) -> None:
    with pytest.raises(EnvironmentProblem, match=r"^X_Y: no") as caught:
        FORMATS[form]([Variable("X_Y", refused)])
    assert refused not in str(caught.value)


@pytest.mark.parametrize("form", FORMATS)
def test_what_all_forms_carry(form: str) -> None:
    texts = ["", "'", '"', "a b", " a", "'a'", "$HOME `x` \\", "é", "a # b", "--x"]
    told = {f"X_{number}": text for number, text in enumerate(texts)}
    assert READERS[form](FORMATS[form]([Variable(*pair) for pair in told.items()])) == told


def test_the_forms_as_they_look() -> None:
    variables = [Variable("A_B", "1 2", "Why."), Variable("C", "it's")]
    assert FORMATS["env"](variables) == "# Why.\nA_B=1 2\nC=it's"
    assert FORMATS["env"]([Variable("D", "it's # 1")]) == r"D='it\'s # 1'"
    assert FORMATS["docker"](variables) == "# Why.\nA_B=1 2\nC=it's"
    assert FORMATS["shell"](variables) == "# Why.\nexport A_B='1 2'\nexport C='it'\"'\"'s'"
    assert FORMATS["json"](variables) == '{\n  "A_B": "1 2",\n  "C": "it\'s"\n}'


@pytest.mark.parametrize("form", ["env", "json"])
def test_the_gate_reads_what_is_printed(form: str, tmp_path: Path) -> None:
    text = FORMATS[form](environment(OUTPUTS, EXTRAS))
    if form == "env":
        (tmp_path / ".env").write_text(text, encoding="utf-8")
        found = Settings.from_env({}, env_file=tmp_path / ".env")
    else:
        found = Settings.from_env(json.loads(text), env_file=None)
    assert found == Settings.from_env(HOSTED, env_file=None)
    assert found.user_pool_client_secret == SECRET
