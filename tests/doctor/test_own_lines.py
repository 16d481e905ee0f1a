"""Lines that rest on the settings alone: cookies, keys, lifetimes; and the clock."""

import secrets
from collections.abc import Iterable
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate.doctor import clock, cookies, lifetimes, secret_key
from cognito_gate.doctor.clock import Moment
from cognito_gate.doctor.findings import Finding
from tests.doctor.aws import ANY, ENVIRON, case

APP = "https://app.example.com/auth"
REFRESH = {"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}
WHOLE = "AWS_COGNITO_REFRESH_COOKIE_AGE_SECONDS"
NOW = 1_800_000_000.0


def by_code(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.code: finding for finding in findings}


def addresses(app: str, login: str, after: str = "") -> dict[str, str | None]:
    return {
        "AWS_COGNITO_REDIRECT_URL": f"{app}/auth/callback",
        "AWS_COGNITO_LOGOUT_URL": f"{after or app}/auth/signed-out",
        "AWS_COGNITO_DOMAIN": login,
    }


# Hosts and cookies


@pytest.mark.parametrize(
    ("app", "login", "state"),
    [
        ("https://app.example.com", "https://auth.example.com", "ok"),
        ("http://localhost:8000", "http://127.0.0.1:9229", "ok"),
        ("http://localhost:8000", "http://localhost:9229", "warning"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:9229", "warning"),
        ("https://auth.example.com", "https://auth.example.com", "wrong"),
        ("https://app.auth.example.com", "https://auth.example.com", "warning"),
        ("https://app.example.com", "https://example.com", "warning"),
    ],
)
def test_the_apps_host_against_the_logins(app: str, login: str, state: str) -> None:
    line = by_code(cookies.check(case(**addresses(app, login))))["app-host"]
    assert line.state == state


@pytest.mark.parametrize(
    ("domain", "state"),
    [
        (None, "ok"),
        ("app.example.com", "ok"),
        ("example.com", "warning"),
        (".EXAMPLE.com", "warning"),
    ],
)
def test_the_cookie_domain_against_the_login(domain: str | None, state: str) -> None:
    changes = addresses("https://app.example.com", "https://auth.example.com")
    line = by_code(cookies.check(case(**changes, AWS_COGNITO_COOKIE_DOMAIN=domain)))
    assert line["cookie-domain"].state == state


@pytest.mark.parametrize(
    "suffix", ["co.uk", "com.br", "herokuapp.com", "github.io", "eu-west-1.elb.amazonaws.com"]
)
def test_a_cookie_domain_of_everybody(suffix: str) -> None:
    changes = addresses(f"https://my.app.{suffix}", "my-app")
    lines = by_code(cookies.check(case(**changes, AWS_COGNITO_COOKIE_DOMAIN=suffix)))
    assert lines["cookie-domain"].state == "wrong"
    lines = by_code(cookies.check(case(**changes, AWS_COGNITO_COOKIE_DOMAIN=f"app.{suffix}")))
    assert lines["cookie-domain"].state == "ok" or suffix.endswith("elb.amazonaws.com")


@pytest.mark.parametrize(
    ("app", "after", "state"),
    [
        ("https://app.example.com", "", "ok"),
        ("https://app.example.com", "https://www.example.com", "warning"),
        ("http://localhost:8000", "http://127.0.0.1:8000", "wrong"),
        ("http://127.0.0.1:8000", "http://localhost:8000", "wrong"),
        ("http://localhost:8000", "http://localhost:8001", "warning"),
    ],
)
def test_where_visitors_land(app: str, after: str, state: str) -> None:
    line = by_code(cookies.check(case(**addresses(app, "my-app", after))))["after-sign-out"]
    assert line.state == state
    if state == "wrong":
        assert line.fix is not None
        assert line.fix.setting == f"AWS_COGNITO_LOGOUT_URL={app}/auth/signed-out"


@pytest.mark.parametrize(("paths", "state"), [(None, "warning"), ("/", "ok"), ("/*", "ok")])
def test_landing_on_the_front_page(paths: str | None, state: str) -> None:
    found = cookies.check(
        case(
            AWS_COGNITO_REDIRECT_URL=f"{APP}/callback",
            AWS_COGNITO_LOGOUT_URL="https://app.example.com/",
            COGNITO_GATE_PUBLIC_PATHS=paths,
        )
    )
    line = by_code(found)["after-sign-out"]
    assert line.state == state
    if line.fix:
        assert line.fix.setting == f"AWS_COGNITO_LOGOUT_URL={APP}/signed-out"


@pytest.mark.parametrize(("paths", "state"), [("/health", "ok"), ("/*", "warning"), (None, "ok")])
def test_public_paths(paths: str | None, state: str) -> None:
    line = by_code(cookies.check(case(COGNITO_GATE_PUBLIC_PATHS=paths)))["public-paths"]
    assert line.state == state


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("AWS_COGNITO_REDIRECT_URL", {"app-host", "cookie-domain", "after-sign-out"}),
        ("AWS_COGNITO_LOGOUT_URL", {"after-sign-out"}),
        ("AWS_COGNITO_DOMAIN", {"app-host"}),
        ("AWS_COGNITO_COOKIE_DOMAIN", {"cookie-domain"}),
        ("COGNITO_GATE_PUBLIC_PATHS", {"public-paths"}),
        ("COGNITO_GATE_SESSION_BYTES", {"session-size"}),
        ("SECRET_KEY", {"secret-key"}),
        ("SECRET_KEY_FALLBACKS", {"secret-key-fallbacks"}),
        ("AWS_COGNITO_COOKIE_AGE_SECONDS", {"session-lifetimes"}),
        ("AWS_COGNITO_REFRESH_FLOW_ENABLED", {"session-lifetimes", "renewal"}),
        ("COGNITO_GATE_REFRESH_BEFORE_SECONDS", {"renewal"}),
        ("COGNITO_GATE_LOGIN_SECONDS", {"sign-in-time"}),
    ],
)
def test_what_rests_on_a_wrong_setting_is_not_checked(name: str, codes: set[str]) -> None:
    examined = case(**{name: "!"})
    lines = [
        *cookies.check(examined),
        *secret_key.check(examined),
        *lifetimes.check(examined),
    ]
    assert {line.code for line in lines if line.state == "unknown"} == codes
    assert all(f"{name} is wrong" in line.found for line in lines if line.state == "unknown")


@pytest.mark.parametrize(
    ("size", "state", "said"),
    [
        (None, "ok", "16,000 bytes under ASGI, 8,000 under WSGI"),
        ("6000", "ok", "6,000 bytes"),
        ("gunicorn", "ok", "8,000 bytes"),
        ("8001", "warning", "gunicorn"),
        ("12000", "warning", "API Gateway"),
        ("17000", "warning", "Application Load Balancer"),
    ],
)
def test_how_much_a_session_may_hold(size: str | None, state: str, said: str) -> None:
    line = by_code(cookies.check(case(COGNITO_GATE_SESSION_BYTES=size)))["session-size"]
    assert line.state == state
    assert said in line.found


@pytest.mark.parametrize(
    ("changes", "state", "likely"),
    [
        ({}, "ok", "2,800"),
        ({"AWS_COGNITO_SCOPES": "openid email"}, "ok", "2,300"),
        ({"AWS_COGNITO_COOKIE_ENCRYPTED": "true"}, "warning", "3,733"),
        ({"AWS_COGNITO_REFRESH_FLOW_ENABLED": "true"}, "warning", "5,266"),
        (
            {
                "AWS_COGNITO_REFRESH_FLOW_ENABLED": "true",
                "AWS_COGNITO_REFRESH_COOKIE_ENCRYPTED": "false",
            },
            "warning",
            "4,650",
        ),
    ],
)
def test_how_much_a_session_is_likely_to_hold(
    changes: dict[str, str], state: str, likely: str
) -> None:
    tight = case(COGNITO_GATE_SESSION_BYTES="nginx", **changes)
    line = by_code(cookies.check(tight))["session-size"]
    assert (line.state, likely in line.found) == (state, True), line.found
    assert by_code(cookies.check(case(**changes)))["session-size"].state == "ok"


# Keys

WEAK = [
    "secret-key-for-development-only-123",
    "0123456789abcdef0123456789abcdef",
    "please-change-this-secret-key-in-production",
    "password123456789password123456789",
    "qwertyuiopasdfghjklzxcvbnm1234567890",
    "supersecretkeythatisatleast32chars!",
    "a-secret-of-the-tests-that-all-may-know",
    "django-insecure-" + "x" * 30,
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ987654321",
]


def test_keys_that_settings_refuse() -> None:
    for key in ("changeme" * 5, "a" * 40):
        assert secret_key.bits(key) < 8


@pytest.mark.parametrize("key", WEAK)
def test_keys_that_can_be_guessed(key: str) -> None:
    assert secret_key.bits(key) < secret_key.MIN_BITS
    line = by_code(secret_key.check(case(SECRET_KEY=key)))["secret-key"]
    assert line.state == "wrong"
    assert key not in line.found


@pytest.mark.parametrize("make", [lambda: secrets.token_urlsafe(24), lambda: secrets.token_hex(16)])
def test_random_keys_cannot(make: object) -> None:
    assert callable(make)
    # One in a hundred thousand random keys reads like words; ten in a row do not.
    assert any(secret_key.bits(make()) >= secret_key.MIN_BITS for _ in range(10))


def test_keys_that_were_made_at_random() -> None:
    for key in (
        "hGm2vXw0Rr7kTQzN5cYpJ8sLdA1fUeBo4iKq9tVx",
        "5f3a9c1e7b2d8046e1a5c9d3f7b0284c",
        "zq8Wn-3kVt_7pLx0RyCm2hJdQb6sFg9u",
        "correct horse battery staple and some more words",
    ):
        assert secret_key.bits(key) >= secret_key.MIN_BITS, key


@ANY
@given(st.text(max_size=60))
def test_any_text_has_bits(text: str) -> None:
    assert 0 <= secret_key.bits(text) <= 12 * len(text)
    assert secret_key.bits(text * 3) == secret_key.bits(text)


@pytest.mark.parametrize(
    ("fallbacks", "state", "said"),
    [
        (None, "ok", "none"),
        ("zq8Wn-3kVt_7pLx0RyCm2hJdQb6sFg9u", "ok", "1 can still open cookies"),
        (f"zq8Wn-3kVt_7pLx0RyCm2hJdQb6sFg9u,{WEAK[0]},{WEAK[1]}", "wrong", "number 2 and 3"),
        (ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"], "wrong", "the client secret"),
        (ENVIRON["SECRET_KEY"], "warning", "SECRET_KEY itself"),
    ],
)
def test_retired_keys(fallbacks: str | None, state: str, said: str) -> None:
    lines = by_code(secret_key.check(case(SECRET_KEY_FALLBACKS=fallbacks)))
    assert lines["secret-key-fallbacks"].state == state
    assert said in lines["secret-key-fallbacks"].found


def test_a_key_that_is_the_client_secret() -> None:
    secret = ENVIRON["AWS_COGNITO_USER_POOL_CLIENT_SECRET"]
    line = by_code(secret_key.check(case(SECRET_KEY=secret)))["secret-key"]
    assert line.state == "wrong"
    assert "client secret" in line.found


# Lifetimes


@pytest.mark.parametrize(
    ("changes", "code", "state"),
    [
        ({}, "session-lifetimes", "ok"),
        ({"AWS_COGNITO_COOKIE_AGE_SECONDS": "86400"}, "session-lifetimes", "ok"),
        ({"AWS_COGNITO_COOKIE_AGE_SECONDS": "86401"}, "session-lifetimes", "warning"),
        (REFRESH, "session-lifetimes", "ok"),
        ({**REFRESH, WHOLE: "1799"}, "session-lifetimes", "warning"),
        ({**REFRESH, WHOLE: "1800"}, "session-lifetimes", "ok"),
        ({}, "renewal", "ok"),
        ({"COGNITO_GATE_REFRESH_BEFORE_SECONDS": "30"}, "renewal", "warning"),
        ({WHOLE: "30"}, "renewal", "warning"),
        (REFRESH, "renewal", "ok"),
        ({**REFRESH, "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "3599"}, "renewal", "ok"),
        ({**REFRESH, "COGNITO_GATE_REFRESH_BEFORE_SECONDS": "3600"}, "renewal", "wrong"),
        ({}, "sign-in-time", "ok"),
        ({"COGNITO_GATE_LOGIN_SECONDS": "300"}, "sign-in-time", "ok"),
        ({"COGNITO_GATE_LOGIN_SECONDS": "299"}, "sign-in-time", "warning"),
    ],
)  # fmt: skip
def test_lifetimes(changes: dict[str, str], code: str, state: str) -> None:
    assert by_code(lifetimes.check(case(**changes)))[code].state == state


# Clock


def moment(ahead: float, took: float = 0.2, **more: str) -> Moment:
    """An answer of Cognito's, seen by a clock that is ahead by so many seconds."""
    date = formatdate(NOW + took / 2 - ahead, usegmt=True)
    return Moment(NOW, NOW + took, date, **more)


@pytest.mark.parametrize(
    ("ahead", "state", "said"),
    [
        (0, "ok", "within 5 s"),
        (4, "ok", "within 5 s"),
        (-4, "ok", "within 5 s"),
        (10, "warning", "10 s ahead of Cognito's: tokens seem to expire that much too early"),
        (-10, "warning", "10 s behind Cognito's: tokens seem to expire that much too late"),
        (120, "wrong", "120 s ahead"),
        (-120, "wrong", "120 s behind Cognito's: new tokens seem to come from the future"),
    ],
)
def test_the_clock(ahead: float, state: str, said: str) -> None:
    line = clock.check([moment(ahead)] * 3, leeway=7)
    assert line.state == state
    assert said in line.found
    assert state == "ok" or (line.fix and "now 7 s" in line.fix.what)


def test_most_answers_decide() -> None:
    assert clock.check([moment(500), moment(0), moment(1)], 0).state == "ok"


@pytest.mark.parametrize(
    "useless",
    [
        Moment(NOW, NOW, ""),
        Moment(NOW, NOW, "yesterday"),
        Moment(NOW, NOW, "Mon, 99 Foo 99999 99:99:99 GMT"),
        moment(500, took=9),
        moment(500, age="3"),
        Moment(NOW, NOW - 5, formatdate(NOW)),
    ],
)
def test_answers_that_tell_no_time(useless: Moment) -> None:
    assert clock.check([useless], 0).state == "unknown"
    assert clock.check([useless, moment(0)], 0).state == "ok"


def test_a_date_without_a_zone_is_gmt() -> None:
    date = formatdate(NOW).removesuffix(" -0000")
    assert clock.check([Moment(NOW, NOW, date)], 0).state == "ok"


@ANY
@given(st.text(max_size=60))
def test_any_date_may_come(date: str) -> None:
    assert clock.check([Moment(NOW, NOW, date)], 0).state in ("ok", "wrong", "unknown", "warning")
