"""The command line options that describe a pool, and how their help looks.

Knows click and the help texts; must not know which values are allowed (options.py).
"""

from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Any, TypeAlias

import click
from click.core import ParameterSource

from ._option_texts import METAVARS, SECTIONS
from ._values import CHOICES
from .options import DEFAULTS, FLAGS, PoolOptions, PoolOptionsError
from .options_file import OptionsFileError, read_options

_Command: TypeAlias = Callable[..., None]
_COLUMN = 30  # all texts begin in one column
_NONE = "none"
# click's context keeps under this name which options were given, by flags or by a file.
_GIVEN = "cognito_gate.pool.given"


class PoolCommand(click.Command):
    """A command whose help lists its options by sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section under its title, then the options that belong to no section."""
        by_section: dict[str, list[tuple[str, str]]] = {
            title: [] for title in (*SECTIONS, "Options")
        }
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record and isinstance(parameter, click.Option):
                by_section[getattr(parameter, "section", "Options")].append(record)
        for title, section_records in by_section.items():
            if section_records:
                with formatter.section(title):
                    formatter.write_dl(
                        [(flags.ljust(_COLUMN), text) for flags, text in section_records]
                    )


class _PoolOption(click.Option):
    """An option of a pool. One that is on by default shows in the help how it is turned off."""

    def __init__(self, *declarations: Any, section: str, **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self.is_bool_flag:
            return record
        return (self.secondary_opts if self.default else self.opts)[0], record[1]


def _option(name: str, section: str, text: str) -> Callable[[_Command], _Command]:
    default, flag = DEFAULTS[name], FLAGS[name]
    attributes: dict[str, Any] = {"default": default, "metavar": METAVARS.get(name)}
    if isinstance(default, bool):
        flag = f"{flag}/--no-{flag[2:]}"
    elif isinstance(default, tuple):
        # click's default is empty, so that values given replace the pool's default.
        attributes.update(multiple=True, default=())
        text += f"  [default: {', '.join(default)}]" if default else ""
    else:
        attributes.update(show_default=bool(default))
    if isinstance(default, int) and not isinstance(default, bool):
        attributes.update(type=int, metavar="N")
    if name in CHOICES and name != "scopes":
        none = (_NONE,) if name == "required" else ()
        attributes.update(type=click.Choice((*CHOICES[name], *none)))
    return click.option(flag, name, cls=_PoolOption, section=section, help=text, **attributes)


def pool_options(command: _Command) -> _Command:
    """Give a command all options of a pool; the function gets them as `options: PoolOptions`.

    Example::

        @pool.command(cls=PoolCommand)
        @pool_options
        def show(options: PoolOptions) -> None: ...
    """

    def wrapper(*args: Any, options_file: str | None, **arguments: Any) -> None:
        values = {name: arguments.pop(name) for name in _ON_COMMAND_LINE}
        command(*args, options=_make_options(values, options_file), **arguments)

    update_wrapper(wrapper, command)
    decorated: _Command = _options_file(wrapper)
    for section, entries in reversed(SECTIONS.items()):
        for name, text in reversed(entries.items()):
            decorated = _option(name, section, text)(decorated)
    return decorated


_ON_COMMAND_LINE = tuple(name for name in DEFAULTS if FLAGS[name].startswith("--"))
_options_file = click.option(
    "--options",
    "options_file",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A TOML file of options, and of identity providers; flags take precedence.",
)


def given_options() -> list[str]:
    """The names of the options that this command was given, by flags or by a file."""
    given: list[str] = click.get_current_context().meta[_GIVEN]
    return given


def _make_options(values: dict[str, Any], file: str | None) -> PoolOptions:
    context = click.get_current_context()
    source = context.get_parameter_source
    flags = [name for name in values if source(name) is ParameterSource.COMMANDLINE]
    chosen = {name: values[name] for name in flags}
    if chosen.get("required") == (_NONE,):
        chosen["required"] = ()
    try:
        chosen = {**(read_options(Path(file)) if file else {}), **chosen}
        context.meta[_GIVEN] = list(chosen)
        return PoolOptions(**chosen)
    except (OptionsFileError, PoolOptionsError) as error:
        raise click.UsageError(str(error)) from error
