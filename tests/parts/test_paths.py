"""Which paths are public: a table of what is, and a longer one of what must not be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_gate._gate.protocol.paths import PublicPaths


def match(paths: PublicPaths, path: str, mount: str = "", method: str = "GET") -> bool:
    return paths.match(path, mount, method)


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
    assert match(PUBLIC, path)


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
    assert not match(PUBLIC, path)


def test_without_patterns_nothing_is_public() -> None:
    for path in (*ALLOWED, *DENIED):
        assert not match(PublicPaths(()), path)


def test_the_path_after_sign_out_is_no_pattern() -> None:
    public = PublicPaths(("/static/*",), "/bye/*")
    assert match(public, "/bye/*")
    assert match(public, "/static/x")
    for path in ("/bye", "/bye/", "/bye/x", "/bye/*/x", "/", ""):
        assert not match(public, path)
    assert not match(PublicPaths((), "/*"), "/x")
    for path in ("", "/", "/x"):
        assert not match(PublicPaths(()), path)


@pytest.mark.parametrize(
    ("method", "public"),
    [("GET", True), ("HEAD", True), ("POST", False), ("DELETE", False), ("OPTIONS", False)],
)
def test_the_page_after_sign_out_is_for_reading(method: str, public: bool) -> None:
    assert match(PublicPaths((), "/bye"), "/bye", method=method) is public
    assert match(PublicPaths(("/bye",), "/bye"), "/bye", method=method)
    assert match(PublicPaths(("/by/*",), "/by/e"), "/by/e", method=method)


@pytest.mark.parametrize(
    ("after", "mount", "path"),
    [
        ("/", "", "/"),
        ("/", "/", "/"),
        ("/app", "/app", "/app"),
        ("/app/", "/app", "/app/"),
        ("/APX/", "/APX", "/APX/"),
    ],
)
def test_an_apps_front_page_is_not_public_for_being_the_one_after_sign_out(
    after: str, mount: str, path: str
) -> None:
    assert not match(PublicPaths((), after), path, mount)
    assert match(PublicPaths((after,), after), path, mount)


def test_everything_may_be_public() -> None:
    everything = PublicPaths(("/*",))
    assert match(everything, "/")
    assert match(everything, "/a/b")
    # Even then a path that could mean another one is not.
    for path in ("//", "/a/../b", "/a//b", "/a%2fb", "/a\\b", "/a;b", "/é"):
        assert not match(everything, path)


def test_the_root_alone() -> None:
    root = PublicPaths(("/",))
    assert match(root, "/")
    assert not match(root, "/a")
    assert not match(root, "//")


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
        ("/app/*", "/app", "/app/*", False),
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
    assert match(PublicPaths((pattern,)), path, mount) is public


def test_another_pattern_still_opens_a_mount() -> None:
    paths = PublicPaths(("/app/*", "/app/static/*"))
    assert match(paths, "/app/static/a", "/app")
    assert not match(paths, "/app/other", "/app")


@given(st.text())
def test_any_path(path: str) -> None:
    for start in ("", "/static/", "/health"):
        if match(PUBLIC, start + path):
            assert (start + path).isascii()
            assert not set(start + path) & set("%\\;?# ")
            assert "//" not in start + path
            assert not {".", ".."} & set((start + path).split("/"))


@given(st.lists(st.sampled_from(["..", ".", "a", "", "static", "%2e", "..;", "\\"]), max_size=6))
def test_no_spelling_leads_out_of_a_public_prefix(segments: list[str]) -> None:
    path = "/static/" + "/".join(segments)
    if match(PUBLIC, path):
        assert {".", ".."}.isdisjoint(path.split("/"))
