"""Where the environment of a pool goes: to standard output, or to a file only its owner can read.

Knows click and files; must not know where the values come from.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..settings.env_file import load_env_file, without
from .environment import FORMATS, EnvironmentProblem, Variable
from .private_files import EXPOSED, others_can_read, write_private
from .talk import say

output_option = click.option(
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write it into this file, for its owner alone to read.",
)
update_option = click.option(
    "--update",
    is_flag=True,
    help="With --output: keep SECRET_KEY and whatever else is in the file.",
)
force_option = click.option("--force", is_flag=True, help="With --output: replace the file.")


_KEY, _ENV_FILE = "SECRET_KEY", ".env"
_UPDATABLE = ("env", "docker")


def _is_standard_output(file: str) -> bool:
    """Whether the shell has sent standard output into this file of the working directory."""
    try:
        return os.path.samestat(os.fstat(sys.stdout.fileno()), os.stat(file))
    except (OSError, ValueError):
        return False


def _check_folder(folder: Path) -> None:
    """Raises UsageError where no file can be made: minutes later, a pool would be there, and its
    environment lost."""
    if not folder.is_dir():
        raise click.UsageError(f"there is no directory {folder} to write into; create it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.UsageError(f"this user may not write into {folder.resolve()}; name another")


@dataclass(frozen=True, slots=True)
class Output:
    """Where to write, and in which format. Call `check` before anything is deployed."""

    form: str
    file: str | None
    force: bool
    update: bool = False

    def check(self) -> None:
        """Raises UsageError."""
        if self.force and not self.file:
            raise click.UsageError("--force needs --output")
        if self.update and self.force:
            raise click.UsageError("--update keeps what is in the file, and --force does not")
        if self.update and not self.file:
            raise click.UsageError("--update needs --output, which names the file")
        if self.update and self.form not in _UPDATABLE:
            raise click.UsageError(f"--update takes a file of --format {' or '.join(_UPDATABLE)}")
        if self.file and not (self.force or self.update) and os.path.exists(self.file):
            raise click.UsageError(
                f"{self.file} exists already; --update brings the pool's variables in it up to "
                "date and keeps its SECRET_KEY, --force replaces it"
            )
        if self.file:
            _check_folder(Path(self.file).parent)

    def write(self, variables: Sequence[Variable]) -> None:
        """Print the environment, or write the file.

        Raises:
            EnvironmentProblem: the format cannot hold a value, or the file cannot be written.
        """
        if self.file and self.update and Path(self.file).exists():
            self._update_file(self.file, variables)
            return
        text = FORMATS[self.form](variables)
        if self.form == "json":  # which has no place for comments
            say(*(f"{item.name}: {item.note}" for item in variables if item.note))
        if self.file:
            self._write_file(self.file, f"{text}\n")
            return
        click.echo(text)
        if others_can_read(sys.stdout):
            say(f"{EXPOSED}, or use --output FILE.")
        if any(item.name == _KEY for item in variables) and _is_standard_output(_ENV_FILE):
            say(
                f"Warning: {_ENV_FILE} now has a new {_KEY}. If it had one before, the shell has "
                "emptied it, and the sessions of that key are over. Next time: "
                f"--output {_ENV_FILE} --update."
            )

    def _update_file(self, file: str, variables: Sequence[Variable]) -> None:
        try:
            kept = load_env_file(file).values.get(_KEY)
            new = [item for item in variables if item.name != _KEY or not kept]
            old = without(file, {item.name for item in new})
        except (OSError, UnicodeError) as error:
            raise EnvironmentProblem(f"{file} cannot be read ({type(error).__name__}).") from error
        notes = {f"# {item.note}" for item in variables if item.note}
        lines = [line for line in old.splitlines() if line.strip() not in notes]
        text = "\n".join([*lines, FORMATS[self.form](new)]).lstrip("\n")
        self._write_file(file, f"{text}\n")
        if kept:
            say(f"Its {_KEY} is kept.")

    def _write_file(self, file: str, text: str) -> None:
        try:
            write_private(Path(file), text, replace=self.force or self.update)
        except OSError as error:
            raise EnvironmentProblem(f"{file} cannot be written ({error.strerror}).") from error
        say(f"{file} is written; only you can read it.")
