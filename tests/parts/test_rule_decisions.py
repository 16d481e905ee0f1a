"""What the rules decide, asked without a gate: what few requests meet, and what opens nothing."""

import pytest

from cognito_gate import Identity, Require, Rule
from cognito_gate._gate.authorization import Authorization
from cognito_gate._gate.protocol.paths import PublicPaths
from cognito_gate._gate.rule_decisions import REMEMBERED, RuleDecisions
from cognito_gate._gate.rule_table import RuleTable, asked_methods
from cognito_gate._gate.target import Target
from cognito_gate.errors import Forbidden

ADA = Identity({"sub": "sub-of-ada", "auth_time": 1_000})
LONG = "/" + "b" * 300


def decisions(*rules: Rule, after: str = "") -> RuleDecisions:
    return RuleDecisions(PublicPaths(("/static/*",), after), RuleTable(rules))


@pytest.mark.parametrize("path", ["/bye", LONG])
def test_the_page_after_sign_out_is_for_reading_also_where_rules_open(path: str) -> None:
    ruled = decisions(Rule(("/a",), optional=True), after=path)
    authorization = Authorization(PublicPaths((), path), ruled)
    for method, is_open in (("GET", True), ("HEAD", True), ("POST", False)):
        assert authorization.is_public(Target(path, "", method)) is is_open, method
    assert not authorization.is_public(Target(path, "", "GET", socket=True))
    assert not authorization.is_public(Target(path, "", "GET", overrides=("POST",)))


def test_a_pattern_opens_no_whole_mount_also_where_rules_open() -> None:
    ruled = decisions(Rule(("/a",), optional=True))
    assert ruled.access(Target("/static/x", "", "GET")).public
    assert not ruled.access(Target("/static/x", "/static", "GET")).public


def test_until_when_a_sign_in_is_new_enough() -> None:
    ruled = decisions(Rule(("/a",), require=Require(max_auth_age=300)))
    authorization = Authorization(PublicPaths(()), ruled)
    assert authorization.ends_at(Target("/a", "", "GET"), ADA) == 1_300
    assert authorization.ends_at(Target("/b", "", "GET"), ADA) == float("inf")
    assert Authorization(PublicPaths(())).ends_at(Target("/a", "", "GET"), ADA) == float("inf")


def rules_of(ruled: RuleDecisions, path: str, mount: str) -> set[str]:
    return {demand.rule for demand in ruled.access(Target(path, mount, "GET")).demands}


def test_a_rule_of_the_path_inside_a_mount_counts_beside_that_of_the_whole() -> None:
    staff, admins = Require(groups=("staff",)), Require(groups=("admins",))
    ruled = decisions(
        Rule(("/mount/*",), require=staff, name="whole"),
        Rule(("/ADMIN",), require=staff, name="in another case"),
        Rule(("/admin",), require=admins, name="inside"),
    )
    assert rules_of(ruled, "/mount/admin", "/mount") == {"whole", "in another case", "inside"}
    assert rules_of(ruled, "/mount/other", "/mount") == {"whole"}


def test_one_header_may_name_several_methods() -> None:
    assert asked_methods("GET", ("put,delete", "PATCH")) == ("GET", "PUT", "DELETE", "PATCH")


def test_what_is_remembered_is_bounded() -> None:
    ruled = decisions(Rule(("/a",), signed_in=True))
    assert ruled._remembered.cache_info().maxsize == REMEMBERED
    ruled.access(Target("/m" * 100 + "/x", "/m" * 100, "GET"))
    assert ruled._remembered.cache_info().currsize == 0


def test_a_path_that_nobody_can_read_is_refused_by_name() -> None:
    ruled = decisions(Rule(("/a",), signed_in=True))
    with pytest.raises(Forbidden, match="the path is too long") as refused:
        ruled.check(Target("/%" * 2_000, "", "GET"), ADA)
    assert (refused.value.sub, refused.value.rule) == ("sub-of-ada", "no rule")


def test_a_check_is_told_who_asks_for_what() -> None:
    seen: list[tuple[Target, Identity]] = []

    class Noting:
        def check(self, target: Target, identity: Identity) -> None:
            seen.append((target, identity))

    target = Target("/a", "", "GET")
    RuleDecisions(PublicPaths(()), RuleTable(()), (Noting(),)).check(target, ADA)
    assert seen == [(target, ADA)]
