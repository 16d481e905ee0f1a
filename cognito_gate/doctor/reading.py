"""Reads the settings as far as possible: one wrong variable must not hide the others.

Notes each wrong variable and replaces its value by a stand-in, so that all checks that do not need
it can run. Knows variables; must not know the checks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from ..errors import SettingsError
from ..settings import SECRET_VARIABLES, VARIABLES, Settings, unknown_variables
from ..settings.env_file import EnvFile, load_env_file
from ..settings.unknown_variables import UnknownVariable
from .surroundings import Surroundings, read_surroundings

ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
_DISABLED = "AWS_COGNITO_DISABLED"
# When one of these has no valid value, its default is used.
_FLAGS = {
    item.metadata["variable"] for item in fields(Settings) if item.metadata["parser"] == "flag"
}
# Values for required variables that are missing or wrong. No host can have a name that ends in
# .invalid (RFC 6761 section 6.4).
_STAND_INS = {
    "AWS_COGNITO_DOMAIN": "https://stand-in.invalid",
    "AWS_COGNITO_ISSUER": "https://stand-in.invalid/pool",
    "AWS_COGNITO_LOGOUT_URL": "https://stand-in.invalid/after",
    "AWS_COGNITO_REDIRECT_URL": "https://stand-in.invalid/stand-in/callback",
    "AWS_COGNITO_USER_POOL_CLIENT_ID": "standin",
    "AWS_COGNITO_USER_POOL_ID": "us-east-1_StandIn",
    "SECRET_KEY": "stand-in-for-a-key-of-32-characters",
}
# A problem of the first variable may exist only because one of the others has a stand-in.
_DEPENDS_ON = {
    "AWS_COGNITO_COOKIE_DOMAIN": {"AWS_COGNITO_REDIRECT_URL"},
    "AWS_COGNITO_COOKIE_SAMESITE": {"AWS_COGNITO_REDIRECT_URL"},
    "AWS_COGNITO_DOMAIN": {"AWS_COGNITO_USER_POOL_ID", "AWS_REGION", "COGNITO_GATE_LOGIN"},
    "AWS_COGNITO_ISSUER": {"AWS_COGNITO_USER_POOL_ID", "AWS_REGION"},
    "AWS_COGNITO_LOGOUT_URL": {"AWS_COGNITO_REDIRECT_URL", "COGNITO_GATE_PREFIX"},
    "AWS_COGNITO_REDIRECT_URL": {"COGNITO_GATE_PREFIX", "COGNITO_GATE_LOGIN"},
    "COGNITO_GATE_BEARER_CLIENT_IDS": {"COGNITO_GATE_BEARER"},
}


_CLIENT, _CLIENT_SECRET = "AWS_COGNITO_USER_POOL_CLIENT_ID", "AWS_COGNITO_USER_POOL_CLIENT_SECRET"
# Between the lengths of ids (26) and of secrets (51) that Cognito makes, as pools were seen to.
_MIN_SECRET_CHARS = 40
_MAY_BE_QUOTED = {"SECRET_KEY", "SECRET_KEY_FALLBACKS", "COGNITO_GATE_REVOKE_KEY"}
_QUOTES = (
    "has quotation marks around its value, which count as a part of it; leave them out (a shell "
    "and .env take them away, `docker run --env-file` does not)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read. `replaced` names the variables whose value in `settings` is a stand-in.

    `problems` are texts that follow the variable's name; `disabled` says that the variables turn
    the gate off, while `settings` have it on; `unreadable` is what of the env file is not read, and
    why.
    """

    settings: Settings
    problems: Mapping[str, str]
    replaced: frozenset[str]
    given: frozenset[str]
    unknown_variables: tuple[UnknownVariable, ...]
    disabled: bool
    env_file: str
    env_file_found: bool
    unreadable: str
    surroundings: Surroundings
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def empty(self) -> bool:
        """Whether no variable of a pool is set, as before the first configuration."""
        unclear = self.unreadable or self.unknown_variables
        return not unclear and not any(name.startswith("AWS_COGNITO_") for name in self.given)

    def reason_to_skip(self, *variables: str) -> str:
        """Why a check that needs these settings cannot run; empty when it can."""
        wrong_names = [name for name in variables if name in self.replaced]
        if not wrong_names:
            return ""
        return f"{' and '.join(wrong_names)} {'is' if len(wrong_names) == 1 else 'are'} wrong"


def read(environ: Mapping[str, str], env_file: str) -> Reading:
    """Read the settings as `Settings.from_env` does, and never raise for what they hold."""
    values, unreadable = _values(environ, env_file)
    rest = dict(values)
    settings, problems, replaced, disabled = _read_with_stand_ins(rest)
    return Reading(
        settings=settings,
        problems=problems,
        replaced=replaced,
        given=frozenset(name for name in VARIABLES if _is_given(values, name)),
        unknown_variables=unknown_variables(values),
        disabled=disabled,
        env_file=env_file,
        env_file_found=Path(env_file).is_file(),
        unreadable=unreadable,
        surroundings=read_surroundings(environ, values),
        secrets=_secrets(values, settings),
    )


def _values(environ: Mapping[str, str], env_file: str) -> tuple[dict[str, str], str]:
    """All variables, the environment before the file; and what of the file is not read."""
    loaded = load_env_file(env_file) if Path(env_file).is_file() else EnvFile()
    unreadable = "; ".join(f"{where} {problem}" for where, problem in loaded.problems.items())
    in_environment = {name: value for name, value in environ.items() if value.strip()}
    return {**loaded.values, **in_environment}, unreadable


def _read_with_stand_ins(
    values: dict[str, str],
) -> tuple[Settings, dict[str, str], frozenset[str], bool]:
    """Replace wrong values until none is left; settings, problems, replaced names, disabled."""
    problems = dict.fromkeys(_quoted(values), _QUOTES) | _swapped(values)
    for name in problems:
        _replace(values, name)
    replaced = set(problems)
    disabled = False
    while True:
        try:
            settings = Settings.from_variables(values)
        except SettingsError as error:
            if error.problems.keys() <= replaced:
                raise  # a stand-in conflicts with another setting: fail instead of looping forever
            for name in error.problems:
                if not _may_follow(name, error.problems, replaced):
                    problems[name] = error.problems[name]
            for name in error.problems:
                _replace(values, name)
            replaced |= error.problems.keys()
            continue
        if not settings.disabled:
            return settings, problems, frozenset(replaced), disabled
        disabled = True
        # A disabled gate needs no settings, but those that are set shall be checked.
        del values[_DISABLED]


def _quoted(values: Mapping[str, str]) -> list[str]:
    """The variables with quotation marks around their value. A key of one's own may have them."""
    names = VARIABLES.keys() - _MAY_BE_QUOTED
    return [name for name in names if re.fullmatch(r"([\"']).*\1", values.get(name, "").strip())]


def _swapped(values: Mapping[str, str]) -> dict[str, str]:
    """The app client's id, where its value is the secret: nothing may show it then."""
    client, secret = (values.get(name, "").strip() for name in (_CLIENT, _CLIENT_SECRET))
    if client and client == secret:
        return {_CLIENT: "has the same value as the client secret; it takes the app client's id"}
    if len(client) >= _MIN_SECRET_CHARS > len(secret) > 0:
        return {_CLIENT: f"has a long value and {_CLIENT_SECRET} a short one: are they swapped?"}
    return {}


def _may_follow(name: str, problems: Mapping[str, str], replaced: set[str]) -> bool:
    """Whether the problem may only be there because another variable is wrong."""
    return not _DEPENDS_ON.get(name, frozenset()).isdisjoint(replaced | (problems.keys() & _FLAGS))


def _replace(values: dict[str, str], name: str) -> None:
    alternative = "AWS_ENDPOINT_URL" if name == ENDPOINT else f"{name}_FILE"
    for each in (name, alternative):
        values.pop(each, None)
    if name in _STAND_INS:
        values[name] = _STAND_INS[name]


def _is_given(values: Mapping[str, str], name: str) -> bool:
    names = (name, f"{name}_FILE") if name in SECRET_VARIABLES else (name,)
    return any(values.get(each, "").strip() for each in names)


def _secrets(values: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    """All texts that must never be shown, also invalid values; stand-ins are not secret."""
    read_in = (getattr(settings, VARIABLES[name]) for name in SECRET_VARIABLES)
    texts = [text for item in read_in for text in ((item,) if isinstance(item, str) else item)]
    texts += [word for name in SECRET_VARIABLES for word in _words(values.get(name, ""))]
    texts += [values[_CLIENT].strip()] if _swapped(values) else []
    texts += re.findall(r"//[^/@]*:([^/@]+)@", settings.store)
    return tuple(sorted({text for text in texts if text} - set(_STAND_INS.values())))


def _words(text: str) -> list[str]:
    return [text.strip(), text.strip().strip("\"'"), *text.replace(",", " ").split()]
