"""Where the environment of a pool goes: to standard output, or to a file only its owner can read.

Knows click and files; must not know where the values come from.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from .environment import FORMATS, EnvironmentProblem, Variable
from .private_files import EXPOSED, others_can_read, write_private
from .talk import say

output_option = click.option(
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write it into this file, for its owner alone to read.",
)
force_option = click.option("--force", is_flag=True, help="With --output: replace the file.")


@dataclass(frozen=True, slots=True)
class Output:
    """Where to write, and in which format. Call `check` before anything is deployed."""

    form: str
    file: str | None
    force: bool

    def check(self) -> None:
        """Raises UsageError."""
        if self.force and not self.file:
            raise click.UsageError("--force needs --output")
        if self.file and not self.force and Path(self.file).exists():
            raise click.UsageError(f"{self.file} exists already; --force replaces it")

    def write(self, variables: Sequence[Variable]) -> None:
        """Print the environment, or write the file.

        Raises:
            EnvironmentProblem: the format cannot hold a value, or the file cannot be written.
        """
        text = FORMATS[self.form](variables)
        if self.form == "json":  # which has no place for comments
            say(*(f"{item.name}: {item.note}" for item in variables if item.note))
        if self.file:
            self._write_file(self.file, f"{text}\n")
            return
        click.echo(text)
        if others_can_read(sys.stdout):
            say(f"{EXPOSED}, or use --output FILE.")

    def _write_file(self, file: str, text: str) -> None:
        try:
            write_private(Path(file), text, replace=self.force)
        except OSError as error:
            raise EnvironmentProblem(f"{file} cannot be written ({error.strerror}).") from error
        say(f"{file} is written; only you can read it.")
