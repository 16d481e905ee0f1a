"""Which paths are public: a table of what is, and a longer one of what must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.paths import PublicPaths

PUBLIC = PublicPaths(("/health", "/static/*", "/a/b/*", "/About", "/dir/"))

ALLOWED = [
    "/health",
    "/static/",
    "/static/app.css",
    "/static/js/app.min.js",
    "/static/a/b/c",
    "/static/.hidden",
    "/static/...",
    "/static/a..b",
    "/static/~user/@v1+2,3=4:5",
    "/static/!$&'()*",
    "/a/b/c",
    "/About",
    "/dir/",
]


@pytest.mark.parametrize("path", ALLOWED)
def test_a_public_path(path: str) -> None:
    assert PUBLIC.match(path)


DENIED = [
    "",
    "/",
    "*",
    "//",
    "health",
    "/health/",
    "/health/x",
    "/healthz",
    "/healt",
    "/Health",
    "/HEALTH",
    "/health ",
    " /health",
    "/health\n",
    "/health\r\n",
    "/health\t",
    "/health\0",
    "/health\x7f",
    "/health\x85",
    "/health?",
    "/health?x=/health",
    "/health#",
    "/health#x",
    "/health;",
    "/health;x=1",
    "/health%20",
    "/health%00",
    "/health%2f",
    "/health%23",
    "/%68ealth",
    "/health\\",
    "\\health",
    "/health.",
    "/./health",
    "//health",
    "/x/../health",
    "/health/.",
    "/health/..",
    "/health/../admin",
    "/\uff48ealth",
    "/healtḥ",
    "/heal\u200bth",
    "/health\ufeff",
    "/health\ud800",
    "https://app.example/health",
    "/admin?x=/health",
    "/admin#/health",
    "/admin;/health",
    "/static",
    "/staticx",
    "/staticprivate/x",
    "/Static/app.css",
    "/STATIC/app.css",
    "/static//",
    "/static//app.css",
    "//static/app.css",
    "/static/../admin",
    "/static/..",
    "/static/.",
    "/static/./app.css",
    "/static/a/../../admin",
    "/static/..\\admin",
    "/static\\..\\admin",
    "/static/..%2fadmin",
    "/static/%2e%2e/admin",
    "/static/..;/admin",
    "/static/.;/admin",
    "/static/a;b",
    "/static/a%",
    "/static/a?b",
    "/static/a#b",
    "/static/a b",
    "/static/a\nb",
    "/static/a\0",
    "/static/é",
    "/static/\u2215",
    "/static/\uff0e\uff0e/admin",
    '/static/"',
    "/static/<",
    "/static/^",
    "/static/`",
    "/static/{}",
    "/static/|",
    "/static/[",
    "/a/b",
    "/a/",
    "/a/bc",
    "/about",
    "/dir",
    "/dir/x",
]


@pytest.mark.parametrize("path", DENIED)
def test_a_path_that_is_not_public(path: str) -> None:
    assert not PUBLIC.match(path)


def test_without_patterns_nothing_is_public() -> None:
    for path in (*ALLOWED, *DENIED):
        assert not PublicPaths(()).match(path)


def test_the_path_after_sign_out_is_no_pattern() -> None:
    public = PublicPaths(("/static/*",), "/bye/*")
    assert public.match("/bye/*")
    assert public.match("/static/x")
    for path in ("/bye", "/bye/", "/bye/x", "/bye/*/x", "/", ""):
        assert not public.match(path)
    assert not PublicPaths((), "/*").match("/x")
    for path in ("", "/", "/x"):
        assert not PublicPaths(()).match(path)


@pytest.mark.parametrize(
    ("method", "public"),
    [("GET", True), ("HEAD", True), ("POST", False), ("DELETE", False), ("OPTIONS", False)],
)
def test_the_page_after_sign_out_is_for_reading(method: str, public: bool) -> None:
    assert PublicPaths((), "/bye").match("/bye", method=method) is public
    assert PublicPaths(("/bye",), "/bye").match("/bye", method=method)
    assert PublicPaths(("/by/*",), "/by/e").match("/by/e", method=method)


@pytest.mark.parametrize(
    ("after", "mount", "path"),
    [("/", "", "/"), ("/", "/", "/"), ("/app", "/app", "/app"), ("/app/", "/app", "/app/")],
)
def test_an_apps_front_page_is_not_public_for_being_the_one_after_sign_out(
    after: str, mount: str, path: str
) -> None:
    assert not PublicPaths((), after).match(path, mount)
    assert PublicPaths((after,), after).match(path, mount)


def test_everything_may_be_public() -> None:
    everything = PublicPaths(("/*",))
    assert everything.match("/")
    assert everything.match("/a/b")
    # Even then a path that could mean another one is not.
    for path in ("//", "/a/../b", "/a//b", "/a%2fb", "/a\\b", "/a;b", "/é"):
        assert not everything.match(path)


def test_the_root_alone() -> None:
    root = PublicPaths(("/",))
    assert root.match("/")
    assert not root.match("/a")
    assert not root.match("//")


@pytest.mark.parametrize(
    ("pattern", "mount", "path", "public"),
    [
        ("/static/*", "", "/static/a", True),
        ("/static/*", "/", "/static/a", True),
        ("/static/*", "/app", "/static/a", True),
        ("/app/static/*", "/app", "/app/static/a", True),
        ("/app/static/*", "/app/", "/app/static/a", True),
        ("/app/*", "/app", "/app/a", False),
        ("/app/*", "/app/", "/app/a", False),
        ("/app/*", "/app/sub", "/app/sub/a", False),
        ("/app/*", "/application", "/app/a", True),
        ("/app/*", "/ap", "/app/a", True),
        ("/*", "/app", "/app/a", True),
        ("/app", "/app", "/app", True),
        ("/app", "/app", "/app/a", False),
        ("/app/health", "/app", "/app/health", True),
    ],
)
def test_where_the_app_is_mounted(pattern: str, mount: str, path: str, public: bool) -> None:
    assert PublicPaths((pattern,)).match(path, mount) is public


def test_another_pattern_still_opens_a_mount() -> None:
    paths = PublicPaths(("/app/*", "/app/static/*"))
    assert paths.match("/app/static/a", "/app")
    assert not paths.match("/app/other", "/app")


@given(st.text())
def test_any_path(path: str) -> None:
    for start in ("", "/static/", "/health"):
        if PUBLIC.match(start + path):
            assert (start + path).isascii()
            assert not set(start + path) & set("%\\;?# ")
            assert "//" not in start + path
            assert not {".", ".."} & set((start + path).split("/"))


@given(st.lists(st.sampled_from(["..", ".", "a", "", "static", "%2e", "..;", "\\"]), max_size=6))
def test_no_spelling_leads_out_of_a_public_prefix(segments: list[str]) -> None:
    path = "/static/" + "/".join(segments)
    if PUBLIC.match(path):
        assert {".", ".."}.isdisjoint(path.split("/"))
