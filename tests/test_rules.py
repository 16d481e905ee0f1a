"""Rules as data and as a file: what is taken, and each mistake with its file and line."""

from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate import Require, Rule, Settings, SettingsError
from cognito_gate.settings.rules import KINDS, REQUIRE_KEYS, RULE_KEYS
from cognito_gate.settings.rules_file import Mistake, RulesFileError, parse_rules, read_rules_file
from tests.parts.made import ENVIRON, settings

FILE = """\
# Who may do what.
[[rule]]
paths = ["/health", "/static/*"]
public = true

[[rule]]
name = "admins"
paths = ["/admin/*"]
methods = ["GET", "POST"]
  [rule.require]
  groups = ["admin"]
  any_group = ["staff", "guests"]
  scopes = ["shop/read"]
  email_domains = ["Example.com", "bücher.example"]
  claims = { "custom:tenant" = "acme", level = [1, 2], beta = true }
  max_auth_age = 900
  acr = ["urn:cognito:loa:2"]

[[rule]]
paths = ["/jobs/*"]
require.clients = ["1example23456789"]

[[rule]]
paths = ["/maybe"]
optional = true

[[rule]]
paths = ["/profile"]
signed_in = true
"""


def test_every_key_in_a_file() -> None:
    rules = parse_rules(FILE, "rules.toml")
    assert rules == (
        Rule(("/health", "/static/*"), public=True),
        Rule(
            ("/admin/*",),
            name="admins",
            methods=("GET", "POST"),
            require=Require(
                groups=("admin",),
                any_group=("staff", "guests"),
                scopes=("shop/read",),
                email_domains=("example.com", "xn--bcher-kva.example"),
                claims={"custom:tenant": "acme", "level": (1, 2), "beta": True},
                max_auth_age=900,
                acr=("urn:cognito:loa:2",),
            ),
        ),
        Rule(("/jobs/*",), require=Require(clients=("1example23456789",))),
        Rule(("/maybe",), optional=True),
        Rule(("/profile",), signed_in=True),
    )
    places = [rule.place for rule in rules]
    assert places == [f"rules.toml, line {line}" for line in (2, 6, 19, 23, 27)]
    assert all(key in FILE for key in (*RULE_KEYS, *REQUIRE_KEYS))


def test_rules_are_frozen() -> None:
    rule = parse_rules(FILE, "rules.toml")[1]
    with pytest.raises(FrozenInstanceError):
        rule.paths = ()  # type: ignore[misc]
    assert rule.require is not None
    assert rule.require.claims is not None
    with pytest.raises(TypeError):
        rule.require.claims["custom:tenant"] = "other"  # type: ignore[index]
    claims = {"a": "b"}
    require = Require(claims=claims)
    claims["a"] = "c"
    assert require.claims == {"a": "b"}


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(RulesFileError) as error:
        parse_rules(text, "r.toml")
    for mistake in error.value.mistakes:
        place = f", line {mistake.line}" if mistake.line else ""
        assert f"r.toml{place}: {mistake.text}" in str(error.value)
    return [(mistake.line, mistake.text) for mistake in error.value.mistakes]


START = '[[rule]]\npaths = ["/a"]\n'
MISTAKES = {
    "no TOML": ("[[rule]\n", 0, "is no TOML"),
    "nothing": ("", 0, "has no [[rule]]"),
    "a comment": ("# rules\n", 0, "has no [[rule]]"),
    "an unknown table": ("[[rules]]\n", 1, "rules is not a key of a file of rules; did you mean"),
    "one table": ("[rule]\npaths = ['/a']\n", 1, "the rule is no [[rule]]"),
    "a number": ("\nrule = 5\n", 2, "the rule is no [[rule]]"),
    "no paths": ("\n[[rule]]\npublic = true\n", 2, "the rule has no paths"),
    "nobody said": (START, 1, "says nothing of who may pass; it takes one of public, optional"),
    "two said": (START + "public = true\noptional = true\n", 1, "says public and optional"),
    "false": (START + "public = false\n", 3, "public is False; it takes true"),
    "a text for true": (START + 'public = "true"\n', 3, "public is 'true'; it takes true"),
    "a misspelled key": (START + "publik = true\n", 3, "did you mean public?"),
    "a key in capitals": (START + "Public = true\n", 3, "did you mean public?"),
    "a key like none": (START + "xyz = 1\npublic = true", 3, "which has paths, methods, public"),
    "a key of another table": (START + 'groups = ["a"]\n', 3, "groups is not a key of a rule"),
    "an odd key": (START + '"a\\nb" = 1\npublic = true\n', 3, "'a\\nb' is not a key"),
    "a text for a list": ('[[rule]]\npublic=true\npaths = "/a"\n', 3, "it takes a list of paths"),
    "an empty list": ("[[rule]]\npublic=true\npaths = []\n", 3, "paths is empty; it takes paths"),
    "twice in a list": ("[[rule]]\npublic=true\npaths = ['/a', '/a']\n", 3, "'/a' twice"),
    "no path": ("[[rule]]\npublic=true\npaths = ['a']\n", 3, "paths lists 'a'; it takes paths"),
    "a pattern within": ("[[rule]]\npublic=true\npaths = ['/a/*/b']\n", 3, "lists '/a/*/b'"),
    "a regular expression": ("[[rule]]\npublic=true\npaths = ['/a.*']\n", 3, "lists '/a.*'"),
    "not ASCII": ("[[rule]]\npublic=true\npaths = ['/é']\n", 3, "paths lists"),
    "many lines": (
        '[[rule]]\npublic=true\n# paths = [\npaths = [\n  "/a", # ]\n  "b",\n]\n',
        4,
        "paths lists 'b'",
    ),
    "a method in lower case": (START + "methods = ['get']\n", 3, "methods in upper case"),
    "no name": (START + "name = ''\npublic=true\n", 3, "name is ''"),
    "a long name": (START + f"name = '{'x' * 65}'\npublic=true\n", 3, "64 printable characters"),
    "a name of two lines": (START + 'name = "a\\nb"\npublic=true\n', 3, "printable"),
    "a name that is taken": (START + "name = 'rule 7'\npublic=true\n", 3, "is 'rule 7', which"),
    "a text for a table": (START + "require = 'admin'\n", 3, "it takes what the rule requires"),
    "an empty table": (START + "[rule.require]\n", 3, "require names nothing; for everybody who"),
    "an empty table inline": (START + "require = {}\n", 3, "require names nothing"),
    "misspelled below": (START + "require.group = ['a']\n", 3, "require; did you mean groups?"),
    "an empty list below": (START + "require.groups = []\n", 3, "require.groups is empty"),
    "a text below": (START + "[rule.require]\ngroups = 'a'\n", 4, "groups is 'a'; it takes a list"),
    "a number in a list": (START + "require.groups = [1]\n", 3, "require.groups is (1,)"),
    "a blank group": (START + "require.groups = [' a']\n", 3, "lists ' a', which is no group's"),
    "a scope with a blank": (START + "require.scopes = ['a b']\n", 3, "is not an OAuth scope"),
    "a client": (START + "require.clients = ['a-b']\n", 3, "is not an app client id"),
    "machines in groups": (
        START + "require.clients = ['a']\nrequire.groups = ['b']\n",
        3,
        "can be met by nobody: clients are machines, which have no groups",
    ),
    "an address for a domain": (START + "require.email_domains=['a@b.c']\n", 3, "whole domains"),
    "all sub-domains": (START + "require.email_domains=['*.b.c']\n", 3, "sub-domains one by one"),
    "no domain": (START + "require.email_domains=['localhost']\n", 3, "lists 'localhost'"),
    "a domain in other capitals": (START + "require.email_domains=['É.de']\n", 3, "lists"),
    "claims as a list": (START + "require.claims = ['a']\n", 3, "it takes a table of claims"),
    "no claims": (START + "require.claims = {}\n", 3, "require.claims is empty"),
    "no values": (START + "require.claims = { a = [] }\n", 3, "an empty list for a"),
    "a date": (START + "require.claims = { a = 2020-01-01 }\n", 3, "for a; it takes a text, a wh"),
    "a fraction": (START + "[rule.require.claims]\na = 1.5\n", 3, "has 1.5 for a"),
    "a blank claim": (START + "[rule.require.claims]\n' ' = 1\n", 3, "names the claim ' '"),
    "an age as a text": (START + "require.max_auth_age = '60'\n", 3, "a whole number of seconds"),
    "true as an age": (START + "require.max_auth_age = true\n", 3, "a whole number of seconds"),
    "a short age": (START + "require.max_auth_age = 9\n", 3, "is 9; it takes 10 to 31536000"),
    "a huge age": (START + f"require.max_auth_age = 0x{'f' * 5000}\n", 3, "is a huge number"),
    "an acr with a quote": (START + "require.acr = ['a\"']\n", 3, "which is no value of acr"),
    "not a place": (START + "require.acr = 'a'\n", 3, "require.acr is 'a'; it takes a list"),
}


@pytest.mark.parametrize(("text", "line", "words"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_told_with_its_line(text: str, line: int, words: str) -> None:
    found = mistakes(text)
    assert [number for number, said in found if words in said] == [line], found


def test_all_mistakes_are_told_at_once_in_their_order() -> None:
    text = (
        START + "publik = true\n\n[[rule]]\npaths = []\nrequire = { groups = [], acr = [] }\n"
        "[[rule]]\npaths = ['/b']\nfoo = 1\npublic = true\n"
    )
    assert [line for line, _ in mistakes(text)] == [1, 3, 6, 7, 7, 10]


def rule(paths: str, more: str = "signed_in = true") -> str:
    return f"[[rule]]\npaths = {paths}\n{more}\n"


ADMINS = "require.groups = ['admin']"
SHADOWED = {
    "the same": (rule("['/a']") + rule("['/a']"), "rule 1 (r.toml, line 1)"),
    "below": (rule("['/a/*']") + rule("['/b', '/a/b/*']"), "lists '/a/b/*', which can never match"),
    "everything": (rule("['/*']") + rule("['/a']"), "covered by rule 1"),
    "by a restriction, in another case": (rule("['/A/*']", ADMINS) + rule("['/a/b']"), "'/a/b'"),
    "its front page": (rule("['/a/*']", ADMINS) + rule("['/a']", "public = true"), "lists '/a'"),
    "by a public one": (rule("['/a/*']", "public = true") + rule("['/a/b']"), "lists '/a/b'"),
    "each method": (
        rule("['/a']", ADMINS + "\nmethods = ['GET']")
        + rule("['/a']", ADMINS + "\nmethods = ['POST', 'PUT']")
        + rule("['/a']", ADMINS + "\nmethods = ['PUT', 'GET']"),
        "covered by rule 2 (r.toml, line 5) and rule 1 (r.toml, line 1)",
    ),
    "a name": (
        rule("['/a']", "name='x'\n" + ADMINS) + rule("['/b']", "name='x'\n" + ADMINS),
        "name is that of another rule: 'x'",
    ),
}


@pytest.mark.parametrize(("text", "words"), SHADOWED.values(), ids=SHADOWED)
def test_a_rule_that_can_never_match(text: str, words: str) -> None:
    [(line, said)] = mistakes(text)
    assert words in said
    assert line > 4


NOT_SHADOWED = {
    "above": rule("['/a/b']") + rule("['/a/*']"),
    "a part of a name": rule("['/a/*']") + rule("['/ab', '/ab/*']"),
    "other methods": rule("['/a']", "public = true\nmethods = ['GET']") + rule("['/a']"),
    "some methods": rule("['/a']", ADMINS + "\nmethods = ['GET']")
    + rule("['/a']", ADMINS + "\nmethods = ['GET', 'POST']"),
    # A rule that opens is read narrowly.
    "a public one in another case": rule("['/A/*']", "public = true") + rule("['/a/b']"),
    "the front page of a public one": rule("['/a/*']", "public = true") + rule("['/a']"),
}


@pytest.mark.parametrize("text", NOT_SHADOWED.values(), ids=NOT_SHADOWED)
def test_a_rule_that_can_match(text: str) -> None:
    assert len(parse_rules(text, "r.toml")) == 2


@pytest.mark.parametrize("text", [FILE, FILE.replace("\n", "\r\n"), "﻿" + FILE])
def test_a_file_is_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes(text.encode())
    assert len(read_rules_file(file)) == 5
    found = settings(COGNITO_GATE_RULES_FILE=str(file), COGNITO_GATE_BEARER="on").rules
    assert found[1].place == f"{file}, line 6"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (FileNotFoundError)"),
        (b"\xff\xfe", "cannot be read (UnicodeDecodeError)"),
        (b"#" * 300_000, "is larger than 262144 bytes"),
        (b"x = " + b"[" * 100_000, "r.toml"),
        (b"a = 1e" + b"9" * 5_000, "a is not a key"),
        (b"a = " + b"9" * 5_000, "is no TOML"),
        (b"a" * 2_000 + b" = 1", "is not a key"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "r.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        settings(COGNITO_GATE_RULES_FILE=str(file))
    assert list(error.value.problems) == ["COGNITO_GATE_RULES_FILE"]
    problem = error.value.problems["COGNITO_GATE_RULES_FILE"]
    assert problem.startswith(str(file))
    assert words in problem


# In code


WRONG: dict[str, dict[str, Any]] = {
    "no kind": {"paths": ("/a",)},
    "two kinds": {"paths": ("/a",), "public": True, "signed_in": True},
    "a list of paths": {"paths": ["/a"], "public": True},
    "a text of paths": {"paths": "/a", "public": True},
    "no paths": {"paths": (), "public": True},
    "no methods": {"paths": ("/a",), "methods": (), "public": True},
    "a number for true": {"paths": ("/a",), "public": 1},
    "groups for require": {"paths": ("/a",), "require": ("admin",)},
}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG)
def test_a_rule_that_exists_is_valid(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="Rule"):
        Rule(**values)


@pytest.mark.parametrize(
    "values",
    [
        {},
        *({key: ()} for key in REQUIRE_KEYS if key not in ("claims", "max_auth_age")),
        *({key: ["a"]} for key in REQUIRE_KEYS),
        {"claims": {}},
        {"max_auth_age": 0},
    ],
)
def test_what_is_required_is_never_nothing(values: dict[str, Any]) -> None:
    """An empty list of groups would let everybody pass."""
    with pytest.raises(SettingsError, match="Require"):
        Require(**values)


def problems(**change: Any) -> dict[str, str]:
    base = Settings.from_env(ENVIRON, env_file=None)
    kept = {
        name: getattr(base, name)
        for name in ("domain", "user_pool_id", "user_pool_client_id", "redirect_url", "logout_url")
    }
    with pytest.raises(SettingsError) as error:
        Settings(**kept, secret_key=base.secret_key, **change)
    return error.value.problems


OPEN = Rule(("/a/*",), public=True, name="open")
JOBS = Rule(("/jobs",), require=Require(clients=("nightly",)))


@pytest.mark.parametrize(
    ("change", "variable", "words"),
    [
        ({"rules": [OPEN]}, "COGNITO_GATE_RULES_FILE", "it takes a tuple of Rule"),
        ({"rules": ("/a",)}, "COGNITO_GATE_RULES_FILE", "it takes a tuple of Rule"),
        ({"rules": (OPEN, OPEN)}, "COGNITO_GATE_RULES_FILE", "open: paths lists '/a/*'"),
        (
            {"rules": (OPEN,), "public_paths": ("/a/*",)},
            "COGNITO_GATE_RULES_FILE",
            "it is covered by COGNITO_GATE_PUBLIC_PATHS",
        ),
        (
            {"rules": (Rule(("/auth/me",), public=True),)},
            "COGNITO_GATE_RULES_FILE",
            "it is a route of the gate itself",
        ),
        (
            {"rules": (Rule(("/auth/callback",), public=True),)},
            "COGNITO_GATE_RULES_FILE",
            "it is a route of the gate itself",
        ),
        (
            {"rules": (Rule(("/*",), signed_in=True),), "require_groups": ("staff",)},
            "COGNITO_GATE_REQUIRE_GROUPS",
            "has no effect: rule 1 matches every path",
        ),
        (
            {"rules": (Rule(("/*",), signed_in=True),), "email_domains": ("example.com",)},
            "COGNITO_GATE_EMAIL_DOMAINS",
            "has no effect: rule 1 matches every path",
        ),
        ({"require_groups": ("a", "a")}, "COGNITO_GATE_REQUIRE_GROUPS", "lists 'a' twice"),
        ({"rules": (JOBS,)}, "COGNITO_GATE_RULES_FILE", "rule 1: require.clients lists 'nightly'"),
        (
            {"rules": (JOBS,), "bearer": True},
            "COGNITO_GATE_RULES_FILE",
            "whose bearer tokens are not accepted",
        ),
        ({"email_domains": ("a",)}, "COGNITO_GATE_EMAIL_DOMAINS", "lists 'a'"),
    ],
)
def test_settings_whose_rules_contradict_others(
    change: dict[str, Any], variable: str, words: str
) -> None:
    found = problems(**change)
    assert list(found) == [variable]
    assert words in found[variable]


def test_a_rule_for_machines_whose_tokens_are_accepted() -> None:
    found = settings(COGNITO_GATE_BEARER="true", COGNITO_GATE_BEARER_CLIENT_IDS="nightly")
    own = Rule(("/own",), require=Require(clients=(found.user_pool_client_id,)))
    assert replace(found, rules=(JOBS, own)).rules == (JOBS, own)


def test_the_shortcuts() -> None:
    assert settings().default_require is None
    found = settings(
        COGNITO_GATE_REQUIRE_GROUPS="staff,admin", COGNITO_GATE_EMAIL_DOMAINS="Example.com b.org"
    )
    assert found.default_require == Require(
        groups=("staff", "admin"), email_domains=("example.com", "b.org")
    )
    rules = (Rule(("/*",), methods=("GET",), public=True),)
    assert Settings(disabled=True, rules=rules, require_groups=("a",)).default_require


def test_what_a_rule_opens_is_public_after_a_sign_out() -> None:
    out = {"AWS_COGNITO_LOGOUT_URL": "https://app.example/"}
    assert settings(**out).lands_on_sign_in
    for rule, lands in (
        (Rule(("/",), public=True), False),
        (Rule(("/*",), optional=True), False),
        (Rule(("/",), signed_in=True), True),
        (Rule(("/",), methods=("GET",), public=True), True),
        (Rule(("/a",), public=True), True),
    ):
        assert replace(settings(**out), rules=(rule,)).lands_on_sign_in is lands


# Anything


WORDS = st.sampled_from(
    [
        *("[[rule]]", "[rule.require]", "[rule]", "[[rule.require]]", "[rule.require.claims]"),
        *('paths = ["/a"]', "paths = ['/a/*', '/b']", "paths = 5", "public = true", "optional = 1"),
        *("signed_in = true", 'require.groups = ["a"]', "require = { acr = ['x'] }", "groups = []"),
        *("max_auth_age = 60", "max_auth_age = -0x1", 'clients = ["a"]', "[a.b]", "rule = 1"),
        *('email_domains = ["example.com"]', "claims = { a = 1 }", "claims.b = [1, 'x']"),
        *("methods = ['GET',", "]", "# [[rule]]", 'name = """', '"""', "name = 'n'", "", "= 1"),
        *("rule = [{paths=['/a'], public=true}, {}]", "a.b.c = {d = [{e = 1}]}", "'\\n' = 2"),
    ]
)


@given(st.lists(WORDS, max_size=12).map("\n".join) | st.text())
def test_any_text_is_rules_or_a_mistake(text: str) -> None:
    found: list[Mistake] = []
    rules: tuple[Rule, ...] = ()
    try:
        rules = parse_rules(text, "r.toml")
    except RulesFileError as error:
        found.extend(error.mistakes)
    assert bool(found) != bool(rules)
    assert all(0 <= mistake.line <= text.count("\n") + 1 for mistake in found)
    assert Settings(disabled=True, rules=rules).rules == rules


@given(st.dictionaries(st.sampled_from(RULE_KEYS), st.from_type(type).flatmap(st.from_type)))
def test_any_values_are_a_rule_or_a_settings_error(values: dict[str, Any]) -> None:
    made: list[Rule] = []
    with suppress(SettingsError):
        made.append(Rule(**{"paths": ("/a",), **values}))
    for rule in made:
        assert len([kind for kind in KINDS if getattr(rule, kind)]) == 1
