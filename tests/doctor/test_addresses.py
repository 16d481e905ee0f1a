"""Region, user pool, issuer and keys, with AWS's addresses."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.effects import HttpAnswer, HttpCall
from cognito_gate.doctor.addresses import count_keys, read_document
from tests.doctor.aws import (
    ANY,
    ISSUER,
    LOGIN,
    POOL,
    UPDATED,
    Cognito,
    document,
    found,
    keys,
    page,
    says,
    wrong,
)

GONE = says(400, message="User pool does not exist.")


def test_a_pool_of_aws_is_well() -> None:
    lines = found()
    assert wrong(lines) == set()
    assert {finding.state for finding in lines.values()} == {"ok", "unknown"}
    assert lines["region"].found == "eu-west-1, as the pool id says"
    assert lines["issuer"].found == f"{ISSUER} (the original form)"
    assert lines["signing-keys"].found == "2 RS256 keys for use"


def test_the_addresses_asked() -> None:
    cognito = Cognito()
    found(cognito)
    assert [ask.url.partition("?")[0] for ask in cognito.asked] == [
        f"{ISSUER}/.well-known/openid-configuration",
        f"{ISSUER}/.well-known/jwks.json",
        f"{LOGIN}/oauth2/authorize",
        f"{LOGIN}/oauth2/authorize",  # whether the client has `openid`, which is not asked for
        f"{LOGIN}/login",
        f"{LOGIN}/logout",
        f"{LOGIN}/oauth2/token",
        f"{LOGIN}/oauth2/revoke",
    ]


# Issuer


def test_an_updated_issuer_that_we_do_not_expect() -> None:
    lines = found(Cognito(discovery=document(UPDATED)))
    assert wrong(lines) == {"issuer"}
    assert "(the updated form), ours is" in lines["issuer"].found
    fix = lines["issuer"].fix
    assert fix is not None
    assert fix.setting == f"AWS_COGNITO_ISSUER={UPDATED}"


def test_an_original_issuer_where_we_expect_the_updated() -> None:
    lines = found(Cognito(), AWS_COGNITO_ISSUER=UPDATED)
    assert wrong(lines) == {"issuer"}
    fix = lines["issuer"].fix
    assert fix is not None
    assert fix.setting == f"AWS_COGNITO_ISSUER={ISSUER}"


def test_an_updated_issuer_that_we_expect() -> None:
    lines = found(Cognito(discovery=document(UPDATED)), AWS_COGNITO_ISSUER=UPDATED)
    assert wrong(lines) == set()
    assert "(the updated form)" in lines["issuer"].found


@pytest.mark.parametrize(("ours", "theirs"), [(None, UPDATED), (UPDATED, ISSUER)])
def test_a_pool_that_is_known_by_its_other_form_only(ours: str | None, theirs: str) -> None:
    def discovery(ask: HttpCall) -> HttpAnswer:
        return document(theirs) if ask.url.startswith(theirs) else GONE

    lines = found(Cognito(discovery=discovery, **{"jwks.json": GONE}), AWS_COGNITO_ISSUER=ours)
    assert wrong(lines) == {"issuer"}
    fix = lines["issuer"].fix
    assert fix is not None
    assert fix.setting == f"AWS_COGNITO_ISSUER={theirs}"
    assert lines["signing-keys"].found == "not checked: the issuer is wrong"


def test_a_document_of_another_pool() -> None:
    other = ISSUER.replace("AbC", "XyZ")
    lines = found(Cognito(discovery=document(other)))
    assert wrong(lines) == {"issuer"}
    assert "is of another pool" in lines["issuer"].found


# User pool


def test_no_such_pool() -> None:
    lines = found(Cognito(discovery=GONE, **{"jwks.json": GONE}))
    assert wrong(lines) == {"user-pool"}
    assert f"no user pool {POOL}" in lines["user-pool"].found
    assert {lines[code].state for code in ("issuer", "signing-keys")} == {"unknown"}
    # The login domain is looked at all the same.
    assert lines["callback-url"].state == "ok"


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("dns", "its name does not resolve (DNS)"),
        ("tls: certificate has expired", "TLS fails: certificate has expired"),
        ("refused", "it refuses the connection"),
        ("timeout", "it does not answer in time"),
        ("RemoteProtocolError", "RemoteProtocolError"),
        ("a body that is too large", "a body that is too large"),
    ],
)
def test_a_pool_that_cannot_be_reached(failure: str, said: str) -> None:
    lost = HttpAnswer(0, failure=failure)
    lines = found(Cognito(discovery=lost, **{"jwks.json": lost}))
    assert wrong(lines) == {"user-pool"}
    assert lines["user-pool"].found.endswith(f"cannot be reached: {said}")
    assert lines["issuer"].found == "not checked: its address cannot be reached"


@pytest.mark.parametrize(
    "answer", [page(200), page(503), page(429), page(200, "[]"), says(200, issuer=[1])]
)
def test_an_answer_that_is_none_of_cognito(answer: HttpAnswer) -> None:
    lines = found(Cognito(discovery=answer))
    assert wrong(lines) == set()
    assert lines["user-pool"].state in ("ok", "unknown")
    assert lines["issuer"].state == "unknown"
    assert lines["signing-keys"].state == "ok"


def test_an_emulator_without_discovery() -> None:
    lines = found(Cognito(discovery=page(404)), AWS_ENDPOINT_URL=(at := "http://127.0.0.1:4566"),
                  AWS_COGNITO_DOMAIN=at)  # fmt: skip
    assert wrong(lines) == set()
    assert "without an OpenID configuration here" in lines["user-pool"].found


# Keys


@pytest.mark.parametrize(
    "answer",
    [
        page(200),
        says(200, keys=[]),
        says(200, keys="x"),
        page(404),
        HttpAnswer(0, failure="timeout"),
        HttpAnswer(200, body=b"\xff" * 999),
    ],
)
def test_no_keys(answer: HttpAnswer) -> None:
    assert wrong(found(Cognito(**{"jwks.json": answer}))) == {"signing-keys"}


def test_keys_that_are_away_for_a_moment() -> None:
    assert found(Cognito(**{"jwks.json": page(503)}))["signing-keys"].state == "unknown"


def test_one_key_is_told() -> None:
    lines = found(Cognito(**{"jwks.json": says(200, keys=list(keys()[:1]))}))
    assert lines["signing-keys"].found == "1 RS256 key for use (a pool of Cognito's has 2)"


# Region


def test_a_replica_answers_in_its_own_region() -> None:
    issuer = ISSUER.replace("eu-west-1.", "eu-central-1.")
    lines = found(Cognito(discovery=document(issuer)), AWS_REGION="eu-central-1",
                  AWS_COGNITO_DOMAIN=LOGIN)  # fmt: skip
    assert wrong(lines) == set()
    assert "as a replica does" in lines["region"].found


def test_a_wrong_region_is_named_and_not_the_pool() -> None:
    gone = Cognito(discovery=GONE, **{"jwks.json": GONE})
    lines = found(gone, AWS_REGION="eu-central-1", AWS_COGNITO_DOMAIN=LOGIN)
    assert wrong(lines) == {"region"}
    assert lines["user-pool"].found == "not checked: the region is wrong"
    fix = lines["region"].fix
    assert fix is not None
    assert fix.setting == "AWS_REGION=eu-west-1"


def test_a_wrong_region_where_an_emulator_answers_for_all() -> None:
    lines = found(Cognito(), AWS_REGION="eu-central-1", AWS_ENDPOINT_URL=(at := "http://127.0.0.1:1"),
                  AWS_COGNITO_DOMAIN=at)  # fmt: skip
    assert wrong(lines) == {"region"}
    assert lines["user-pool"].state == "ok"
    assert lines["issuer"].found == "not checked: the region is wrong"


def test_a_region_that_aws_has_set_and_nobody_uses() -> None:
    lines = found(
        Cognito(), AWS_REGION="eu-central-1", AWS_COGNITO_ISSUER=ISSUER, AWS_COGNITO_DOMAIN=LOGIN
    )
    assert wrong(lines) == set()
    assert lines["region"].state == "warning"


# Hostile documents


@pytest.mark.parametrize(
    "address",
    [
        "https://[",
        "https://a:99999/x",
        "https://a b/x",
        "https:///x",
        "http://a.example/x",
        "ftp://a/x",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    read = read_document(says(200, issuer=address, authorization_endpoint=address))
    assert (read.issuer, read.origin) == ("", "")


@ANY
@given(st.binary(max_size=300), st.sampled_from([200, 302, 400, 404, 500]))
def test_any_bytes_make_a_document(body: bytes, status: int) -> None:
    read = read_document(HttpAnswer(status, body=body))
    assert read.issuer == "" or read.issuer.isprintable()
    assert count_keys(HttpAnswer(status, body=body)) == 0


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
ADDRESSES = st.sampled_from(
    ["https://[", "https://a:99999/", "http://evil.example/x", "https://x y/", "https:///", ISSUER,
     "http://localhost:1/p", "https://" + "a" * 500, "\x1b[31mhttps://a/"]
)  # fmt: skip


@ANY
@given(ODD | ADDRESSES, ODD | ADDRESSES)
def test_any_members_make_a_document(issuer: object, endpoint: object) -> None:
    body = json.dumps({"issuer": issuer, "authorization_endpoint": endpoint}).encode()
    read = read_document(HttpAnswer(200, body=body))
    for text in (read.issuer, read.origin):
        assert text == "" or text.startswith(("https://", "http://localhost"))
        assert text.isprintable()
    found(Cognito(discovery=HttpAnswer(200, body=body)))
