"""AWS, asked through boto3: the only door to it, and boto3 is loaded when the first question comes.

Where credentials, region and endpoint come from is boto3's matter. Each failure becomes one text
for people. Must not know what is asked for, nor print.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

HttpAnswer: TypeAlias = dict[str, Any]
"""What boto3 has read from one answer."""

_OURS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_SIGN_IN = "Sign in again with `aws sso login` or `aws login`, or renew the keys, then repeat this"
_SET_UP = "`aws configure sso` or `aws configure` sets them up, and --profile picks a profile"
# botocore's exceptions by name, so that its modules need not be loaded to tell them apart.
_NO_REGION = "No AWS region was given. Pass --region, or set AWS_REGION, or one in the profile."
_LOCAL = {
    "NoCredentialsError": f"No AWS credentials were found. {_SET_UP}.",
    "PartialCredentialsError": "The AWS credentials are incomplete. {error}.",
    "CredentialRetrievalError": "The AWS credentials could not be fetched. {error}.",
    "LoginError": f"The AWS sign-in is over, or was never made. {_SIGN_IN}.",
    "SSOError": f"The AWS sign-in is over, or was never made. {_SIGN_IN}.",
    "TokenRetrievalError": f"The AWS sign-in is over, or was never made. {_SIGN_IN}.",
    "ProfileNotFound": "{error}. `aws configure list-profiles` lists those there are.",
    "MissingDependencyException": "{error} (pip install 'botocore[crt]')",
    "ConnectionError": "AWS could not be reached. {error}.",
    "HTTPClientError": "AWS could not be reached. {error}.",
    "ResponseParserError": "What answered is not AWS, or was changed on its way here.",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation"}
_TOO_MANY = {
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


class AwsError(Exception):
    """AWS refused, or could not be asked. Its text is for people.

    `code` is AWS's own name of the error and `said` its message; both are empty when AWS has not
    answered at all.
    """

    def __init__(self, message: str, code: str = "", said: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.said = said


class Account(Protocol):
    """One region of an account of AWS."""

    @property
    def region(self) -> str:
        """Its name, such as eu-west-1."""

    def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
        """Ask a service for one operation, by boto3's names; AwsError when that fails."""

    def emulator(self, service: str) -> str:
        """The address that stands in for the service; empty when that is AWS itself."""


def pages(
    account: Account, service: str, operation: str, **parameters: object
) -> Iterator[HttpAnswer]:
    """The same question until its answer names no next page."""
    more: dict[str, object] = {}
    while True:
        answer = account.call(service, operation, **parameters, **more)
        yield answer
        if not answer.get("NextToken"):
            return
        more = {"NextToken": answer["NextToken"]}


def connect(region: str | None = None, profile: str | None = None) -> Account:
    """The account and region that boto3 finds; an argument goes before what is set elsewhere.

    Raises:
        AwsError: boto3 is not installed, or there is no such profile, or no region.
    """
    try:
        import boto3  # noqa: PLC0415
    except ImportError as error:
        raise AwsError("This command needs boto3: pip install 'cognito-gate[aws]'") from error
    with _told():
        # AWS_REGION is what the gate and every other SDK read; botocore knows the older name only.
        region = region or os.environ.get("AWS_REGION") or None
        session = boto3.Session(profile_name=profile or None, region_name=region)
    if not session.region_name:
        raise AwsError(_NO_REGION)
    return _Session(session)


class _Session:
    """A session of boto3, and one client of it for each service."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}
        self.region = str(session.region_name)

    def call(self, service: str, operation: str, **parameters: object) -> HttpAnswer:
        name = operation.title().replace("_", "")
        with _told(f"{service}:{name}"):
            answer: HttpAnswer = getattr(self._client(service), operation)(**parameters)
        return answer

    def emulator(self, service: str) -> str:
        with _told():
            endpoint = str(self._client(service).meta.endpoint_url).rstrip("/")
        host = urlsplit(endpoint).hostname or ""
        return "" if host.endswith(_OURS) else endpoint

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]


@contextmanager
def _told(action: str = "") -> Iterator[None]:
    """Whatever boto3 raises in the block, as an AwsError."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        raise _refused(action, error.response.get("Error", {})) from error
    except (BotoCoreError, ResponseParserError, ValueError) as error:
        names = (kind.__name__ for kind in type(error).__mro__)
        text = next((_LOCAL[name] for name in names if name in _LOCAL), "{error}.")
        raise AwsError(text.format(error=str(error).rstrip("."))) from error


def _refused(action: str, error: dict[str, str]) -> AwsError:
    code, said = error.get("Code", ""), error.get("Message", "")
    if code in _EXPIRED:
        text = f"The AWS credentials have expired. {_SIGN_IN}."
    elif code in _UNKNOWN:
        text = f"AWS does not accept these credentials ({code}). {_SET_UP}."
    elif code in _DENIED:
        text = f"These AWS credentials may not do {action}. {said}"
    elif code in _TOO_MANY:
        text = f"AWS asks for patience with {action} ({code}). Wait a minute, then repeat this."
    else:
        text = f"AWS refuses {action} ({code}). {said}"
    return AwsError(text.strip(), code, said)
