"""`cognito-gate migrate`: prints what has to change in an app that moves to the gate.

Knows how places are shown; must not know how they are found.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from ..migrate import flask_cognito_lib
from ..migrate.source import Place
from .local_commands import print_lines

_PAGE = "docs/how-to/moving-from-flask-cognito-lib.md"


@click.group()
def migrate() -> None:
    """Find what to change in an app that moves from another library."""


@migrate.command("flask-cognito-lib")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def from_flask_cognito_lib(path: Path) -> None:
    """List each place in PATH where an app uses flask-cognito-lib, and what it becomes.

    Nothing is changed, and none of the code is run. Nearly each change depends on what the app
    means, so that there is no option to write them.
    """
    report = flask_cognito_lib.find(path)
    if not report.places:
        print_lines(f"No place in {path} uses flask-cognito-lib.")
        return
    for place in report.places:
        print_lines(*_lines(place))
    if report.public:
        paths = ",".join(report.public)
        print_lines("What everybody may open today, and Flask's static files:", "")
        print_lines(f"COGNITO_GATE_PUBLIC_PATHS={paths}", "")
    files = len({place.file for place in report.places})
    print_lines(
        f"{_count(len(report.places), 'place')} in {_count(files, 'file')}. Nothing was changed. "
        f"More is in {_PAGE} of the repository."
    )


def _lines(place: Place) -> Iterator[str]:
    yield f"{place.file}:{place.line}  {place.what}"
    yield from (f"    {line}" for line in place.change.splitlines())
    yield ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
