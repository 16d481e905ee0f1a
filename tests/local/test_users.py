"""The sample users and users from a file."""

import re
from pathlib import Path

import pytest

from cognito_gate.local import SAMPLE_USERS, LocalConfigError, User, load_users

GOOD = """
[[users]]
username = "ada"
password = "Good-Password-1"
email = "ada@example.com"
groups = ["admin"]
sub = "fixed"
[users.attributes]
name = "Ada"
email_verified = false

[[users]]
username = "bob"
password = "Good-Password-2"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "users.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_samples() -> None:
    ada, bob = SAMPLE_USERS
    assert (ada.username, ada.groups) == ("ada", ("admin",))
    assert (bob.username, bob.groups) == ("bob", ())


def test_sample_users_satisfy_the_default_password_policy() -> None:
    for user in SAMPLE_USERS:
        for needed in (r".{8}", r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]"):
            assert re.search(needed, user.password)


@pytest.mark.parametrize("kind", [Path, str])
def test_users_come_from_toml(tmp_path: Path, kind: type) -> None:
    ada, bob = load_users(kind(written(tmp_path, GOOD)))
    assert ada == User(
        "ada",
        "Good-Password-1",
        email="ada@example.com",
        groups=("admin",),
        attributes={"name": "Ada", "email_verified": False},
        sub="fixed",
    )
    assert bob == User("bob", "Good-Password-2")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (GOOD, "", r"users\.toml: needs at least one \[\[users\]\] entry"),
        (GOOD, "users = []", "needs at least one"),
        (GOOD, 'users = "ada"', "needs at least one"),
        (GOOD, "users = [1]", r"users\[1\]: must be a table"),
        (GOOD, "[[users", "is not TOML"),
        ('username = "bob"', "", r"users\[2\]: username missing"),
        ('"bob"\npassword = "Good-Password-2"', '"bob"', r"users\[2\]: password missing"),
        ('username = "bob"', 'name = "bob"', r"users\[2\]: unknown key name"),
        ('"bob"', '"ADA"', "username 'ada' occurs twice"),
        ('"bob"', '"bob"\nsub = "fixed"', "same sub"),
        ('"fixed"', "7", r"users\[1\]: sub must be a string"),
        ('["admin"]', '"admin"', r"users\[1\]: groups must be a list"),
        ('"bob"', '"bob"\nmfa = "totp"', r"users\[2\]: mfa must be a list"),
        ('"bob"', '"bob"\npasskeys = []', r"users\[2\]: unknown key passkeys"),
        ('name = "Ada"', 'names = "Ada"', r"users\[1\]: attribute 'names'"),
        ('[users.attributes]\nname = "Ada"\nemail_verified = false', "attributes = 1", "table"),
    ],
)
def test_files_that_cannot_be(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = GOOD.replace(old, new)
    assert text != GOOD
    with pytest.raises(LocalConfigError, match=complaint) as caught:
        load_users(written(tmp_path, text))
    assert "users.toml" in str(caught.value)


def test_a_file_may_say_how_far_somebody_has_come(tmp_path: Path) -> None:
    text = """
    [[users]]
    username = "ada"
    password = "Good-Password-1"
    status = "FORCE_CHANGE_PASSWORD"
    phone = "+15550001234"
    mfa = ["totp", "sms"]
    preferred_mfa = "totp"
    totp_secret = "JBSWY3DPEHPK3PXP"
    enabled = false
    """
    (ada,) = load_users(written(tmp_path, text))
    assert ada == User(
        "ada",
        "Good-Password-1",
        status="FORCE_CHANGE_PASSWORD",
        phone="+15550001234",
        mfa=("totp", "sms"),
        preferred_mfa="totp",
        totp_secret="JBSWY3DPEHPK3PXP",
        enabled=False,
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        load_users(tmp_path / "nowhere.toml")


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(LocalConfigError, match="is not TOML"):
        load_users(path)
