"""`cognito-gate rules`: checks the rules, and explains what they decide.

Knows options and files; must not know how a rule decides (rules_explained.py).
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import click

from .._gate.target import Target
from ..errors import SettingsError
from ..settings import Settings
from ..settings.reading import read_variables
from ..settings.rules import where
from .local_commands import print_lines
from .rules_explained import NOW, Explained, Visitor, required
from .server_options import FILE

_RULES = "COGNITO_GATE_RULES_FILE"
# Those that rules depend on; what else is set may be wrong.
_READ = (
    *(_RULES, "COGNITO_GATE_PUBLIC_PATHS", "COGNITO_GATE_REQUIRE_GROUPS"),
    *("COGNITO_GATE_EMAIL_DOMAINS", "COGNITO_GATE_PREFIX", "COGNITO_GATE_LOGIN"),
    *("AWS_COGNITO_REDIRECT_URL", "AWS_COGNITO_LOGOUT_URL"),
)


@click.group()
def rules() -> None:
    """Check the rules about who may reach what, and explain what they decide."""


@rules.command()
@click.argument("file", type=FILE, required=False)
def check(file: str | None) -> None:
    """Check the rules in FILE, or those of the environment and .env, and list them."""
    settings = _settings(file)
    print_lines(*_listed(settings))


@rules.command()
@click.argument("method", required=False)
@click.argument("path", required=False)
@click.option("--anonymous", is_flag=True, help="Nobody is signed in.")
@click.option("--groups", multiple=True, help="Groups of the visitor: staff,admin.")
@click.option("--scope", "scopes", multiple=True, help="A scope of the access token; repeatable.")
@click.option("--email", default="", help="The visitor's verified e-mail address.")
@click.option("--claim", "claims", multiple=True, help="A claim as NAME=VALUE; repeatable.")
@click.option("--client", default="", help="The visitor is a machine of this app client.")
@click.option("--acr", default="", help="The class of the sign-in (acr).")
@click.option(
    "--auth-age", type=click.IntRange(0), default=0, help="Seconds since the sign-in.  [default: 0]"
)
@click.option("--mount", default="", help="Where the app is mounted, a part of PATH.")
@click.option("--file", type=FILE, help="Rules of this file instead of the environment's.")
@click.option("--table", is_flag=True, help="Who may reach which path, as a matrix.")
def explain(
    method: str | None,
    path: str | None,
    anonymous: bool,
    mount: str,
    file: str | None,
    table: bool,
    **facts: Any,
) -> None:
    """Say which rule decides about a request, and why: explain GET /admin/x --groups staff.

    The visitor is signed in and has what the options say. PATH is as a browser sends it.
    """
    given = {name: value for name, value in facts.items() if value}
    if table and (method or given or anonymous):
        raise click.UsageError("--table is about all paths and visitors: it takes --file alone.")
    if anonymous and given:
        raise click.UsageError("--anonymous is a visitor about whom nothing is known.")
    explained = Explained(_settings(file))
    if table:
        print_lines(*explained.table())
    else:
        visitor = None if anonymous else _visitor(**given)
        print_lines(*explained.explain(_target(method, path, mount), visitor))


def _target(method: str | None, path: str | None, mount: str) -> Target:
    if method is not None and path is None and method.startswith("/"):
        method, path = "GET", method
    if method is None or path is None or not path.startswith("/"):
        raise click.UsageError("Which request? Such as: explain GET /admin/x, or --table.")
    return Target(unquote(path.partition("?")[0]), mount, method, NOW)


def _visitor(claims: tuple[str, ...] = (), groups: tuple[str, ...] = (), **facts: Any) -> Visitor:
    pairs = [claim.partition("=") for claim in claims]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.BadParameter("takes NAME=VALUE", param_hint="--claim")
    listed = tuple(group for text in groups for group in text.split(",") if group)
    return Visitor(
        groups=listed, claims=tuple((name, _value(text)) for name, _, text in pairs), **facts
    )


def _value(text: str) -> str | int | bool:
    """As TOML would have it without quotation marks."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


def _settings(file: str | None) -> Settings:
    """The settings that rules depend on, all others left aside.

    Raises:
        ClickException: they are wrong.
    """
    variables = read_variables(os.environ, ".env")
    kept = {name: variables[name] for name in _READ if name in variables}
    if file is not None:
        kept[_RULES] = file
    try:
        # A gate that is turned off needs no pool, and is checked by one setting at a time.
        settings = Settings.from_variables({**kept, "AWS_COGNITO_DISABLED": "true"})
        problems = settings.rule_problems()
    except SettingsError as error:
        problems = error.problems
    if problems:
        raise click.ClickException("\n".join(_told(problems)))
    return settings


def _told(problems: Mapping[str, str]) -> Iterator[str]:
    """The mistakes, one a line. Those in a file of rules begin with its name."""
    for variable, text in problems.items():
        if variable == _RULES:
            yield from (line.strip() for line in text.splitlines())
        else:
            yield f"{variable}: {text}"


def _listed(settings: Settings) -> Iterator[str]:
    for index, rule in enumerate(settings.rules):
        kinds = {"public": rule.public, "optional": rule.optional}
        asked = next((kind for kind, said in kinds.items() if said), required(rule.require))
        methods = f" ({', '.join(rule.methods)})" if rule.methods else ""
        yield f"{where(settings.rules, index)}: {' '.join(rule.paths)}{methods}: {asked}"
    if settings.public_paths:
        yield f"before them: {' '.join(settings.public_paths)}: public"
    yield f"all other paths: {required(settings.default_require)}"
    number = len(settings.rules)
    yield f"{number} {'rule' if number == 1 else 'rules'}, no mistakes."
