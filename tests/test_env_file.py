"""The .env file: what people and their shells write is read, and what is unclear is an error that
names the file and the line, and nothing of what the line holds."""

from pathlib import Path

import pytest

from cognito_gate import Settings, SettingsError
from cognito_gate.settings.env_file import load_env_file, without
from tests.parts.made import ENVIRON

TEXT = "AWS_COGNITO_DOMAIN=my-app\nAWS_COGNITO_SCOPES=openid\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / ".env"
    file.write_bytes(text.encode(encoding))
    return file


def value(folder: Path, text: str) -> str:
    """The value of `A` in a file of that text."""
    loaded = load_env_file(write(folder, text))
    assert loaded.problems == {}
    return loaded.values["A"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("A=b", "b"),
        ("  A = b  ", "b"),
        ("export A=b", "b"),
        ('A="b c"', "b c"),
        ("A='b c'", "b c"),
        ("export A = 'b c' # why", "b c"),
        ("A=b # why", "b"),
        ("A=b#c", "b#c"),
        ("A=b=c==", "b=c=="),
        ("A=Ada's shop", "Ada's shop"),
        ("A=$HOME ${HOME}", "$HOME ${HOME}"),
        ('A="$HOME"', "$HOME"),
        ("A=", ""),
        ("A=1\nA=2", "2"),
        ("# A=1\n\nA=2\r\n", "2"),
    ],
)
def test_the_usual_ways_to_write_a_value(tmp_path: Path, line: str, meant: str) -> None:
    assert value(tmp_path, line) == meant


def test_a_value_may_have_several_lines(tmp_path: Path) -> None:
    key = "-----BEGIN KEY-----\nMIIB+A==\n-----END KEY-----"
    assert value(tmp_path, f'A="{key}"\nB=c') == key


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
)
def test_the_encodings_of_editors_and_shells(tmp_path: Path, encoding: str) -> None:
    """PowerShell's `>` writes UTF-16 with a byte order mark, and Notepad may add one to UTF-8."""
    text, codec = (
        (f"\ufeff{TEXT}", encoding.removesuffix("-bom"))
        if encoding.endswith("-bom")
        else (TEXT, encoding)
    )
    loaded = load_env_file(write(tmp_path, text.replace("my-app", "käse"), codec))
    assert loaded.problems == {}
    assert loaded.values == {"AWS_COGNITO_DOMAIN": "käse", "AWS_COGNITO_SCOPES": "openid"}


def test_a_name_alone_means_the_one_of_the_environment(tmp_path: Path) -> None:
    """As in a file for `docker run --env-file`."""
    loaded = load_env_file(write(tmp_path, "AWS_COGNITO_DOMAIN\n"))
    assert (loaded.values, loaded.problems) == ({}, {})


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('A=1\nB="open secret\n', 2, "has a quotation mark that is not closed"),
        ("A='open secret\nB=1\n", 1, "has a quotation mark that is not closed"),
        ('\n\nA="open secret\nB="1"\n', 3, "has a quotation mark that is not closed"),
        ('A="open secret\nSECRET_KEY=1\nB=2"\n', 1, "has a quotation mark that is not closed"),
        ('A="secret"1\n', 1, "has text after the closing quotation mark"),
        ("A='it's secret\n", 1, "has text after the closing quotation mark"),
        ("\n# x\nAWS_COGNITO_DOMAIN secret\n", 3, "is not NAME=value"),
        ("set A=secret", 1, "is not NAME=value"),
        ("A: secret", 1, "is not NAME=value"),
        ("=secret", 1, "is not NAME=value"),
    ],
)
def test_what_is_unclear_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        Settings.from_env(ENVIRON, file)
    assert error.value.problems == {f"{file}, line {line}": problem}
    assert f"\n  {file}, line {line}: {problem}" in str(error.value)
    assert "secret" not in str(error.value).replace(str(tmp_path), "")


def test_all_wrong_lines_are_told_at_once(tmp_path: Path) -> None:
    loaded = load_env_file(write(tmp_path, "A b\nC=d\nE f\n"))
    assert [where.rpartition(" ")[2] for where in loaded.problems] == ["1", "3"]
    assert loaded.values == {"C": "d"}


@pytest.mark.parametrize(
    "content", [b"A=\xff\xfe", b"\xff\xfeA", "A=b".encode("utf-16-le"), b"\xff\xfe\x00\xd8A\x00"]
)
def test_what_is_not_text(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        Settings.from_env(ENVIRON, file)
    assert error.value.problems == {str(file): "is not text in UTF-8 or UTF-16"}


def test_what_may_not_be_read(tmp_path: Path) -> None:
    loaded = load_env_file(tmp_path)
    assert loaded.problems == {str(tmp_path): "cannot be read (IsADirectoryError)"}


def test_lines_can_be_left_out(tmp_path: Path) -> None:
    """The remaining ones are as they were, comments and several lines included."""
    file = write(tmp_path, "# x\nexport A=1\n B = 'a\nb'\nC='d\ne'\nF=g", "utf-16")
    assert without(file, {"A", "B"}) == "# x\nC='d\ne'\nF=g"
