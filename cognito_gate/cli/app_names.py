"""What to type for an app that was named by its file instead of its module.

Knows file names and module names only; must not know whether they exist.
"""

import os.path
import re
import shlex


def module_for(app: str) -> str:
    """MODULE:APP for a file's name such as `src/shop.py:app`; empty for what names no file."""
    path, _, attribute = app.rpartition(":") if ":" in app else (app, "", "")
    is_file = path.endswith(".py")
    if not is_file and not (attribute and re.search(r"[/\\]", path)):
        return ""
    directory, name = os.path.split(os.path.normpath(path.removesuffix(".py")))
    app = f"{name}:{attribute or 'app'}"
    parts = re.split(r"[/\\]", directory) if directory else []
    if all(part.isidentifier() for part in parts):
        return ".".join((*parts, app))
    return f"--app-dir {shlex.quote(directory)} {app}"
