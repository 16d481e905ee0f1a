"""Libraries that come with an extra: the sentence for one that is not installed, and who raises it.

Must not know what the libraries are for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from .errors import SettingsError


class MissingExtra(Exception):
    """A command needs a library that is not installed; the text says how to install it."""


def needs(library: str, extra: str) -> str:
    """What somebody does who lacks that library.

    Example::

        needs("jinja2", "pages")  # needs jinja2: pip install 'cognito-gate[pages]'
    """
    return f"needs {library}: pip install 'cognito-gate[{extra}]'"


def missing_library(error: ModuleNotFoundError, *libraries: str) -> str:
    """Which of these libraries is not installed. Any other module that is missing is a broken
    installation: the error is raised again."""
    library = (error.name or "").partition(".")[0]
    if library not in libraries:
        raise error
    return library


@contextmanager
def needed_by(variable: str, extra: str, *libraries: str) -> Iterator[None]:
    """Load what a setting asks for in the block, which needs libraries of that extra.

    Raises:
        SettingsError: one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        problem = needs(missing_library(error, *libraries), extra)
        raise SettingsError({variable: problem}) from error
