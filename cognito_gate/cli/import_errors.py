"""What people are shown of an error in their app: the error, and their own line that led to it.

Knows tracebacks; must not know how an app is loaded.
"""

import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path

_OURS = Path(__file__).parents[1]
# The standard library and what is installed; a virtual environment may lie in the app's directory.
_LIBRARIES = {
    *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    _OURS,
}


def explain(error: Exception) -> str:
    """The error, then its place as tracebacks show one, which editors make a link of."""
    if isinstance(error, SyntaxError) and error.filename:
        *place, last = traceback.format_exception_only(error)
        return "\n".join((last.strip(), *"".join(place).rstrip().splitlines()))
    [frame] = traceback.StackSummary.from_list([_frame(error)])
    place = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}']
    source = [f"    {frame.line}"] if frame.line else []
    return "\n".join((_text(error), *place, *source))


def _text(error: Exception) -> str:
    kind, text = type(error).__name__, str(error)
    return f"{kind}: {text}" if text else kind


def _frame(error: Exception) -> traceback.FrameSummary:
    """The last line of the app's own code; where there is none, the one that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(_own(frames), frames[-1])


def _own(frames: traceback.StackSummary) -> Iterator[traceback.FrameSummary]:
    return (frame for frame in reversed(frames) if not _is_library(frame.filename))


def _is_library(filename: str) -> bool:
    parts = Path(filename).parents
    return (
        filename.startswith("<")  # no file, such as <string>
        or not _LIBRARIES.isdisjoint(parts)
        or any(parent.name in ("site-packages", "dist-packages") for parent in parts)
    )
