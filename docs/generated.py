"""What the site takes from the code: the commands, the errors, and llms.txt for language models.

A page holds a comment such as `<!-- commands -->` where its generated part stands.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cognito_gate import errors
from cognito_gate.cli import main

INTRODUCTION = """# cognito-gate

> Python middleware that puts Amazon Cognito in front of any ASGI or WSGI app: sign-in, sessions,
> refresh, sign-out, rules about who may reach what, and a local Cognito for tests. MIT licence.
"""


def fill_in(app: Any, name: str, source: list[str]) -> None:
    """Put the generated parts into a page that Sphinx has read."""
    for marker, make in (("<!-- commands -->", commands), ("<!-- errors -->", error_list)):
        if marker in source[0]:
            source[0] = source[0].replace(marker, make())


def commands() -> str:
    """Every command with its options, as click would print them."""
    return "\n".join(line for found in _commands(main, "cognito-gate") for line in _about(*found))


def _commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for part, inner in command.commands.items():
            yield from _commands(inner, f"{name} {part}")
    else:
        yield name, command


def _about(name: str, command: click.Command) -> Iterator[str]:
    with click.Context(command, info_name=name) as context:
        usage = command.get_usage(context).removeprefix("Usage: ")
        yield from (f"## {name}", "", inspect.cleandoc(command.help or ""), "")
        yield from ("```", " ".join(usage.split()), "```", "")
        rows = [parameter.get_help_record(context) for parameter in command.params]
    if any(rows):
        yield from ("| option | meaning |", "| --- | --- |")
        yield from (f"| `{_cell(row[0])}` | {_cell(row[1])} |" for row in rows if row)
        yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def error_list() -> str:
    """A table of every error: its code, its status, and what it means."""
    rows = [
        f"| `{kind.code}` | {kind.status} | `{kind.__name__}` | {_first_sentences(kind)} |"
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.GateError)
    ]
    return "\n".join(["| code | status | class | when |", "| --- | --- | --- | --- |", *rows])


def _first_sentences(kind: type) -> str:
    text = inspect.getdoc(kind) or ""
    return _cell(re.split(r"\n\n|::", text)[0])


def write_llms_txt(app: Any, failure: Exception | None) -> None:
    """Write llms.txt (https://llmstxt.org), which leads to the Markdown of each page."""
    if failure or app.builder.name != "html":
        return
    for path in Path(app.outdir, "_sources").rglob("*.md.txt"):
        source = [path.read_text(encoding="utf-8")]
        fill_in(app, path.name, source)
        path.write_text(source[0], encoding="utf-8")
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    pages = [f"- [{titles[name]}](_sources/{name}.md.txt)" for name in sorted(titles)]
    text = "\n".join([INTRODUCTION, "## Pages", "", *pages, ""])
    (Path(app.outdir) / "llms.txt").write_text(text, encoding="utf-8")
