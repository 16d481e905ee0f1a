"""`cognito-gate rules`: checks a file, says which rule decides and why, and prints the matrix."""

from pathlib import Path

import pytest

from tests.cli.command import here

RULES = """\
[[rule]]
paths = ["/health", "/static/*"]
public = true

[[rule]]
name = "admins"
paths = ["/admin/*"]
require = { groups = ["admin"], max_auth_age = 900 }

[[rule]]
paths = ["/items/*"]
methods = ["GET", "HEAD"]
require.any_group = ["staff", "admin"]

[[rule]]
paths = ["/items/*"]
require.scopes = ["shop/write"]

[[rule]]
paths = ["/jobs/*"]
require.clients = ["nightly"]

[[rule]]
paths = ["/maybe"]
optional = true

[[rule]]
paths = ["/acme/*"]
require = { email_domains = ["example.com"], claims = { tenant = "acme", level = [1, 2] } }
"""


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(RULES)
    return tmp_path / "rules.toml"


def test_rules_without_mistakes_are_listed() -> None:
    result = here("rules", "check", "rules.toml")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "rule 1 (rules.toml, line 1): /health /static/*: public",
        "admins (rules.toml, line 5): /admin/*: groups admin; max_auth_age 900 s",
        "rule 3 (rules.toml, line 10): /items/* (GET, HEAD): any_group staff, admin",
        "rule 4 (rules.toml, line 15): /items/*: scopes shop/write",
        "rule 5 (rules.toml, line 19): /jobs/*: clients nightly",
        "rule 6 (rules.toml, line 23): /maybe: optional",
        "rule 7 (rules.toml, line 27): /acme/*: email_domains example.com; "
        "claims tenant = 'acme', level = (1, 2)",
        "all other paths: a sign-in",
        "7 rules, no mistakes.",
    ]


def test_the_environment_names_the_file_and_what_comes_with_it() -> None:
    environ = {
        "COGNITO_GATE_RULES_FILE": "rules.toml",
        "COGNITO_GATE_PUBLIC_PATHS": "/about",
        "COGNITO_GATE_REQUIRE_GROUPS": "users",
        "AWS_COGNITO_USER_POOL_ID": "no pool at all",
    }
    lines = here("rules", "check", environ=environ).output.splitlines()
    assert "before them: /about: public" in lines
    assert "all other paths: groups users" in lines
    assert lines[-1] == "7 rules, no mistakes."
    Path(".env").write_text("COGNITO_GATE_EMAIL_DOMAINS=example.com\n")
    lines = here("rules", "check").output.splitlines()
    assert lines == ["all other paths: email_domains example.com", "0 rules, no mistakes."]


@pytest.mark.parametrize(
    ("text", "environ", "lines"),
    [
        (
            "[[rule]]\npats = ['/a']\n[[rule]]\npaths = []\npublic = true\n",
            {},
            [
                "Error: rules.toml, line 1: the rule has no paths",
                "rules.toml, line 2: pats is not a key of a rule; did you mean paths?",
                "rules.toml, line 4: paths is empty; it takes paths such as /health and /static/*",
            ],
        ),
        (
            RULES,
            {"COGNITO_GATE_PUBLIC_PATHS": "/maybe"},
            [
                "Error: rule 6 (rules.toml, line 23): paths lists '/maybe', which can never match: "
                "it is covered by COGNITO_GATE_PUBLIC_PATHS, and the first rule that matches counts"
            ],
        ),
        (
            RULES,
            {"COGNITO_GATE_PREFIX": "auth"},
            ["Error: COGNITO_GATE_PREFIX: is 'auth'; it takes a path such as /auth"],
        ),
    ],
)
def test_mistakes_are_told(text: str, environ: dict[str, str], lines: list[str]) -> None:
    Path("rules.toml").write_text(text)
    for words in (("check", "rules.toml"), ("explain", "/", "--file", "rules.toml")):
        result = here("rules", *words, environ=environ)
        assert (result.exit_code, result.output.splitlines()) == (1, lines)


def explained(*words: str) -> list[str]:
    result = here("rules", "explain", *words, "--file", "rules.toml")
    assert result.exit_code == 0, result.output
    return [line.strip() for line in result.output.splitlines()]


@pytest.mark.parametrize(
    ("words", "outcome", "decides"),
    [
        ("GET /health", "passes", "rule 1"),
        ("GET /admin/x --groups staff", "refused (403)", "admins"),
        ("GET /admin/x --groups staff,admin", "passes", "admins"),
        ("GET /admin/x --groups staff --groups admin", "passes", "admins"),
        ("GET /admin/x --anonymous", "must sign in (programs: 401)", "admins"),
        ("GET /admin/x --groups admin --auth-age 901", "must sign in again", "admins"),
        ("GET /ADMIN --groups staff", "refused (403)", "admins"),
        ("GET /admin%2fx?a=b --groups staff", "refused (403)", "admins"),
        ("/admin/x", "refused (403)", "admins"),
        ("GET /items/1 --groups staff", "passes", "rule 3"),
        ("POST /items/1 --groups staff", "refused (403)", "rule 4"),
        ("POST /items/1 --scope a --scope shop/write", "passes", "rule 4"),
        ("GET /jobs/1 --client nightly", "passes", "rule 5"),
        ("GET /jobs/1", "refused (403)", "rule 5"),
        ("GET /maybe --anonymous", "passes", "rule 6"),
        ("GET /acme/x --email a@example.com --claim tenant=acme --claim level=2", "passes", "ru"),
        ("GET /acme/x --email a@example.com --claim tenant=acme", "refused (403)", "rule 7"),
        ("GET /acme/x --email a@example.org --claim tenant=acme --claim level=1", "refused", "ru"),
        ("GET /other", "passes", "no rule matches"),
        ("GET /other --anonymous", "must sign in", "no rule matches"),
    ],
)
def test_which_rule_decides(words: str, outcome: str, decides: str) -> None:
    first, *lines = explained(*words.split())
    assert first.partition(": ")[2].startswith(outcome)
    rule = next(line for line in lines if line.startswith("rule "))
    assert rule.split(None, 1)[1].startswith(decides)


def test_why() -> None:
    assert explained("GET", "/admin/x", "--groups", "staff") == [
        "GET /admin/x: refused (403)",
        "visitor   group staff",
        "rule      admins (rules.toml, line 5)",
        "requires  groups admin; max_auth_age 900 s",
        "because   not in all of the groups admin",
    ]


def test_a_path_that_may_be_read_in_several_ways_names_each_rule() -> None:
    lines = explained("GET", "/items/../admin/x", "--groups", "staff")
    assert [line for line in lines if line.startswith("because")] == [
        "because   all of that is there",
        "because   not in all of the groups admin",
    ]
    assert lines[-1].startswith("The path may be read in several ways")
    assert any("too many ways" in line for line in explained("/%" + "25" * 99 + "41"))


def test_a_route_of_the_gate_has_no_rule() -> None:
    assert explained("GET", "/auth/me") == [
        "GET /auth/me: a route of the gate itself, without rules"
    ]


def test_a_mount(tmp_path: Path) -> None:
    assert explained("GET", "/static/x", "--anonymous")[0].endswith("passes")
    assert "sign in" in explained("GET", "/static/x", "--anonymous", "--mount", "/static")[0]


def test_a_claim_may_be_true_or_false() -> None:
    Path("rules.toml").write_text(
        "[[rule]]\npaths = ['/a']\nrequire.claims = { beta = true, level = 'x' }\n"
    )
    words = ("GET", "/a", "--claim", "level=x", "--claim")
    assert explained(*words, "beta=true")[0].endswith("passes")
    assert explained(*words, "beta=false")[0].endswith("refused (403)")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Which request?"),
        (("GET",), "Which request?"),
        (("GET", "admin"), "Which request?"),
        (("/a", "/b", "--table"), "--table is about all paths"),
        (("--table", "--groups", "a"), "--table is about all paths"),
        (("/a", "--anonymous", "--groups", "a"), "--anonymous is a visitor"),
        (("/a", "--claim", "a"), "NAME=VALUE"),
        (("/a", "--file", "none.toml"), "does not exist"),
    ],
)
def test_wrong_arguments(words: tuple[str, ...], said: str) -> None:
    result = here("rules", "explain", *words)
    assert result.exit_code == 2
    assert said in result.output


def test_the_matrix() -> None:
    environ = {"COGNITO_GATE_PUBLIC_PATHS": "/about", "COGNITO_GATE_REQUIRE_GROUPS": "users"}
    result = here("rules", "explain", "--table", "--file", "rules.toml", environ=environ)
    rows = [line.split("  ") for line in result.output.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[:11] == [
        ["method", "path", *"12345678"],
        ["any", "/about", *["yes"] * 8],
        ["any", "/health", *["yes"] * 8],
        ["any", "/static/*", *["yes"] * 8],
        ["any", "/admin/*", "sign in", "no", "yes", *["no"] * 5],
        ["GET,HEAD", "/items/*", "sign in", "no", "yes", "yes", *["no"] * 4],
        ["other", "/items/*", "sign in", *["no"] * 3, "yes", *["no"] * 3],
        ["any", "/jobs/*", "sign in", *["no"] * 4, "yes", *["no"] * 2],
        ["any", "/maybe", *["yes"] * 8],
        ["any", "/acme/*", "sign in", *["no"] * 5, "yes", "no"],
        ["any", "all others", "sign in", *["no"] * 6, "yes"],
    ]
    assert cells[12:] == [
        ["1", "nobody signed in"],
        ["2", "signed in"],
        ["3", "group admin"],
        ["4", "group staff"],
        ["5", "scope shop/write"],
        ["6", "client nightly"],
        ["7", "somebody@example.com, tenant=acme, level=1"],
        ["8", "group users"],
    ]


def test_the_matrix_of_rules_that_leave_nothing() -> None:
    Path("rules.toml").write_text(
        "[[rule]]\npaths = ['/a/page-1', '/a/*']\npublic = true\n"
        "[[rule]]\npaths = ['/*']\n[rule.require]\n"
        "groups = ['a']\nany_group = ['a', 'b']\nacr = ['x']"
    )
    lines = explained("--table")
    assert [line.split() for line in lines[1:4]] == [
        ["any", "/a/page-1", "yes", "yes", "yes", "yes"],
        ["any", "/a/*", "yes", "yes", "yes", "yes"],
        ["any", "/*", "sign", "in", "no", "yes", "yes"],
    ]
    assert lines[-2:] == ["3  group a, acr x", "4  group a, group b, acr x"]
