"""Settings as far as they can be read: one wrong variable hides no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate import SettingsError
from cognito_gate.doctor.findings import Finding
from cognito_gate.doctor.reading import read
from cognito_gate.doctor.variables import check
from cognito_gate.settings import VARIABLES
from cognito_gate.settings.unknown_variables import UnknownVariable
from tests.doctor.aws import ANY, ENVIRON, reading


def lines(environ: dict[str, str], env_file: str = ".env") -> dict[str, Finding]:
    return {finding.code: finding for finding in check(read(environ, env_file))}


def test_sound_settings_have_no_problems() -> None:
    found = reading()
    assert (found.problems, found.replaced, found.unknown_variables) == ({}, frozenset(), ())
    assert found.given == set(ENVIRON)
    assert found.settings.user_pool_id == ENVIRON["AWS_COGNITO_USER_POOL_ID"]


def test_nothing_at_all() -> None:
    assert read({}, ".env").empty
    assert read({"AWS_REGION": "eu-west-1", "SECRET_KEY": "x"}, ".env").empty
    assert not read({"AWS_COGNITO_DOMAIN": "x"}, ".env").empty
    assert not read({"AWS_COGNITO_DOMIAN": "x"}, ".env").empty


def test_any_variable_may_be_wrong_alone() -> None:
    for variable in VARIABLES:
        found = read({**ENVIRON, variable: "\x7f no one takes this"}, ".env")
        assert found.problems.keys() <= {variable}
        if found.problems:
            assert found.reason_to_skip(variable) == f"{variable} is wrong"
            assert variable in found.replaced


def test_all_may_be_wrong_at_once() -> None:
    found = read(dict.fromkeys(VARIABLES, "\x7f no one takes this"), ".env")
    assert len(found.problems) > 20
    assert found.settings.user_pool_id == "us-east-1_StandIn"
    two = found.reason_to_skip("AWS_REGION", "AWS_COGNITO_DOMAIN")
    assert two == "AWS_REGION and AWS_COGNITO_DOMAIN are wrong"


def test_two_in_one_are_both_told() -> None:
    found = reading(COGNITO_GATE_PREFIX="no path", AWS_COGNITO_LOGOUT_URL=None)
    assert set(found.problems) == {"COGNITO_GATE_PREFIX", "AWS_COGNITO_LOGOUT_URL"}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        # The app's host is not known, so nobody can say what cookies it may set.
        ({"AWS_COGNITO_REDIRECT_URL": None, "AWS_COGNITO_COOKIE_DOMAIN": "example.com"},
         {"AWS_COGNITO_REDIRECT_URL"}),
        ({"COGNITO_GATE_BEARER": "maybe", "COGNITO_GATE_BEARER_CLIENT_IDS": "abc"},
         {"COGNITO_GATE_BEARER"}),
        # With the default prefix, which stands in, this would be a route of the gate's.
        ({"COGNITO_GATE_PREFIX": "no path",
          "AWS_COGNITO_REDIRECT_URL": "https://app.example.com/auth/login"},
         {"COGNITO_GATE_PREFIX"}),
        ({"COGNITO_GATE_BEARER_CLIENT_IDS": "abc"}, {"COGNITO_GATE_BEARER_CLIENT_IDS"}),
        ({"AWS_COGNITO_COOKIE_DOMAIN": "example.org"}, {"AWS_COGNITO_COOKIE_DOMAIN"}),
    ],
)  # fmt: skip
def test_problems_that_only_follow_are_not_told(
    changes: dict[str, str | None], problems: set[str]
) -> None:
    found = reading(**changes)
    assert set(found.problems) == problems
    assert problems <= found.replaced


def test_a_stand_in_that_clashes_is_told() -> None:
    with pytest.raises(SettingsError, match="AWS_COGNITO_LOGOUT_URL"):
        reading(
            AWS_COGNITO_REDIRECT_URL="https://stand-in.invalid/after", AWS_COGNITO_LOGOUT_URL=None
        )


def test_a_gate_that_is_off_is_read_as_if_it_were_on() -> None:
    found = reading(AWS_COGNITO_DISABLED="true", AWS_COGNITO_DOMAIN=None)
    assert found.disabled
    assert not found.settings.disabled
    assert set(found.problems) == {"AWS_COGNITO_DOMAIN"}
    line = next(line for line in check(found) if line.code == "gate-on")
    assert line.state == "warning"
    assert "every request passes" in line.found


def test_the_endpoint_has_two_names() -> None:
    found = reading(AWS_ENDPOINT_URL="nonsense")
    assert set(found.problems) == {"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"}
    assert found.settings.endpoint_url == ""


# Secrets


def test_secrets_are_known_so_that_they_can_be_hidden(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the-key-that-is-in-a-file-0123456789\n")
    found = reading(
        SECRET_KEY=None,
        SECRET_KEY_FILE=str(tmp_path / "key"),
        SECRET_KEY_FALLBACKS="short, 0123456789012345678901234567890123456789",
    )
    secret = ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]
    key = "the-key-that-is-in-a-file-0123456789"
    assert {secret, key, "short", "0123456789012345678901234567890123456789"} <= set(found.secrets)
    assert key not in repr(found)
    assert secret not in repr(found)
    assert "SECRET_KEY" in found.given


def test_stand_ins_are_no_secrets() -> None:
    assert not any("stand-in" in secret for secret in reading(SECRET_KEY=None).secrets)


# Strangers


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("AWS_COGNITO_DOMIAN", "AWS_COGNITO_DOMAIN"),
        ("AWS_COGNITO_SCOPE", "AWS_COGNITO_SCOPES"),
        ("aws_cognito_domain", "AWS_COGNITO_DOMAIN"),
        ("AWS_COGNTIO_DOMAIN", "AWS_COGNITO_DOMAIN"),
        ("COGNITO_DOMAIN", "AWS_COGNITO_DOMAIN"),
        ("COGNITO_GATE_PREFFIX", "COGNITO_GATE_PREFIX"),
        ("AWS_COGNITO_USER_POOL_ID_FILE", "AWS_COGNITO_USER_POOL_ID"),
        ("AWS_COGNITO_IDENTITY_POOL", "AWS_COGNITO_USER_POOL_ID"),
        ("COGNITO_GATE_WHATEVER_ELSE", ""),
    ],
)
def test_names_that_look_like_ours(name: str, meant: str) -> None:
    [stranger] = reading(**{name: "x"}).unknown_variables
    assert stranger.name == name
    assert stranger.meant in (meant, "")


@pytest.mark.parametrize(
    "name",
    ["AWS_DEFAULT_REGION", "AWS_PROFILE", "SECRET_KEY_BASE", "DJANGO_SECRET_KEY", "SECRET_KEY_FILE",
     "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "HOME", "RECOGNITION_MODE"],
)  # fmt: skip
def test_names_that_are_others(name: str) -> None:
    assert reading(**{name: ""}).unknown_variables == ()
    values = {**ENVIRON, name: "http://127.0.0.1:1"}
    assert read(values, ".env").unknown_variables == ()


def test_what_is_said_of_strangers() -> None:
    found = lines({**ENVIRON, "AWS_COGNITO_SCOPE": "x", "AWS_COGNITO_DOMAINS": "x",
                   "COGNITO_GATE_WHATEVER_ELSE": "x"})  # fmt: skip
    states = {code.partition(":")[2]: found[code].state for code in found if ":" in code}
    assert states == {
        "AWS_COGNITO_SCOPE": "wrong",
        "AWS_COGNITO_DOMAINS": "warning",
        "COGNITO_GATE_WHATEVER_ELSE": "warning",
    }
    fix = found["unknown-variable:AWS_COGNITO_SCOPE"].fix
    assert fix is not None
    assert fix.what == "Rename it to AWS_COGNITO_SCOPES."


def test_a_misspelling_stands_for_what_is_missing() -> None:
    environ = {**ENVIRON, "AWS_COGNITO_DOMIAN": "my-app"}
    del environ["AWS_COGNITO_DOMAIN"]
    found = lines(environ)
    assert found["unknown-variable:AWS_COGNITO_DOMIAN"].state == "wrong"
    assert found["setting:AWS_COGNITO_DOMAIN"].state == "unknown"
    assert "is AWS_COGNITO_DOMIAN a misspelling" in found["setting:AWS_COGNITO_DOMAIN"].found
    # A value that is wrong is not missing.
    found = lines({**environ, "AWS_COGNITO_DOMAIN": "no domain"})
    assert found["setting:AWS_COGNITO_DOMAIN"].state == "wrong"
    assert found["unknown-variable:AWS_COGNITO_DOMIAN"].state == "warning"


# The env file


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text("AWS_COGNITO_DOMAIN=from-file\nSECRET_KEY=short\nAWS_COGNITO_SCOPE=x\n")
    found = read({"AWS_COGNITO_DOMAIN": "from-environ"}, str(file))
    assert found.settings.domain == "from-environ"
    assert found.env_file_found
    assert "has 5 characters" in found.problems["SECRET_KEY"]
    assert found.unknown_variables == (UnknownVariable("AWS_COGNITO_SCOPE", "AWS_COGNITO_SCOPES"),)
    # What is empty counts as absent.
    assert read({"AWS_COGNITO_DOMAIN": " "}, str(file)).settings.domain == "from-file"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_bytes(b"AWS_COGNITO_DOMAIN=\xff\xfe\n")
    found = lines(dict(ENVIRON), str(file))
    assert found["env-file"].state == "wrong"
    assert found["env-file"].found == f"{file} is not text in UTF-8 or UTF-16"
    assert found["settings"].state == "ok"


def test_a_line_that_is_not_clear_does_not_hide_the_others(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text("AWS_COGNITO_DOMAIN from-file\nCOGNITO_GATE_PREFIX=/from-file\n")
    found = lines(dict(ENVIRON), str(file))
    assert found["env-file"].state == "wrong"
    assert found["env-file"].found == f"{file}, line 1 is not NAME=value"
    assert read(dict(ENVIRON), str(file)).settings.prefix == "/from-file"
    # What cannot be read may be the pool: it is not as if nothing had been set.
    assert not read({}, str(file)).empty


def test_what_is_said_of_the_file(tmp_path: Path) -> None:
    assert lines(dict(ENVIRON))["env-file"].found.startswith("there is no .env here")
    (tmp_path / ".env").write_text("")
    assert lines(dict(ENVIRON))["env-file"].found.startswith(".env is read")


def test_each_needed_variable_is_mended_in_its_own_way() -> None:
    found = lines({"AWS_COGNITO_USER_POOL_CLIENT_SECRET": "no\x7f", "SECRET_KEY_FALLBACKS": "x",
                   "AWS_COGNITO_COOKIE_AGE_SECONDS": "x"})  # fmt: skip
    wrong = [finding for finding in found.values() if finding.state == "wrong"]
    assert len(wrong) == 9
    fixes = {finding.fix for finding in wrong}
    assert len(fixes) == 9
    assert all("YOUR_" not in (fix.setting if fix else "") for fix in fixes)
    fix = found["setting:AWS_COGNITO_USER_POOL_CLIENT_ID"].fix
    assert fix is not None
    assert "--user-pool-id YOUR_POOL_ID" in fix.command


@ANY
@given(
    st.dictionaries(
        st.sampled_from([*VARIABLES, "SECRET_KEY_FILE", "AWS_COGNITO_X", "HOME"]),
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40),
        max_size=6,
    )
)
def test_any_environment_can_be_read(environ: dict[str, str]) -> None:
    found = read({**ENVIRON, **environ}, ".env")
    assert set(found.problems) <= found.replaced
    assert list(check(found))
