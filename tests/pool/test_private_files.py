"""Files that hold secrets: for their owner alone, whole or not at all."""

import io
import os
import stat
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from cognito_gate.pool.environment import Variable
from cognito_gate.pool.output import Output
from cognito_gate.pool.private_files import others_can_read, write_private

MODES = pytest.mark.parametrize(("mode", "warns"), [(0o644, True), (0o640, True), (0o600, False)])


@pytest.mark.parametrize("replace", [False, True])
def test_only_its_owner_reads_it(tmp_path: Path, replace: bool) -> None:
    file = tmp_path / ".env"
    write_private(file, "SECRET_KEY=x\n", replace=replace)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == "SECRET_KEY=x\n"
    assert os.listdir(tmp_path) == [".env"]


def test_what_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / ".env"
    folder.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_private(folder, "SECRET_KEY=x\n", replace=True)
    assert os.listdir(tmp_path) == [".env"]


@MODES
def test_who_can_read_what_output_goes_to(tmp_path: Path, mode: int, warns: bool) -> None:
    file = tmp_path / "out"
    file.touch()
    file.chmod(mode)
    with file.open("w") as out:
        assert others_can_read(out) == warns


def test_what_is_no_file_is_read_by_nobody_else() -> None:
    reader, writer = os.pipe()
    with open(reader), open(writer, "w") as pipe:
        assert not others_can_read(pipe)
    assert not others_can_read(pipe)  # it is closed
    assert not others_can_read(io.StringIO())


@MODES
def test_an_environment_that_others_can_read_is_warned_of(
    tmp_path: Path, mode: int, warns: bool
) -> None:
    file, told = tmp_path / "out", io.StringIO()
    file.touch()
    file.chmod(mode)
    with file.open("w") as out, redirect_stdout(out), redirect_stderr(told):
        Output("env", None, force=False).write([Variable("SECRET_KEY", "5eCr3t")])
    assert "SECRET_KEY" in file.read_text()
    assert ("use --output FILE" in told.getvalue()) == warns
    assert "5eCr3t" not in told.getvalue()
