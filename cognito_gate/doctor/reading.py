"""The settings as far as they can be read: what is wrong in them must not hide the rest.

A wrong variable is noted and a stand-in takes its place, so that all checks that do not need it
can run. Knows variables; must not know what is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path

from ..errors import SettingsError
from ..settings import VARIABLES, Settings
from ..settings.reading import reader

_PREFIXES = ("AWS_COGNITO_", "COGNITO_GATE_")
_ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
_DISABLED = "AWS_COGNITO_DISABLED"
_SECRET = {item.metadata["variable"] for item in fields(Settings) if item.metadata["secret"]}
# Where one of these cannot be read, its default stands in at once.
_FLAGS = {
    item.metadata["variable"] for item in fields(Settings) if item.metadata["parser"] == "flag"
}
_KNOWN = {*VARIABLES, *(f"{name}_FILE" for name in _SECRET), "AWS_ENDPOINT_URL"}
# For variables without which there are no settings. No host may be reached by these names
# (RFC 6761 section 6.4).
_STAND_INS = {
    "AWS_COGNITO_DOMAIN": "https://stand-in.invalid",
    "AWS_COGNITO_ISSUER": "https://stand-in.invalid/pool",
    "AWS_COGNITO_LOGOUT_URL": "https://stand-in.invalid/after",
    "AWS_COGNITO_REDIRECT_URL": "https://stand-in.invalid/stand-in/callback",
    "AWS_COGNITO_USER_POOL_CLIENT_ID": "standin",
    "AWS_COGNITO_USER_POOL_ID": "us-east-1_StandIn",
    "SECRET_KEY": "stand-in-for-a-key-of-32-characters",
}
# Problems that settings have with each other: a stand-in may be the only reason for them.
_LEANS_ON = {
    "AWS_COGNITO_COOKIE_DOMAIN": {"AWS_COGNITO_REDIRECT_URL"},
    "AWS_COGNITO_COOKIE_SAMESITE": {"AWS_COGNITO_REDIRECT_URL"},
    "AWS_COGNITO_DOMAIN": {"AWS_COGNITO_USER_POOL_ID", "AWS_REGION", "COGNITO_GATE_LOGIN"},
    "AWS_COGNITO_ISSUER": {"AWS_COGNITO_USER_POOL_ID", "AWS_REGION"},
    "AWS_COGNITO_LOGOUT_URL": {"AWS_COGNITO_REDIRECT_URL", "COGNITO_GATE_PREFIX"},
    "AWS_COGNITO_REDIRECT_URL": {"COGNITO_GATE_PREFIX", "COGNITO_GATE_LOGIN"},
    "COGNITO_GATE_BEARER_CLIENT_IDS": {"COGNITO_GATE_BEARER"},
}


@dataclass(frozen=True, slots=True)
class Stranger:
    """A variable that looks like ours and is none; `meant` is the nearest of ours, if any."""

    name: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read. `stood_in` names the variables whose value in `settings` is a stand-in.

    `problems` are texts to be read after the variable's name; `disabled` says that the gate is
    turned off, which `settings` are not; `unreadable` is why the env file could not be read.
    """

    settings: Settings
    problems: Mapping[str, str]
    stood_in: frozenset[str]
    given: frozenset[str]
    strangers: tuple[Stranger, ...]
    disabled: bool
    env_file: str
    env_file_found: bool
    unreadable: str
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def empty(self) -> bool:
        """Nothing says which pool it is: nobody has begun."""
        return not self.strangers and not any(
            name.startswith("AWS_COGNITO_") for name in self.given
        )

    def unsure(self, *variables: str) -> str:
        """Why a check that needs these settings cannot run; empty when it can."""
        wrong = [name for name in variables if name in self.stood_in]
        if not wrong:
            return ""
        return f"{' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong"


def read(environ: Mapping[str, str], env_file: str) -> Reading:
    """Read the settings as `Settings.from_env` does, and never raise for what they hold."""
    values, unreadable = _values(environ, env_file)
    rest = dict(values)
    settings, problems, stood_in, disabled = _settled(rest)
    return Reading(
        settings=settings,
        problems=problems,
        stood_in=stood_in,
        given=frozenset(name for name in VARIABLES if _is_given(values, name)),
        strangers=_strangers(values),
        disabled=disabled,
        env_file=env_file,
        env_file_found=Path(env_file).is_file(),
        unreadable=unreadable,
        secrets=_secrets(values, settings),
    )


def _values(environ: Mapping[str, str], env_file: str) -> tuple[dict[str, str], str]:
    """All variables, the environment before the file; and why the file could not be read."""
    try:
        in_file, unreadable = reader({}, env_file).file_values, ""
    except (OSError, UnicodeDecodeError) as error:
        in_file, unreadable = {}, type(error).__name__
    ours = {name: value for name, value in environ.items() if value.strip()}
    return {**in_file, **ours}, unreadable


def _settled(values: dict[str, str]) -> tuple[Settings, dict[str, str], frozenset[str], bool]:
    """Settings at last: wrong variables are replaced until none is left."""
    problems: dict[str, str] = {}
    stood_in: set[str] = set()
    disabled = False
    while True:
        try:
            settings = Settings.from_env(values, env_file=None)
        except SettingsError as error:
            if error.problems.keys() <= stood_in:
                raise  # a stand-in that clashes with what is set: better told than tried for ever
            for name in error.problems:
                if not _follows(name, error.problems, stood_in):
                    problems[name] = error.problems[name]
            for name in error.problems:
                _replace(values, name)
            stood_in |= error.problems.keys()
            continue
        if not settings.disabled:
            return settings, problems, frozenset(stood_in), disabled
        disabled = True
        del values[_DISABLED]  # which asks for nothing else; what is there shall be checked


def _follows(name: str, now: Mapping[str, str], before: set[str]) -> bool:
    """Whether the problem may only be there because another variable is wrong."""
    return not _LEANS_ON.get(name, frozenset()).isdisjoint(before | (now.keys() & _FLAGS))


def _replace(values: dict[str, str], name: str) -> None:
    also = "AWS_ENDPOINT_URL" if name == _ENDPOINT else f"{name}_FILE"
    for known in (name, also):
        values.pop(known, None)
    if name in _STAND_INS:
        values[name] = _STAND_INS[name]


def _is_given(values: Mapping[str, str], name: str) -> bool:
    names = (name, f"{name}_FILE") if name in _SECRET else (name,)
    return any(values.get(each, "").strip() for each in names)


def _strangers(values: Mapping[str, str]) -> tuple[Stranger, ...]:
    found = []
    for name in sorted(values.keys() - _KNOWN):
        ours = name.upper().startswith(_PREFIXES)
        near = get_close_matches(name.upper(), VARIABLES, 1, cutoff=0.8 if ours else 0.85)
        if ours or (near and "COG" in name.upper()):
            found.append(Stranger(name, near[0] if near else ""))
    return tuple(found)


def _secrets(values: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    """All that must never be shown, also where it is wrong; stand-ins are none."""
    read_in = (getattr(settings, VARIABLES[name]) for name in _SECRET)
    texts = [text for item in read_in for text in ((item,) if isinstance(item, str) else item)]
    texts += [word for name in _SECRET for word in _words(values.get(name, ""))]
    return tuple(sorted({text for text in texts if text} - set(_STAND_INS.values())))


def _words(text: str) -> list[str]:
    return [text.strip(), *text.replace(",", " ").split()]
