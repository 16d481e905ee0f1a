"""Calls to AWS through boto3. No other module imports boto3, and this one does at the first call.

boto3 finds credentials, region and endpoint by itself. Each failure becomes an `AwsError` with a
text for people. Must not know what the calls are for, nor print.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

from .._extras import needs

HttpAnswer: TypeAlias = dict[str, Any]
"""What boto3 has read from one response."""

NOT_FOUND = "ResourceNotFoundException"
"""The code where a pool, a client or another resource does not exist."""
UNKNOWN = "UnknownOperationException"
"""The code of an operation that this boto3, or who answers, does not know."""
_AWS_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_SIGN_IN_AGAIN = (
    "Sign in again with `aws sso login` or `aws login`, or replace the keys, then try again"
)
_SET_UP = "`aws configure sso` or `aws configure` sets them up, and AWS_PROFILE picks a profile"
# botocore's exceptions by name, so that its modules need not be loaded to tell them apart.
_UNREACHED = "AWS could not be reached."
_NO_REGION = "No AWS region was given. Pass --region, or set AWS_REGION, or one in the profile."
_LOCAL_ERRORS = {
    "NoCredentialsError": f"No AWS credentials were found. {_SET_UP}.",
    "PartialCredentialsError": "The AWS credentials are incomplete. {error}.",
    "CredentialRetrievalError": "The AWS credentials could not be fetched. {error}.",
    "LoginError": f"You are not signed in to AWS, or the sign-in has expired. {_SIGN_IN_AGAIN}.",
    "SSOError": f"You are not signed in to AWS, or the sign-in has expired. {_SIGN_IN_AGAIN}.",
    "TokenRetrievalError": (
        f"You are not signed in to AWS, or the sign-in has expired. {_SIGN_IN_AGAIN}."
    ),
    "ProfileNotFound": "{error}. `aws configure list-profiles` lists the existing profiles.",
    "MissingDependencyException": "{error} (pip install 'botocore[crt]')",
    "InvalidRegionError": "{error}. A region has a name such as eu-west-1.",
    "EndpointConnectionError": (
        f"{_UNREACHED} {{error}}. Check the region's name, the network, and proxies (HTTPS_PROXY)."
    ),
    "ConnectionError": f"{_UNREACHED} {{error}}.",
    "SSLError": (
        "AWS's certificate cannot be checked, or is not trusted here. {error}. AWS_CA_BUNDLE (or "
        "REQUESTS_CA_BUNDLE) names the file of certificates, where one is set."
    ),
    "HTTPClientError": f"{_UNREACHED} {{error}}.",
    "ResponseParserError": "The response is not from AWS, or something in between changed it.",
}
_EXPIRED_CODES = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_BAD_CREDENTIAL_CODES = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED_CODES = {"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation"}
_THROTTLING_CODES = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


class AwsError(Exception):
    """AWS refused a call, or could not be reached. Its text is for people.

    `code` is AWS's own name of the error and `message` is AWS's text; both are empty when no
    response came at all.
    """

    def __init__(self, text: str, code: str = "", message: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.message = message


class Account(Protocol):
    """One region of an account of AWS."""

    @property
    def region(self) -> str:
        """Its name, such as eu-west-1."""

    def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
        """Call one operation of a service, by boto3's names; AwsError when that fails."""

    def emulator(self, service: str) -> str:
        """The address of an emulator of the service; empty when calls go to AWS itself."""

    def fips_endpoint(self, service: str) -> str:
        """The address of AWS's FIPS endpoint, where calls go there (AWS_USE_FIPS_ENDPOINT)."""


def pages(
    account: Account, service: str, operation: str, **parameters: object
) -> Iterator[HttpAnswer]:
    """All pages of a response: repeats the call until it names no next page."""
    next_page: dict[str, object] = {}
    while True:
        answer = account.call(service, operation, **parameters, **next_page)
        yield answer
        if not answer.get("NextToken"):
            return
        next_page = {"NextToken": answer["NextToken"]}


def connect(
    region: str | None = None, profile: str | None = None, endpoint: str | None = None
) -> Account:
    """The account and region that boto3 finds; arguments override what is configured elsewhere.
    `endpoint` is where all services are asked, in place of AWS.

    Raises:
        AwsError: boto3 is not installed, or there is no such profile, or no region.
    """
    try:
        import boto3  # noqa: PLC0415
    except ImportError as error:
        raise AwsError(f"This command {needs('boto3', 'aws')}") from error
    with _aws_errors():
        # AWS_REGION is what the gate and every other SDK read; botocore knows the older name only.
        region = region or os.environ.get("AWS_REGION") or None
        session = boto3.Session(profile_name=profile or None, region_name=region)
    if not session.region_name:
        raise AwsError(_NO_REGION)
    return _Session(session, endpoint)


class _Session:
    """A session of boto3, and one client of it for each service."""

    def __init__(self, session: Any, endpoint: str | None) -> None:
        self._session, self._endpoint = session, endpoint
        self._clients: dict[str, Any] = {}
        self.region = str(session.region_name)

    def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
        name = operation.title().replace("_", "")
        with _aws_errors():
            client = self._client(service)
        if not hasattr(client, operation):
            raise AwsError(f"The boto3 installed here does not know {name} yet.", UNKNOWN)
        try:
            with _aws_errors(f"{service}:{name}"):
                answer: HttpAnswer = getattr(client, operation)(**parameters)
        except AwsError as error:
            elsewhere = self.emulator(service)
            if not elsewhere or not _may_be_of_emulator(error):
                raise
            text = f"{error} The call went to {elsewhere} (AWS_ENDPOINT_URL), and not to AWS."
            raise AwsError(text, error.code, error.message) from error
        return answer

    def emulator(self, service: str) -> str:
        endpoint, host = self._address(service)
        return "" if host.endswith(_AWS_SUFFIXES) else endpoint

    def fips_endpoint(self, service: str) -> str:
        endpoint, host = self._address(service)
        return endpoint if host.startswith(f"{service}-fips.") else ""

    def _address(self, service: str) -> tuple[str, str]:
        with _aws_errors():
            endpoint = str(self._client(service).meta.endpoint_url).rstrip("/")
        return endpoint, urlsplit(endpoint).hostname or ""

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            client = self._session.client(service, endpoint_url=self._endpoint or None)
            self._clients[service] = client
        return self._clients[service]


def _may_be_of_emulator(error: AwsError) -> bool:
    """Whether AWS itself would hardly say so: it knows its operations, and can be reached."""
    unread = (_UNREACHED, _LOCAL_ERRORS["ResponseParserError"])
    return error.code in (UNKNOWN, "InvalidAction") or str(error).startswith(unread)


@contextmanager
def _aws_errors(action: str = "") -> Iterator[None]:
    """Raise whatever boto3 raises in the block as an AwsError."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        raise _read_error(action, error.response.get("Error", {})) from error
    except (BotoCoreError, ResponseParserError, ValueError) as error:
        names = (kind.__name__ for kind in type(error).__mro__)
        text = next((_LOCAL_ERRORS[name] for name in names if name in _LOCAL_ERRORS), "{error}.")
        raise AwsError(text.format(error=str(error).rstrip("."))) from error


def _read_error(action: str, error: dict[str, str]) -> AwsError:
    code, message = error.get("Code", ""), error.get("Message", "")
    if code in _EXPIRED_CODES:
        text = f"The AWS credentials have expired. {_SIGN_IN_AGAIN}."
    elif code in _BAD_CREDENTIAL_CODES:
        text = f"AWS does not accept these credentials ({code}). {_SET_UP}."
    elif code in _DENIED_CODES:
        text = f"These AWS credentials are not allowed to do {action}. {message}"
    elif code in _THROTTLING_CODES:
        text = f"AWS limits how often {action} may be called ({code}). Try again in a minute."
    else:
        text = f"AWS refuses {action} ({code}). {message}"
    return AwsError(text.strip(), code, message)
