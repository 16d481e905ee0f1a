"""Files that hold secrets: writes them for their owner alone, and checks those of redirections.

Knows files and their modes; must not know their content.
"""

import os
import stat
from pathlib import Path
from tempfile import mkstemp
from typing import IO, Any


def write_private(path: Path, text: str, *, replace: bool) -> None:
    """Write a file that only its owner can read.

    `replace` replaces an existing file in one step, so that no reader ever sees half of it.

    Raises:
        FileExistsError: the file exists, and `replace` is false.
        OSError: it cannot be written.
    """
    if replace:
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    else:
        name = str(path)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if replace:
            os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def others_can_read(stream: IO[Any]) -> bool:
    """True for a stream that goes into a file which other users can read."""
    try:
        mode = os.fstat(stream.fileno()).st_mode
    except (OSError, ValueError):  # no file at all; ValueError: it is closed
        return False
    return stat.S_ISREG(mode) and bool(mode & (stat.S_IRGRP | stat.S_IROTH))


EXPOSED = (
    "Warning: others on this machine can read the file that this output goes to, and it contains "
    "secrets. Protect it with chmod 600"
)
