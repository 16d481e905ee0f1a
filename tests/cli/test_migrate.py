"""`cognito-gate migrate flask-cognito-lib`: what it finds in an app, and what it says to do."""

import re
from pathlib import Path

import pytest

from tests.cli.command import here

APP = """\
from flask import Flask, redirect, session, url_for
from flask_cognito_lib import CognitoAuth
from flask_cognito_lib.decorators import (
    auth_required as need,
    cognito_login,
    cognito_login_callback,
    cognito_logout,
    cognito_refresh_callback,
    get_token_from_cookie,
)
from flask_cognito_lib.exceptions import AuthorisationRequiredError, CognitoGroupRequiredError

app = Flask(__name__)
app.config["AWS_COGNITO_SCOPES"] = ["openid"]
app.config.update(AWS_COGNITO_DOMAIN="https://x")
app.config["SECRET_KEY"] = "flask's own"
auth = CognitoAuth(app)
later = CognitoAuth()
later.init_app(app)


@app.route("/login")
@cognito_login
def login():
    pass


@app.route("/postlogin")
@cognito_login_callback
def postlogin():
    record(session["claims"]["sub"])
    return redirect(url_for("home"))


@app.route("/refresh", methods=["POST"])
@cognito_refresh_callback
def refresh():
    pass


@app.get("/home")
@need()
def home():
    return session["user_info"]["email"] + session.get("claims", {}).get("sub")


@app.get("/edit")
@need(groups=["admin", "editor"], any_group=True)
def edit():
    return get_token_from_cookie("x")


@app.get("/admin")
@need(["admin"])
def admin():
    return redirect(url_for("login"))


@app.route("/logout")
@cognito_logout
def logout():
    pass


@app.get("/about")
def about():
    if "claims" in session:
        session["state"] = "/about"
        session.pop("user_info")
    return auth.verify_access_token("x", 0)


@app.get("/items/<int:number>")
def item(number):
    return str(number)


@app.errorhandler(AuthorisationRequiredError)
def sign_in_first(error):
    return redirect("/login")


@app.errorhandler(CognitoGroupRequiredError)
def no(error):
    return "no", 403
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def found(*words: str) -> dict[int, str]:
    """What is said about each line of app.py, in one text."""
    result = here("migrate", "flask-cognito-lib", *words)
    assert result.exit_code == 0, result.output
    blocks = re.findall(r"^app\.py:(\d+)  (.*\n(?:    .*\n)+)", result.output, re.MULTILINE)
    lines: dict[int, str] = {}
    for number, text in blocks:
        lines[int(number)] = lines.get(int(number), "") + " ".join(text.split())
    return lines


def line_of(text: str) -> int:
    assert APP.count(text) == 1, text
    return APP[: APP.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        ("from flask_cognito_lib import", "from cognito_gate.integrations.flask import"),
        ("from flask_cognito_lib.decorators", "from cognito_gate.integrations.flask import"),
        ("from flask_cognito_lib.exceptions", "Delete"),
        ("AWS_COGNITO_SCOPES", "separated by commas"),
        ("AWS_COGNITO_DOMAIN", "environment"),
        ('app.config["SECRET_KEY"]', "COGNITO_GATE_FLASK_COGNITO_LIB_KEY"),
        ("auth = CognitoAuth(app)", "app.wsgi_app = WSGIGate(app.wsgi_app)"),
        ("later.init_app(app)", "WSGIGate"),
        ("@cognito_login\n", "/auth/login?next="),
        ("@cognito_login_callback", "on_event"),
        ('session["claims"]["sub"]', "current_identity.access_claims"),
        ("@cognito_refresh_callback", "Delete"),
        ("@need()", "Delete"),
        ('session["user_info"]["email"]', "current_identity.id_claims"),
        ('get("claims", {})', "current_identity.access_claims"),
        ("any_group=True", '@auth_required(groups=["admin", "editor"], any_group=True)'),
        ("@need([", '@auth_required(groups=["admin"])'),
        ('get_token_from_cookie("x")', "current_identity.access_token"),
        ('url_for("login")', "/auth/login"),
        ("@cognito_logout", "/auth/logout"),
        ('@app.get("/about")', "COGNITO_GATE_PUBLIC_PATHS"),
        ('"claims" in session', "maybe_identity()"),
        ('session["state"]', "?next="),
        ('session.pop("user_info")', "current_identity.id_claims"),
        ("auth.verify_access_token", "current_identity"),
        ('@app.get("/items/<int:number>")', "/items/<int:number>"),
        ("@app.errorhandler(AuthorisationRequiredError)", "@app.errorhandler(401)"),
        ("@app.errorhandler(CognitoGroupRequiredError)", "@app.errorhandler(403)"),
    ],
)
def test_each_place_is_found_with_what_to_do(app: Path, place: str, advice: str) -> None:
    lines = found(str(app))
    assert advice in lines[line_of(place)]


def test_nothing_else_is_found(app: Path) -> None:
    lines = found(str(app))
    assert line_of("def about") not in lines
    assert line_of('@app.get("/home")') not in lines  # not public: it has a decorator
    assert line_of('url_for("home")') not in lines
    assert len(lines) == 28


def test_paths_that_are_public_today_come_as_one_setting(app: Path) -> None:
    output = here("migrate", "flask-cognito-lib", str(app)).output
    # A path with a variable part needs somebody to think about it.
    assert "\nCOGNITO_GATE_PUBLIC_PATHS=/about,/static/*\n" in output


def test_nothing_is_changed_and_nothing_is_run(app: Path) -> None:
    (app / "app.py").write_text(APP + "\nraise SystemExit(7)\n")
    before = (app / "app.py").read_text()
    result = here("migrate", "flask-cognito-lib", str(app))
    assert result.exit_code == 0
    assert "Nothing was changed" in result.output
    assert (app / "app.py").read_text() == before
    assert [path.name for path in app.iterdir()] == ["app.py"]


def test_one_file_will_do(app: Path) -> None:
    assert found(str(app / "app.py")) == found(str(app))


def test_modules_that_take_the_names_from_another_of_the_app(tmp_path: Path) -> None:
    (tmp_path / "access.py").write_text(
        "from flask_cognito_lib.decorators import auth_required, cognito_login\n"
    )
    (tmp_path / "app.py").write_text(
        "from .access import auth_required\n\n@auth_required(groups=NAMES)\ndef view(): ...\n"
    )
    assert "@auth_required(groups=NAMES)" in found(str(tmp_path))[3]


def test_a_module_alias_and_a_whole_module(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import flask\nimport flask_cognito_lib.decorators as d\nimport flask_cognito_lib\n\n"
        "@d.auth_required()\ndef view():\n    return flask.session['claims']\n\n"
        "flask_cognito_lib.CognitoAuth(app)\n"
    )
    assert set(found(str(tmp_path))) == {2, 3, 5, 7, 9}


def test_a_config_class_and_the_environment(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import os\nfrom flask_cognito_lib import CognitoAuth\n\nclass Config:\n"
        "    AWS_COGNITO_DISABLED: bool = False\n    SECRET_KEY = 'x'\n"
        "    TESTING = True\n    NAME = os.environ['AWS_COGNITO_DOMAIN']\n"
        "    REGION = os.getenv('AWS_COGNITO_DOMAIN')\n"
        "app.secret_key = 'x'\napp.config |= {'AWS_COGNITO_DOMAIN': 'x'}\n"
    )
    (tmp_path / "notes.txt").write_text("AWS_COGNITO_DOMAIN")
    assert set(found(str(tmp_path))) == {2, 5, 6, 10, 11}


def test_the_path_of_a_blueprint_is_not_the_whole_one(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import flask_cognito_lib\nfrom flask import Blueprint\n"
        "pages = Blueprint('pages', __name__)\n\n"
        "@pages.get('/about')\n@other\ndef about(): ...\n"
    )
    assert "url_prefix" in found(str(tmp_path))[5]
    output = here("migrate", "flask-cognito-lib", str(tmp_path)).output
    assert "\nCOGNITO_GATE_PUBLIC_PATHS=/static/*\n" in output


def test_quotes_in_the_name_of_a_group(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from flask_cognito_lib.decorators import auth_required\n\n"
        '@auth_required(groups=["ada\'s"])\ndef view(): ...\n'
    )
    assert '@auth_required(groups=["ada\'s"])' in found(str(tmp_path))[3]


def test_templates(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "base.html").write_text(
        "<p>{{ session.user_info.email }}\n<a href=\"{{ url_for('logout') }}\">\n"
        "{{ url_for('home') }}\n{{ session['claims'].sub }}\n"
    )
    output = here("migrate", "flask-cognito-lib", str(tmp_path)).output
    assert re.findall(r"^base\.html:(\d)  ", output, re.MULTILINE) == ["1", "2", "4"]


def test_what_was_moved_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from cognito_gate.integrations.flask import auth_required\n"
        "from other import auth_required as third\n\n"
        "@app.get('/')\n@auth_required()\ndef view(): ...\n"
    )
    output = here("migrate", "flask-cognito-lib", str(tmp_path)).output
    assert "No place" in output


def test_environments_and_hidden_folders_are_not_searched(tmp_path: Path) -> None:
    for folder in (".git", "env", "node_modules", "__pycache__"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "app.py").write_text(APP)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert found(str(tmp_path)) == {}


def test_a_file_that_is_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def :\n")
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    output = here("migrate", "flask-cognito-lib", str(tmp_path)).output
    assert "app.py:1  cannot be read" in output
    assert "latin.py:1  cannot be read" in output


def test_a_path_that_is_not_there() -> None:
    assert here("migrate", "flask-cognito-lib", "nowhere").exit_code == 2
