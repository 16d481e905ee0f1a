"""boto3 itself, asking a small server that answers as AWS does."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from cognito_gate.pool.aws import AwsError, HttpAnswer, connect, pages
from tests.servers.process import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> pytest.MonkeyPatch:
    """Nothing of the machine's own AWS set-up; keys, and a region."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, f"{tmp_path}/none")
    for name, value in {**KEYS, "AWS_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return monkeypatch


class _Handler(BaseHTTPRequestHandler):
    """Answers every question in one way, and keeps the questions."""

    status: ClassVar[int]
    body: ClassVar[bytes]
    kind: ClassVar[str]
    asked: ClassVar[list[str]]

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        self.asked.append(self.rfile.read(length).decode())
        self.send_response(self.status)
        self.send_header("content-type", self.kind)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def answering(status: int, body: str, kind: str = "text/xml") -> Iterator[tuple[str, list[str]]]:
    """A server for the block: its address, and what it is asked."""
    asked: list[str] = []
    attributes = {"status": status, "body": body.encode(), "kind": kind, "asked": asked}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), attributes))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refusal(code: str, message: str = "No.") -> str:
    """An error in CloudFormation's form."""
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"


def refused(environment: pytest.MonkeyPatch, body: str, status: int = 400) -> AwsError:
    """How a refusal of CloudFormation's is told."""
    with answering(status, body) as (address, _):
        environment.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(AwsError) as caught:
            connect().call("cloudformation", "describe_stacks", StackName="shop")
    for secret in KEYS.values():
        assert secret not in str(caught.value)
    return caught.value


def test_an_answer(environment: pytest.MonkeyPatch) -> None:
    body = "<R><DescribeStacksResult><Stacks/></DescribeStacksResult></R>"
    with answering(200, body) as (address, asked):
        environment.setenv("AWS_ENDPOINT_URL", address)
        account = connect()
        for _ in range(2):
            answer = account.call("cloudformation", "describe_stacks", StackName="shop")
    assert answer["Stacks"] == []
    assert len(asked) == 2
    assert "StackName=shop" in asked[0]


def test_other_services(environment: pytest.MonkeyPatch) -> None:
    body = json.dumps({"__type": "ResourceNotFoundException", "message": "None such."})
    with answering(400, body, "application/x-amz-json-1.1") as (address, _):
        environment.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", address)
        with pytest.raises(AwsError) as caught:
            connect().call("cognito-idp", "describe_user_pool", UserPoolId="eu-west-1_A")
    assert str(caught.value) == (
        "AWS refuses cognito-idp:DescribeUserPool (ResourceNotFoundException). None such."
    )
    assert (caught.value.code, caught.value.message) == ("ResourceNotFoundException", "None such.")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_expired_credentials(environment: pytest.MonkeyPatch, code: str) -> None:
    told = str(refused(environment, refusal(code), 403))
    assert told == (
        "The AWS credentials have expired. Sign in again with `aws sso login` or `aws login`, or "
        "replace the keys, then try again."
    )


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_credentials_that_nobody_knows(environment: pytest.MonkeyPatch, code: str) -> None:
    told = str(refused(environment, refusal(code, "secret things"), 403))
    assert told.startswith(f"AWS does not accept these credentials ({code}). `aws configure")
    assert "secret things" not in told


def test_access_denied(environment: pytest.MonkeyPatch) -> None:
    told = refused(environment, refusal("AccessDenied", "User: ada is not authorized."), 403)
    assert str(told) == (
        "These AWS credentials are not allowed to do cloudformation:DescribeStacks. "
        "User: ada is not authorized."
    )


def test_throttling(environment: pytest.MonkeyPatch) -> None:
    assert str(refused(environment, refusal("Throttling", "Rate exceeded"))) == (
        "AWS limits how often cloudformation:DescribeStacks may be called (Throttling). "
        "Try again in a minute."
    )


def test_any_other_refusal(environment: pytest.MonkeyPatch) -> None:
    told = refused(environment, refusal("ValidationError", "Stack with id shop does not exist"))
    assert str(told) == (
        "AWS refuses cloudformation:DescribeStacks (ValidationError). "
        "Stack with id shop does not exist"
    )
    assert told.code == "ValidationError"


def test_an_answer_of_somebody_else(environment: pytest.MonkeyPatch) -> None:
    told = refused(environment, "<html>Welcome to the hotel</html", 200)
    assert str(told).startswith(
        "The response is not from AWS, or something in between changed it. The call went "
        "to http://127.0.0.1:"
    )


def test_nobody_answers(environment: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    environment.setenv("AWS_ENDPOINT_URL", address)
    with pytest.raises(AwsError, match=r"^AWS could not be reached\. .*127\.0\.0\.1"):
        connect().call("cloudformation", "describe_stacks")


@pytest.mark.parametrize("code", ["UnknownOperationException", "InvalidAction"])
def test_an_emulator_that_does_not_know_an_operation(
    environment: pytest.MonkeyPatch, code: str
) -> None:
    told = refused(environment, refusal(code))
    assert (told.code, told.message) == (code, "No.")
    assert " The call went to http://127.0.0.1:" in str(told)


def test_no_credentials(environment: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        environment.delenv(name)
    with pytest.raises(AwsError, match=r"^No AWS credentials were found\. `aws configure sso`"):
        connect().call("cloudformation", "describe_stacks")


def test_half_of_the_credentials(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AwsError, match=r"^The AWS credentials are incomplete\. .*SECRET_ACCESS"):
        connect().call("cloudformation", "describe_stacks")


def test_no_region(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AWS_REGION")
    with pytest.raises(AwsError, match=r"^No AWS region was given\. Pass --region"):
        connect()


def test_where_the_region_comes_from(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_DEFAULT_REGION", "us-west-2")
    assert connect().region == "eu-west-1"
    assert connect("eu-central-1").region == "eu-central-1"
    environment.setenv("AWS_REGION", "")
    assert connect().region == "us-west-2"


def test_a_region_that_is_none() -> None:
    with pytest.raises(AwsError, match=r"A region has a name such as eu-west-1\.$"):
        connect(region="eu west").call("sts", "get_caller_identity")


def test_certificates_that_are_not_there(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_CA_BUNDLE", "/nowhere.pem")
    with answering(200, "") as (address, _):
        environment.setenv("AWS_ENDPOINT_URL", address.replace("http:", "https:"))
        with pytest.raises(AwsError, match=r"cannot be checked.* AWS_CA_BUNDLE \(or REQUESTS"):
            connect().call("sts", "get_caller_identity")


def test_no_such_profile() -> None:
    with pytest.raises(AwsError, match=re.escape("(nobody) could not be found. `aws configure")):
        connect(profile="nobody")


def test_a_sign_in_that_is_over(environment: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in KEYS:
        environment.delenv(name)
    config = (
        "[profile work]\nregion = eu-west-1\nsso_session = work\nsso_account_id = 123456789012\n"
        "sso_role_name = Admin\n[sso-session work]\nsso_region = eu-west-1\n"
        "sso_start_url = https://example.awsapps.com/start\n"
    )
    file = f"{tmp_path}/config"
    with open(file, "w", encoding="utf-8") as opened:
        opened.write(config)
    environment.setenv("AWS_CONFIG_FILE", file)
    environment.setenv("HOME", str(tmp_path))
    with pytest.raises(
        AwsError, match=r"^You are not signed in to AWS, or the sign-in has expired\. Sign in"
    ):
        connect(profile="work").call("cloudformation", "describe_stacks")


def test_an_endpoint_that_is_none(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(AwsError, match=r"^Invalid endpoint: nonsense\.$"):
        connect().emulator("cognito-idp")


def test_without_boto3(environment: pytest.MonkeyPatch) -> None:
    environment.setitem(sys.modules, "boto3", None)
    with pytest.raises(AwsError, match=re.escape("pip install 'cognito-gate[aws]'")):
        connect()


@pytest.mark.parametrize(("wanted", "fips"), [("true", True), ("false", False)])
def test_fips_endpoints(environment: pytest.MonkeyPatch, wanted: str, fips: bool) -> None:
    environment.setenv("AWS_USE_FIPS_ENDPOINT", wanted)
    environment.setenv("AWS_REGION", "us-east-1")
    found = connect().fips_endpoint("cognito-idp")
    assert found == ("https://cognito-idp-fips.us-east-1.amazonaws.com" if fips else "")
    assert connect().emulator("cognito-idp") == ""


@pytest.mark.parametrize(
    ("endpoint", "emulator"),
    [
        ("", ""),
        ("https://vpce-1.cognito-idp.eu-west-1.vpce.amazonaws.com", ""),
        ("https://cognito-idp.eusc-de-east-1.amazonaws.eu/", ""),
        ("http://127.0.0.1:4566/", "http://127.0.0.1:4566"),
        ("https://amazonaws.com.example.net", "https://amazonaws.com.example.net"),
        ("https://notamazonaws.com", "https://notamazonaws.com"),
    ],
)
def test_what_stands_in_for_aws(
    environment: pytest.MonkeyPatch, endpoint: str, emulator: str
) -> None:
    environment.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", endpoint)
    assert connect().emulator("cognito-idp") == emulator
    assert connect().emulator("cloudformation") == ""


def test_a_question_in_pages() -> None:
    class Book:
        region = ""

        def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
            assert (service, operation, parameters.pop("Of")) == ("library", "read", "it")
            here = str(parameters.get("NextToken", ""))
            return {"NextToken": {"": "2", "2": "3", "3": ""}[here]}

        def fips_endpoint(self, service: str) -> str:
            raise AssertionError(service)

        def emulator(self, service: str) -> str:
            return ""

    found = [page["NextToken"] for page in pages(Book(), "library", "read", Of="it")]
    assert found == ["2", "3", ""]


def test_an_operation_that_this_boto3_does_not_know(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(AwsError, match="does not know ListWishes yet"):
        connect().call("cognito-idp", "list_wishes")
