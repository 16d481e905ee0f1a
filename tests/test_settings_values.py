"""Settings from the environment: values that are taken, and values that are refused by name."""

import secrets
from collections.abc import Callable

import pytest

from cognito_gate import SettingsError
from cognito_gate.settings import VARIABLES
from cognito_gate.settings.header_budgets import HEADER_BUDGETS
from tests.parts.made import settings

LONG = "one of 32 characters, or so: key"
KEY = "only-for-the-tests:32-characters"


def problems(**change: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as error:
        settings(**change)
    return error.value.problems


def test_the_key_of_operators_is_no_secret_key() -> None:
    changes: list[dict[str, str]] = [
        {"SECRET_KEY": KEY},
        {"SECRET_KEY": LONG, "SECRET_KEY_FALLBACKS": KEY},
    ]
    for change in changes:
        found = problems(COGNITO_GATE_REVOKE_KEY=KEY, **change)
        assert "is a SECRET_KEY, too" in found["COGNITO_GATE_REVOKE_KEY"]
        assert KEY not in str(found)


GOOD: dict[str, list[str]] = {
    "AWS_REGION": ["eu-west-1", "us-gov-west-1", "ap-southeast-3"],
    "AWS_COGNITO_DOMAIN": ["my-app", "a", "x" * 63, "login.example.com", "http://localhost:9000"],
    "AWS_COGNITO_USER_POOL_ID": ["us-east-1_a", "us-gov-west-1_AbC123", "eu-west-1_" + "a" * 45],
    "AWS_COGNITO_USER_POOL_CLIENT_ID": ["a", "A1b2_+", "x" * 128],
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ["s", "a+b/c=", "x" * 256],
    "AWS_COGNITO_REDIRECT_URL": [
        "https://app.example/cb",
        "https://app.example:8443/a/b/cb/",
        "http://localhost/cb",
        "http://localhost:5000/cb",
        "http://127.0.0.1:5000/cb",
        "http://[::1]:5000/cb",
    ],
    "AWS_COGNITO_LOGOUT_URL": [
        "https://app.example",
        "https://app.example/",
        "https://other.example/bye?a=b",
        "http://localhost:5000/bye",
    ],
    "AWS_COGNITO_COOKIE_DOMAIN": ["app.example", ".app.example", "APP.example"],
    "AWS_COGNITO_COOKIE_SAMESITE": ["lax", "Strict", "NONE"],
    "AWS_COGNITO_ISSUER": [
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
        "http://localhost:9229/local_1",
    ],
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": [
        "http://localhost:4566",
        "http://127.0.0.1:9229/",
        "https://vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com",
    ],
    "AWS_COGNITO_SCOPES": [
        "openid",
        "openid https://api.example/read",
        "aws.cognito.signin.user.admin",
    ],
    "SECRET_KEY": [LONG, "äöüßéèêëàâçñøåæœ" * 2, KEY * 30, "0123456789abcdef" * 2],
    "COGNITO_GATE_REVOKE_KEY": [LONG, KEY],
    "SECRET_KEY_FALLBACKS": [KEY, f"{KEY},{KEY}x"],
    "COGNITO_GATE_PREFIX": ["/auth", "/a/b", "/_gate", "/~x"],
    "COGNITO_GATE_FLASK_COGNITO_LIB_KEY": ["short", "with blanks in it"],
    "COGNITO_GATE_AUDIENCES": ["https://api.example.com", "myapp://x, api"],
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ["https://a.example", "https://a.example http://localhost:1"],
    "COGNITO_GATE_TRUSTED_PROXIES": ["127.0.0.1", "10.0.0.0/8 ::1,fd00::/8", "unix"],
    "COGNITO_GATE_HEADERS": [
        "x-auth-request",
        "X-Auth-Request, x-auth-request-access-token=access_token",
        "x-user=sub x-groups=cognito:groups Remote-User=username",
        "x-" + "a" * 62 + "=sub",
    ],
    "COGNITO_GATE_PUBLIC_PATHS": ["/", "/*", "/health", "/static/*", "/a/b/ /c.d"],
    "COGNITO_GATE_IDLE_SECONDS": ["60", "31536000"],
    "COGNITO_GATE_SESSION_BYTES": ["3000", "64000", *HEADER_BUDGETS, "NGINX"],
    "COGNITO_GATE_AUDIT_LOG": ["stderr", "README.md", "audit.jsonl", "/dev/null"],
    "COGNITO_GATE_METRICS_TOKEN": ["x" * 32],
    "COGNITO_GATE_METRICS_ADDRESSES": ["127.0.0.1", "10.0.0.0/8, ::1 fd00::/8"],
    "COGNITO_GATE_REQUEST_ID_HEADER": ["X-Request-ID", "x-amzn-trace-id", "cf-ray"],
    "COGNITO_GATE_LOGIN": ["hosted", "Custom"],
    "COGNITO_GATE_SIGN_IN_FLOW": ["srp", "password", "choice"],
    "COGNITO_GATE_SIGN_IN_WAYS": ["PASSWORD", "PASSWORD_SRP EMAIL_OTP", "WEB_AUTHN,SMS_OTP"],
    "COGNITO_GATE_SIGN_IN": ["email", "username", "both"],
    "COGNITO_GATE_SIGN_UP_ATTRIBUTES": ["email", "email name phone_number", "custom:dept,name"],
    "COGNITO_GATE_PASSWORD_POLICY": ["6", "99 symbols", "12 Upper lower"],
    "COGNITO_GATE_APP_NAME": ["Analytical Engines", "ä" * 64],
    "COGNITO_GATE_LANGUAGES": ["de", "en de pt-BR"],
    "COGNITO_GATE_TEMPLATES": ["tests", "/"],
}


@pytest.mark.parametrize("variable", GOOD)
def test_a_good_value(variable: str) -> None:
    for text in GOOD[variable]:
        assert getattr(settings(**{variable: text}), VARIABLES[variable]), text


BAD: dict[str, list[str]] = {
    "AWS_REGION": ["Ireland", "eu-west", "eu_west_1", "EU-WEST-1", "eu-west-1a", "eu-west-1.evil"],
    "AWS_COGNITO_DOMAIN": [
        "My-App",
        "-app",
        "app-",
        "my_app",
        "x" * 64,
        "my app",
        "app/x",
        "login.example.com/",
        "login.example.com/path",
        "login.example.com?x",
        "user@login.example.com",
        "http://login.example.com",
        "https://login.example.com/path",
        "https://login.example.com?x=y",
        "https://login.example.com?",
        "https://login.example.com#x",
        "https://login.example.com#",
        "https://user@login.example.com",
        "https://user:secret@login.example.com",
        "https://",
        "https:///path",
        "https://login.example.com:99999",
        "https://login.example.com:0",
        "https://login.example.com:x",
        "https://[::1",
        "https://login.exa\tmple.com",
        "https://login.exämple.com",
        "https://login.example.com\\@evil.example",
        "ftp://login.example.com",
        "javascript://x",
        "//login.example.com",
    ],
    "AWS_COGNITO_USER_POOL_ID": [
        "eu-west-1",
        "eu-west-1_",
        "eu-west-1_a/b",
        "eu-west-1_a_b",
        "eu-west-1-AbC",
        "EU-WEST-1_AbC",
        "eu-west-1_AbC\nx",
        "eu-west-1_é",
        "../eu-west-1_AbC",
        "eu-west-1_AbC?",
        "evil.example/eu-west-1_AbC",
        "eu-west-1_" + "a" * 46,
    ],
    "AWS_COGNITO_USER_POOL_CLIENT_ID": ["a b", "a-b", "a:b", "é", "a&b", "x" * 129, "a\nb"],
    "AWS_COGNITO_USER_POOL_CLIENT_SECRET": ["a b", "a\nb", "é", "x" * 257],
    "AWS_COGNITO_REDIRECT_URL": [
        "https://app.example",
        "https://app.example/",
        "https://app.example//cb",
        "https://app.example/cb//",
        "https://app.example/../cb",
        "https://app.example/a/./cb",
        "https://app.example/cb?x=y",
        "https://app.example/cb?",
        "https://app.example/cb#x",
        "https://app.example/cb#",
        "https://app.example/cb%20x",
        "https://app.example/cb;x",
        "https://app.example/é",
        "https://user@app.example/cb",
        "https://app.example:0/cb",
        "https://app.example:x/cb",
        "https://app.example\\@evil.example/cb",
        "http://app.example/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://192.168.0.1/cb",
        "app.example/cb",
        "/cb",
        "//app.example/cb",
        "https:/cb",
        "ftp://localhost/cb",
    ],
    "AWS_COGNITO_LOGOUT_URL": [
        "/bye",
        "app.example",
        "http://app.example/bye",
        "https://app.example/bye#x",
        "https://user@app.example/bye",
        "https://app.example/b ye",
        "javascript:alert(1)",
        "https://app.example/*",
        "https://app.example/bye/*",
    ],
    "AWS_COGNITO_COOKIE_DOMAIN": [
        "localhost",
        "app.example:443",
        "https://app.example",
        "app.example/",
        "app example",
        "app.example; Path=/x",
        "a.b\r\nc",
        "exämple.com",
        "-a.b",
        "..",
    ],
    "AWS_COGNITO_COOKIE_SAMESITE": ["loose", "lax,strict", "true", "lax; Secure"],
    "AWS_COGNITO_ISSUER": [
        "https://issuer.example/pool/",
        "https://issuer.example/pool?x=y",
        "http://issuer.example/pool",
        "issuer.example",
        "https://issuer.example/pool#x",
    ],
    "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": [
        "http://localstack:4566",
        "http://localhost:4566/path",
        "localhost:4566",
        "file:///etc/passwd",
        "https://x.example?y",
    ],
    "AWS_COGNITO_SCOPES": ['openid "quoted"', "öpenid", "a\\b"],
    "COGNITO_GATE_PREFIX": [
        "auth",
        "/",
        "/auth/",
        "//auth",
        "/a//b",
        "/a/../b",
        "/.",
        "/a b",
        "/a?b",
        "/a%20",
        "/ä",
        "/a;b",
        "/a*",
    ],
    "COGNITO_GATE_TRUSTED_PROXIES": [
        *("nginx", "10.0.0.1/8", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1:80", "*", "UNIX"),
    ],
    "COGNITO_GATE_HEADERS": [
        *("x-user", "=sub", "x-user=", "x-user:sub", "x_user=sub", "x-user=s\u00fcb", "-x=sub"),
        *("x user=sub", "x-user=sub=x", "x-user=sub;x", "x-" + "a" * 63 + "=sub", "x-\u00fc=sub"),
        *("host=sub", "Cookie=sub", "authorization=sub", "connection=sub", "te=sub", "upgrade=sub"),
        *("transfer-encoding=sub", "proxy-authorization=sub", "keep-alive=sub", "trailer=sub"),
        *("x-forwarded-for=sub", "X-Forwarded-User=sub", "forwarded=sub", "x-real-ip=sub"),
        *("content-length=sub", "set-cookie=sub", "location=sub", "x-original-uri=sub"),
        *("x-auth-request-redirect=sub", "x-accel-redirect=sub", "x-http-method-override=sub"),
        *("x-user=sub X-User=email", "x-auth-request x-auth-request-user=email"),
    ],
    "COGNITO_GATE_PUBLIC_PATHS": [
        "health",
        "/health /a//b",
        "/a/../b",
        "/./a",
        "/a%20",
        "/a;b",
        "/a?b",
        "/ä",
        "/a*",
        "/*.css",
        "/a/*/b",
        "*",
        "//",
        "^/regex$",
    ],
    "COGNITO_GATE_BEARER_CLIENT_IDS": ["a-b", "a,b c:d"],
    "COGNITO_GATE_AUDIENCES": ["https://\u00e4pi.example", "x" * 257],
    "COGNITO_GATE_WEBSOCKET_ORIGINS": ["*", "a.example", "https://a.example/x", "http://a.example"],
    "COGNITO_GATE_IDLE_SECONDS": ["1", "59", "31536001", "1m", "-1"],
    "COGNITO_GATE_SESSION_BYTES": ["1", "2999", "64001", "8k", "-1", "apache"],
    "COGNITO_GATE_LOGIN": ["own", "true", "hosted custom"],
    "COGNITO_GATE_SIGN_IN_FLOW": ["USER_SRP_AUTH", "passwords"],
    "COGNITO_GATE_SIGN_IN_WAYS": ["password", "EMAIL_OTP EMAIL_OTP", "SMS_MFA"],
    "COGNITO_GATE_SIGN_IN": ["phone", "email,username"],
    "COGNITO_GATE_SIGN_UP_ATTRIBUTES": [
        "Email",
        "e-mail",
        "email email",
        "custom:",
        "a" * 33,
        "password",
        "email next",
    ],
    "COGNITO_GATE_PASSWORD_POLICY": ["upper", "5 upper", "100", "12 capitals", "-8", "8,upper"],
    "COGNITO_GATE_APP_NAME": ["x" * 65, "a\nb", "a\x00b"],
    "COGNITO_GATE_LANGUAGES": ["english", "de_DE", "../de", "EN"],
    "COGNITO_GATE_TEMPLATES": ["no/such/directory", "README.md"],
    "COGNITO_GATE_AUDIT_LOG": ["tests", "no/such/directory/audit.jsonl", "README.md/audit.jsonl"],
    "COGNITO_GATE_METRICS_TOKEN": ["x" * 31, "x" * 31 + "ä", "x y" * 20],
    "COGNITO_GATE_METRICS_ADDRESSES": ["10.0.0.1/8", "localhost", "10.0.0.0/33", "any"],
    "COGNITO_GATE_REQUEST_ID_HEADER": ["x request id", "cookie", "Authorization", "-x", "x" * 65],
}


@pytest.mark.parametrize("variable", BAD)
def test_a_bad_value(variable: str) -> None:
    taken = [text for text in BAD[variable] if wrong_with(variable, text) != [variable]]
    assert taken == []


def wrong_with(variable: str, text: str) -> list[str]:
    """The variables that are refused once one of them has that text."""
    try:
        settings(COGNITO_GATE_BEARER="true", **{variable: text})
    except SettingsError as error:
        return list(error.problems)
    return []


GUESSABLE = {
    "one character": "k" * 40,
    "of another alphabet": "\u00e4" * 32,
    "nine characters": "aabbccddeeffgghhiiaabbccddeeffgghhii",
    "a short pattern": "changeme-now" * 3,
    "a pattern cut off": "changeme-now" * 3 + "chan",
    "ten digits over and over": "0123456789" * 4,
    "one character and a few others": "x" * 40 + "12345678",
}


@pytest.mark.parametrize("key", GUESSABLE.values(), ids=GUESSABLE)
def test_a_key_of_little_variety(key: str) -> None:
    for variable, text in (("SECRET_KEY", key), ("SECRET_KEY_FALLBACKS", f"{KEY} {key}")):
        found = problems(**{variable: text})
        assert list(found) == [variable]
        assert "can be guessed" in found[variable]
        assert ("cognito-gate secret" in found[variable]) == (variable == "SECRET_KEY")
        assert key not in found[variable]
        assert key[:8] not in found[variable]


@pytest.mark.parametrize("make", [secrets.token_urlsafe, secrets.token_hex])
def test_a_random_key_has_enough(make: Callable[[int], str]) -> None:
    for _ in range(50):
        assert settings(SECRET_KEY=make(32))


def test_pages_of_our_own_need_no_login_domain() -> None:
    own = {"COGNITO_GATE_LOGIN": "custom", "AWS_COGNITO_DOMAIN": ""}
    assert settings(**own).domain_origin == ""
    assert list(problems(**{**own, "COGNITO_GATE_LOGIN": "hosted"})) == ["AWS_COGNITO_DOMAIN"]
    assert list(problems(**{**own, "AWS_COGNITO_DOMAIN": "-x"})) == ["AWS_COGNITO_DOMAIN"]


def test_the_callback_may_not_be_a_page_of_ours_where_there_are_any() -> None:
    here = {"AWS_COGNITO_REDIRECT_URL": "https://app.example/auth/sign-in"}
    assert settings(**here).callback_path == "/auth/sign-in"
    found = problems(**here, COGNITO_GATE_LOGIN="custom")
    assert list(found) == ["AWS_COGNITO_REDIRECT_URL"]
    assert "another route of the gate" in found["AWS_COGNITO_REDIRECT_URL"]


@pytest.mark.parametrize(
    ("change", "url"),
    [
        ({}, "https://cognito-idp.eu-west-1.amazonaws.com/"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9229"}, "http://127.0.0.1:9229/"),
        (
            {
                "AWS_COGNITO_ISSUER": "https://issuer-cognito-idp.eu-west-1.amazonaws.com/"
                "eu-west-1_AbCdEfGhI"
            },
            "https://cognito-idp.eu-west-1.amazonaws.com/",
        ),
        (
            {
                "AWS_COGNITO_USER_POOL_ID": "eusc-de-east-1_AbC",
                "AWS_COGNITO_DOMAIN": "https://login.example.com",
            },
            "https://cognito-idp.eusc-de-east-1.amazonaws.eu/",
        ),
    ],
)
def test_the_address_of_the_json_api(change: dict[str, str], url: str) -> None:
    assert settings(**change).api_url == url
