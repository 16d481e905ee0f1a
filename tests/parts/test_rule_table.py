"""Which rule decides about a path: the first that matches; narrowly to open, widely to restrict."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate import Require, Rule
from cognito_gate._gate.rule_table import DEFAULT, Access, RuleTable, asked_methods

ADMIN = Require(groups=("admin",))
STAFF = Require(any_group=("staff", "admin"))

TABLE = RuleTable(
    (
        Rule(("/health",), public=True, name="health"),
        Rule(("/admin/help", "/admin/help/*"), public=True, name="help"),
        Rule(("/admin/*",), require=ADMIN, name="admin"),
        Rule(("/me",), optional=True, name="me"),
        Rule(("/items/*",), methods=("GET",), require=STAFF, name="read"),
        Rule(("/items/*",), require=ADMIN, name="write"),
        Rule(("/static/private/*",), require=ADMIN, name="private"),
        Rule(("/static/*",), public=True, name="static"),
        Rule(("/report",), require=STAFF, name="report"),
        Rule(("/profile/*",), signed_in=True, name="profile"),
    )
)


def access(path: str, method: str = "GET", *, table: RuleTable = TABLE, mount: str = "") -> Access:
    return table.access(path, mount, asked_methods(method))


def demanded(path: str, method: str = "GET", *, table: RuleTable = TABLE) -> set[str]:
    """The rules whose demands a path has to meet, those that name none left out."""
    found = access(path, method, table=table)
    assert not found.public
    assert not found.optional
    return {demand.rule for demand in found.demands if demand.require is not None}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/health", "health"),
        ("/admin/help", "help"),
        ("/admin/help/a", "help"),
        ("/static/app.css", "static"),
    ],
)
def test_what_opens(path: str, rule: str) -> None:
    assert access(path) == Access(rule, public=True)


def test_what_is_optional() -> None:
    assert access("/me") == Access("me", optional=True)


@pytest.mark.parametrize(
    "path", ["/", "/other", "/healthz", "/health/", "/Health", "/me/", "/ME", "/staticx", "*", ""]
)
def test_what_no_rule_matches_needs_a_sign_in_and_no_more(path: str) -> None:
    assert demanded(path) == set()


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/admin/x", "admin"),
        ("/admin/", "admin"),
        ("/admin", "admin"),  # the page of what is below it
        ("/ADMIN/x", "admin"),
        ("/Admin", "admin"),
        ("/report", "report"),
        ("/report/", "report"),
        ("/Report", "report"),
        ("/static/private/x", "private"),
        ("/static/Private/x", "private"),
        # They would open, were they plain.
        ("/admin//help", "admin"),
        ("/admin/help/../x", "admin"),
        ("/admin/Help", "admin"),
        ("/static/a/../private/x", "private"),
        # Ways to read a path in which it is another one.
        ("//admin/x", "admin"),
        ("/x/../admin/x", "admin"),
        ("/./admin/x", "admin"),
        ("/admin;a=b/x", "admin"),
        ("/x;/../admin/y", "admin"),
        ("/admin%2fx", "admin"),
        ("/%61dmin/x", "admin"),
        ("/%2561dmin/x", "admin"),
        ("/a%2fb/../admin/x", "admin"),
        ("/x\\..\\admin\\x", "admin"),
        ("\\admin\\x", "admin"),
        ("/report?x", "report"),
        ("/report#x", "report"),
        ("/report\0.css", "report"),
        ("/y?/../admin/x", "admin"),
        ("/ad\tmin/x", "admin"),
        ("/report ", "report"),
        ("/report\ufffd", "report"),  # as %A0 is decoded, a space in Latin-1
        ("/\uff41dmin/x", "admin"),
        ("/adm\u0131n\u200b/../admin/x", "admin"),
        ("/\u017ftatic/private/x", "private"),
        ("/.//admin/x", "admin"),
        ("/..;/admin/x", "admin"),
    ],
)
def test_what_restricts_holds_however_a_path_is_written(path: str, rule: str) -> None:
    assert demanded(path) == {rule}


@pytest.mark.parametrize("path", ["/wiki/caf\u00e9", "/a b", "/100%", "/a;b", "/x//y"])
def test_an_odd_path_that_leads_nowhere_else_needs_a_sign_in_only(path: str) -> None:
    assert demanded(path) == set()


def test_where_readings_disagree_each_ones_rule_must_be_met() -> None:
    """Or who may read items by their own rule could walk out of it."""
    assert demanded("/items/../admin/x") == {"read", "admin"}
    table = RuleTable((Rule(("/Team",), require=STAFF), Rule(("/*",), require=ADMIN)))
    assert demanded("/Team", table=table) == {"rule 1"}
    assert demanded("/team", table=table) == {"rule 1", "rule 2"}


def test_a_rule_widened_never_takes_a_path_from_a_stricter_one() -> None:
    table = RuleTable(
        (
            Rule(("/area",), require=STAFF, name="front"),
            Rule(("/area/*",), require=ADMIN, name="in"),
        )
    )
    assert demanded("/area", table=table) == {"front"}
    assert demanded("/area/", table=table) == {"front", "in"}
    assert demanded("/area/x", table=table) == {"in"}


def test_a_rule_before_it_that_is_written_in_another_case_closes_a_path() -> None:
    assert demanded("/static/PRIVATE/key") == {"private"}


def test_a_path_that_nobody_can_read_is_for_nobody() -> None:
    for path in ("/" + "\u00e9" * 2_048, "/%" + "25" * 70 + "41"):
        assert access(path).refused
    assert not access("/" + "e" * 5_000).refused


def test_where_nothing_restricts_odd_paths_are_not_looked_at() -> None:
    table = RuleTable((Rule(("/open",), public=True),))
    assert access("/" + "\u00e9" * 5_000, table=table).refused == ""


# Methods


@pytest.mark.parametrize(
    ("method", "rules"),
    [
        ("GET", {"read"}),
        ("POST", {"write"}),
        ("DELETE", {"write"}),
        ("OPTIONS", {"write"}),
        # An app's HEAD is its GET, unless it is something of its own.
        ("HEAD", {"read", "write"}),
        # Some apps take any case.
        ("get", {"read", "write"}),
        ("post", {"write"}),
    ],
)
def test_methods(method: str, rules: set[str]) -> None:
    assert demanded("/items/1", method) == rules


def test_a_method_in_place_of_the_first_counts_too() -> None:
    found = TABLE.access("/items/1", "", asked_methods("GET", (" delete ",)))
    assert {demand.rule for demand in found.demands} == {"read", "write"}


@pytest.mark.parametrize(
    ("method", "overrides", "public"),
    [
        ("GET", (), True),
        ("get", (), False),
        ("HEAD", (), False),
        ("POST", (), False),
        ("GET", ("POST",), False),
        ("GET", ("get",), True),
    ],
)
def test_a_rule_opens_the_methods_that_it_names_and_no_other(
    method: str, overrides: tuple[str, ...], public: bool
) -> None:
    table = RuleTable((Rule(("/feed",), methods=("GET",), public=True),))
    assert table.access("/feed", "", asked_methods(method, overrides)).public is public


def test_public_for_one_method_and_optional_for_another_is_optional_for_both() -> None:
    table = RuleTable(
        (
            Rule(("/feed",), methods=("GET",), public=True),
            Rule(("/feed",), methods=("HEAD",), optional=True),
        )
    )
    assert access("/feed", "HEAD", table=table) == Access("rule 2", optional=True)


def test_optional_for_one_method_is_not_for_another() -> None:
    table = RuleTable((Rule(("/feed",), methods=("GET",), optional=True),))
    assert access("/feed", table=table).optional
    assert not table.access("/feed", "", asked_methods("GET", ("POST",))).optional
    assert not access("/feed", "HEAD", table=table).optional


# Mounts


@pytest.mark.parametrize(
    ("pattern", "mount", "path", "public"),
    [
        ("/static/*", "/static", "/static/x", False),
        ("/static/*", "", "/static/x", True),
        ("/app/static/*", "/app", "/app/static/x", True),
        ("/*", "/app", "/app/x", True),
    ],
)
def test_a_rule_for_a_part_does_not_open_a_whole_mount(
    pattern: str, mount: str, path: str, public: bool
) -> None:
    table = RuleTable((Rule((pattern,), public=True),))
    assert access(path, table=table, mount=mount).public is public


def test_a_rule_that_restricts_covers_a_mount() -> None:
    table = RuleTable((Rule(("/app/*",), require=ADMIN),))
    assert table.access("/app/x", "/app", ("GET",)).demands[0].require is ADMIN


# What no rule matches


def test_the_default_holds_where_no_rule_matches() -> None:
    table = RuleTable((Rule(("/a/*",), signed_in=True), Rule(("/b",), public=True)), ADMIN)
    assert demanded("/a/x", table=table) == set()
    assert access("/b", table=table).public
    for path in ("/", "/c", "/b/", "*", "", "/B"):
        assert demanded(path, table=table) == {DEFAULT}
    # As it is written, no rule matches this.
    assert demanded("/A/x", table=table) == {DEFAULT}
    assert demanded("/a", table=table) == {DEFAULT}


def test_everything_is_also_what_is_no_path() -> None:
    """`OPTIONS *`, and the empty path that some servers give a mounted app."""
    everybody = Rule(("/*",), signed_in=True)
    for path in ("*", "", "/", "/a", "/\u00e9"):
        assert demanded(path, table=RuleTable((Rule(("/*",), require=ADMIN),))) == {"rule 1"}
        assert demanded(path, table=RuleTable((everybody,), ADMIN)) == set()


def test_nobody_has_odd_paths_read() -> None:
    """Whoever is not signed in is not let in by them, whatever they may be read as."""
    assert TABLE.may_open("/static/x")
    assert TABLE.may_open("/other")
    assert not TABLE.may_open("/static//x")
    assert not RuleTable((Rule(("/a",), signed_in=True),)).may_open("/a")


def test_no_rules_restrict_nobody() -> None:
    assert not RuleTable(()).restricts
    assert not RuleTable((Rule(("/a",), public=True), Rule(("/b",), signed_in=True))).restricts
    assert RuleTable((), ADMIN).restricts
    assert TABLE.restricts


PIECES = st.lists(
    st.sampled_from(
        ["admin", "Admin", "help", "static", "private", "x", "..", ".", "", "%2e%2e", ";a", "\\"]
    ),
    max_size=7,
)


@given(PIECES)
def test_what_may_be_read_as_a_page_of_admins_is_for_them(pieces: list[str]) -> None:
    """Whatever an app makes of a path, whose plain form is one that only admins may reach."""
    path = "/" + "/".join(pieces)
    resolved: list[str] = []
    for piece in path.replace("\\", "/").replace("%2e", ".").split("/"):
        if piece == "..":
            del resolved[-1:]
        elif piece not in ("", ".") and not piece.startswith(";"):
            resolved.append(piece.lower())
    found = access(path)
    if resolved[:1] == ["admin"] and resolved[1:2] != ["help"]:
        assert found.refused or "admin" in {demand.rule for demand in found.demands}


@given(st.text(), st.text(max_size=9), st.text(max_size=9))
def test_any_path_has_an_answer(path: str, mount: str, method: str) -> None:
    found = TABLE.access(path, mount, asked_methods(method))
    assert found.public or found.optional or found.demands


@given(st.text(alphabet="/.%;\\?#\0 \u00e9aA25eEfF", max_size=40))
def test_odd_paths_never_open(path: str) -> None:
    found = access("/static/" + path)
    if found.public:
        assert not set(path) & set("%;\\?#\0 \u00e9")
        assert "//" not in "/" + path


# What an attacker may try


@pytest.mark.parametrize("path", ["admin/x", "ADMIN/x", "x/../admin/y"])
def test_a_path_without_its_slash_is_read_with_it(path: str) -> None:
    """Some WSGI servers hand it on like that, and Werkzeug puts the slash before it."""
    assert "admin" in demanded(path)


@pytest.mark.parametrize(
    ("path", "mount"),
    [("/api/admin/x", "/api"), ("/api//admin/x", "/api"), ("/API/admin/x", "/API")],
)
def test_a_mount_hides_no_rule(path: str, mount: str) -> None:
    """Frameworks take the mount away where a path begins with it, and leave others as they are."""
    found = access(path, mount=mount)
    assert "admin" in {demand.rule for demand in found.demands}


def test_nor_does_a_path_without_its_mount() -> None:
    table = RuleTable((Rule(("/api/admin/*",), require=ADMIN, name="admin"),))
    found = access("/admin/x", table=table, mount="/api")
    assert [demand.rule for demand in found.demands] == ["admin"]


@pytest.mark.parametrize("path", ["/files/sub/", "/files//sub/", "/files/./sub/", "/Files/Sub/"])
def test_an_odd_spelling_is_judged_no_weaker(path: str) -> None:
    weaker, stronger = Rule(("/files/sub",), signed_in=True), Rule(("/files/sub/*",), require=ADMIN)
    assert demanded(path, table=RuleTable((weaker, stronger))) == {"rule 2"}


def test_of_methods_only_those_that_rules_name_are_told_apart() -> None:
    names = ",".join(f"M{number}" for number in range(60))
    assert TABLE.asked("GET", (names,)) == TABLE.asked("GET", ("ANY",))
    assert len(TABLE.asked("x" * 9_000, ("y" * 60_000,))) <= 2


def test_a_long_list_of_methods_counts_as_all_of_them() -> None:
    table = RuleTable((Rule(("/items/*",), methods=("DELETE",), require=ADMIN),))
    methods = table.asked("GET", ("a," * 200 + "DELETE",))
    assert "rule 1" in {demand.rule for demand in table.access("/items/1", "", methods).demands}


def test_a_long_path_beyond_ascii_is_refused() -> None:
    """To bring it into a normal form could take seconds."""
    assert access("/" + "\u0300" * 256).refused
    assert not access("/" + "\u00e9" * 255).refused


@pytest.mark.parametrize(
    ("path", "mount", "pattern"),
    [("/api/admin/x", "/api", "/admin/*"), ("/admin/x", "/api", "/api/admin/*")],
)
def test_what_opens_all_opens_nothing_across_a_mount(path: str, mount: str, pattern: str) -> None:
    """A rule before it is for the same page, by its other spelling."""
    table = RuleTable((Rule((pattern,), require=ADMIN, name="admin"), Rule(("/*",), public=True)))
    found = access(path, table=table, mount=mount)
    assert not found.public
    assert [demand.rule for demand in found.demands] == ["admin"]
    assert access("/api/other", table=table, mount=mount).public
