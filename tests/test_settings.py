"""Settings as an object: the addresses they lead to, contradictions, values from Python."""

from typing import Any

import pytest

from cognito_gate import Settings, SettingsError
from tests.parts.made import CLIENT, ENVIRON, settings

IDP = "cognito-idp"
POOL = "AbCdEfGhI"
BASE: dict[str, Any] = {
    "domain": "my-app",
    "user_pool_id": f"eu-west-1_{POOL}",
    "user_pool_client_id": CLIENT,
    "redirect_url": "https://app.example/auth/callback",
    "logout_url": "https://app.example/auth/signed-out",
    "secret_key": ENVIRON["SECRET_KEY"],
}


def problems(**change: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        settings(**change)
    return error.value.problems


REGIONS = [
    ("eu-west-1", "amazonaws.com", "auth", "amazoncognito.com"),
    ("us-east-1", "amazonaws.com", "auth", "amazoncognito.com"),
    ("ap-southeast-2", "amazonaws.com", "auth", "amazoncognito.com"),
    ("us-gov-west-1", "amazonaws.com", "auth-fips", "amazoncognito.com"),
    ("us-gov-east-1", "amazonaws.com", "auth-fips", "amazoncognito.com"),
]


@pytest.mark.parametrize(("region", "suffix", "auth", "domain"), REGIONS)
def test_addresses_of_a_region(region: str, suffix: str, auth: str, domain: str) -> None:
    found = settings(AWS_COGNITO_USER_POOL_ID=f"{region}_{POOL}")
    issuer = f"https://{IDP}.{region}.{suffix}/{region}_{POOL}"
    origin = f"https://my-app.{auth}.{region}.{domain}"
    assert found.pool_region == region
    assert found.issuer_url == issuer
    assert found.jwks_url == f"{issuer}/.well-known/jwks.json"
    assert found.domain_origin == origin
    assert found.authorize_url == f"{origin}/oauth2/authorize"
    assert found.token_url == f"{origin}/oauth2/token"
    assert found.revoke_url == f"{origin}/oauth2/revoke"
    assert found.cognito_logout_url == f"{origin}/logout"


@pytest.mark.parametrize(
    ("domain", "origin"),
    [
        ("https://login.example.com", "https://login.example.com"),
        ("https://login.example.com/", "https://login.example.com"),
        ("login.example.com", "https://login.example.com"),
        ("https://login.example.com:8443", "https://login.example.com:8443"),
        ("login.example.com:8443", "https://login.example.com:8443"),
        (
            "my-app.auth.eu-west-1.amazoncognito.com",
            "https://my-app.auth.eu-west-1.amazoncognito.com",
        ),
        ("http://localhost:9229", "http://localhost:9229"),
        ("http://127.0.0.1:9229/", "http://127.0.0.1:9229"),
        ("http://[::1]:9229", "http://[::1]:9229"),
    ],
)
def test_a_login_domain_of_ones_own(domain: str, origin: str) -> None:
    found = settings(AWS_COGNITO_DOMAIN=domain)
    assert found.domain_origin == origin
    assert found.token_url == f"{origin}/oauth2/token"
    # The keys are never on the login domain.
    assert found.jwks_url.startswith("https://cognito-idp.eu-west-1.amazonaws.com/")


def test_the_newer_issuer() -> None:
    issuer = f"https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_{POOL}"
    found = settings(AWS_COGNITO_ISSUER=issuer)
    assert found.issuer_url == issuer
    assert found.jwks_url == f"{issuer}/.well-known/jwks.json"


def test_the_region_that_is_set() -> None:
    assert settings(AWS_REGION="eu-west-1").pool_region == "eu-west-1"


ENDPOINT = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"


@pytest.mark.parametrize(
    ("change", "endpoint"),
    [
        ({ENDPOINT: "http://localhost:1"}, "http://localhost:1"),
        ({"AWS_ENDPOINT_URL": "http://localhost:2"}, "http://localhost:2"),
        (
            {ENDPOINT: "http://localhost:1", "AWS_ENDPOINT_URL": "http://localhost:2"},
            "http://localhost:1",
        ),
        ({ENDPOINT: "", "AWS_ENDPOINT_URL": "http://localhost:2"}, "http://localhost:2"),
        ({ENDPOINT: "http://localhost:1/"}, "http://localhost:1"),
    ],
)
def test_another_endpoint(change: dict[str, str], endpoint: str) -> None:
    found = settings(**change)
    assert found.endpoint_url == endpoint
    assert found.jwks_url == f"{endpoint}/eu-west-1_{POOL}/.well-known/jwks.json"
    assert found.issuer_url == f"https://{IDP}.eu-west-1.amazonaws.com/eu-west-1_{POOL}"
    assert found.domain_origin == "https://my-app.auth.eu-west-1.amazoncognito.com"


def test_an_endpoint_given_in_python_makes_no_double_slash() -> None:
    found = Settings(**BASE, endpoint_url="http://localhost:4566/")
    assert found.jwks_url == f"http://localhost:4566/eu-west-1_{POOL}/.well-known/jwks.json"


def test_a_wrong_endpoint_by_its_general_name() -> None:
    assert list(problems(AWS_ENDPOINT_URL="localhost:4566")) == [ENDPOINT]


def test_the_sovereign_cloud_needs_its_login_domain() -> None:
    pool = {"AWS_COGNITO_USER_POOL_ID": f"eusc-de-east-1_{POOL}"}
    assert "is a bare prefix" in problems(**pool)["AWS_COGNITO_DOMAIN"]
    found = settings(**pool, AWS_COGNITO_DOMAIN="https://login.example.eu")
    assert found.issuer_url == f"https://{IDP}.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_{POOL}"


def test_china_needs_everything_spelled_out() -> None:
    pool = {"AWS_COGNITO_USER_POOL_ID": f"cn-north-1_{POOL}"}
    assert set(problems(**pool)) == {"AWS_COGNITO_DOMAIN", "AWS_COGNITO_ISSUER"}
    issuer = f"https://{IDP}.cn-north-1.amazonaws.com.cn/cn-north-1_{POOL}"
    found = settings(
        **pool, AWS_COGNITO_DOMAIN="https://login.example.cn", AWS_COGNITO_ISSUER=issuer
    )
    assert found.issuer_url == issuer


# Addresses of ours


@pytest.mark.parametrize(
    ("redirect", "origin", "path", "secure"),
    [
        ("https://app.example/auth/callback", "https://app.example", "/auth/callback", True),
        ("https://App.Example:8443/cb/", "https://app.example:8443", "/cb/", True),
        ("http://localhost:5000/cb", "http://localhost:5000", "/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1", "/cb", False),
        ("https://localhost/cb", "https://localhost", "/cb", True),
        ("https://app.example:443/cb", "https://app.example", "/cb", True),
        ("http://localhost:80/cb", "http://localhost", "/cb", False),
        ("HTTPS://app.example/cb", "https://app.example", "/cb", True),
    ],
)
def test_the_redirect_address(redirect: str, origin: str, path: str, secure: bool) -> None:
    found = settings(AWS_COGNITO_REDIRECT_URL=redirect)
    assert (found.app_origin, found.callback_path, found.secure) == (origin, path, secure)
    assert found.redirect_url == redirect


@pytest.mark.parametrize(
    ("logout", "path"),
    [
        ("https://app.example", "/"),
        ("https://app.example/", "/"),
        ("https://app.example/bye", "/bye"),
        ("https://APP.example/bye?a=b", "/bye"),
        ("https://app.example:443/bye", "/bye"),
        ("https://www.app.example/bye", ""),
        ("https://app.example:8443/bye", ""),
        ("http://localhost/bye", ""),
    ],
)
def test_the_path_after_sign_out(logout: str, path: str) -> None:
    assert settings(AWS_COGNITO_LOGOUT_URL=logout).logout_path == path


# What no single setting shows


@pytest.mark.parametrize("domain", ["app.example", ".app.example", "APP.EXAMPLE"])
def test_a_cookie_domain_of_the_host(domain: str) -> None:
    found = settings(AWS_COGNITO_COOKIE_DOMAIN=domain)
    assert found.cookie_domain == "app.example"
    wide = settings(
        AWS_COGNITO_COOKIE_DOMAIN=domain, AWS_COGNITO_REDIRECT_URL="https://www.app.example/cb"
    )
    assert wide.cookie_domain == "app.example"


@pytest.mark.parametrize("domain", ["other.example", "pp.example", "www.app.example", "app.exampl"])
def test_a_cookie_domain_that_browsers_refuse(domain: str) -> None:
    assert (
        "browsers refuse" in problems(AWS_COGNITO_COOKIE_DOMAIN=domain)["AWS_COGNITO_COOKIE_DOMAIN"]
    )


def test_cookies_for_other_sites_need_https() -> None:
    assert settings(AWS_COGNITO_COOKIE_SAMESITE="none").cookie_samesite == "none"
    found = problems(
        AWS_COGNITO_COOKIE_SAMESITE="none", AWS_COGNITO_REDIRECT_URL="http://localhost/cb"
    )
    assert "https only" in found["AWS_COGNITO_COOKIE_SAMESITE"]


@pytest.mark.parametrize("route", ["login", "logout", "me", "signed-out"])
def test_the_callback_is_no_other_route(route: str) -> None:
    found = problems(AWS_COGNITO_REDIRECT_URL=f"https://app.example/auth/{route}")
    assert "another route of the gate" in found["AWS_COGNITO_REDIRECT_URL"]
    assert settings(
        AWS_COGNITO_REDIRECT_URL=f"https://app.example/auth/{route}",
        AWS_COGNITO_LOGOUT_URL="https://app.example/bye",
        COGNITO_GATE_PREFIX="/gate",
    )


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/callback"])
def test_signing_out_must_end(path: str) -> None:
    found = problems(AWS_COGNITO_LOGOUT_URL=f"https://app.example{path}")
    assert "would loop forever" in found["AWS_COGNITO_LOGOUT_URL"]
    assert settings(AWS_COGNITO_LOGOUT_URL=f"https://www.app.example{path}").logout_path == ""


def test_an_option_without_effect() -> None:
    found = problems(COGNITO_GATE_BEARER_CLIENT_IDS="another")
    assert "has no effect" in found["COGNITO_GATE_BEARER_CLIENT_IDS"]
    ids = settings(COGNITO_GATE_BEARER_CLIENT_IDS="another one", COGNITO_GATE_BEARER="on")
    assert ids.bearer_client_ids == ("another", "one")


def test_contradictions_are_all_told() -> None:
    found = problems(
        AWS_COGNITO_COOKIE_DOMAIN="other.example",
        AWS_COGNITO_COOKIE_SAMESITE="none",
        AWS_COGNITO_REDIRECT_URL="http://localhost/auth/me",
        COGNITO_GATE_BEARER_CLIENT_IDS="another",
    )
    assert set(found) == {
        "AWS_COGNITO_COOKIE_DOMAIN",
        "AWS_COGNITO_COOKIE_SAMESITE",
        "AWS_COGNITO_REDIRECT_URL",
        "COGNITO_GATE_BEARER_CLIENT_IDS",
    }


# From Python


def test_from_python() -> None:
    assert Settings(**BASE).prefix == "/auth"
    same = {**ENVIRON, "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ""}
    assert Settings(**BASE) == Settings.from_env(same, env_file=None)


WRONG: dict[str, tuple[str, Any]] = {
    "a text as a flag": ("bearer", "true"),
    "a number as a flag": ("disabled", 1),
    "null as a flag": ("cookie_encrypted", None),
    "a text as a number": ("login_seconds", "900"),
    "true as a number": ("session_cache", True),
    "null as a number": ("cookie_age_seconds", None),
    "not a number": ("http_timeout_seconds", float("nan")),
    "infinity": ("http_timeout_seconds", float("inf")),
    "a negative number": ("expiration_leeway", -1),
    "a huge number": ("cookie_age_seconds", 10**400),
    "a fraction of a second": ("cookie_age_seconds", 1.5),
    "a fraction of a session": ("session_cache", 0.5),
    "null as a domain": ("domain", None),
    "a number as a domain": ("domain", 5),
    "a number as a region": ("region", 5),
    "bytes as a secret": ("secret_key", b"k" * 32),
    "a text as scopes": ("scopes", "openid"),
    "a text as client ids": ("bearer_client_ids", "another"),
    "a text as paths": ("public_paths", "/health"),
    "a text as keys": ("secret_key_fallbacks", "k" * 40),
    "a number among paths": ("public_paths", (1,)),
    "null as a list": ("scopes", None),
    "SameSite in capitals": ("cookie_samesite", "Lax"),
}


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_from_python(name: str, value: Any) -> None:
    more = {} if name == "bearer" else {"bearer": True}
    with pytest.raises(SettingsError) as error:
        Settings(**{**BASE, **more, name: value})
    assert len(error.value.problems) == 1
