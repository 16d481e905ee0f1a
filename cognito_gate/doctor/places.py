"""Directions to a setting of the pool or the app client: console menus and AWS CLI commands.

Knows names of menus and operations. Must not know what is wrong, nor hold a secret.
"""

import re
import shlex
from dataclasses import dataclass, replace

from .findings import Fix
from .reading import ENDPOINT, Reading

_READ_ONLY = "del(.ClientSecret, .ClientType, .CreationDate, .LastModifiedDate)"
RESETS = (
    "An update resets what it leaves out: this command sends all settings of the client back. "
    "(Change a pool of `cognito-gate pool deploy STACK` by that command, or the next deploy undoes "
    "it.)"
)

PLACEHOLDERS = {
    "MODULE:APP": "your app, such as shop.main:app",
    "STACK": "the name of the stack, such as my-app",
    "USERS_FILE": "your file of users",
    "YOUR_CLIENT_ID": "the id of the app client",
    "YOUR_POOL_ID": "the id of the user pool",
    "YOUR_REGION": "the region of the user pool",
}
"""What stands in a command for what is not known, and what to put there."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Menus and commands for the pool and the app client in the settings, or for placeholders."""

    region: str
    pool: str
    client: str
    endpoint: str = ""

    @classmethod
    def of(cls, reading: Reading) -> "Directions":
        settings = reading.settings
        known = not reading.reason_to_skip("AWS_COGNITO_USER_POOL_ID")
        region = settings.pool_region if known else settings.region
        return cls(
            region or "YOUR_REGION",
            settings.user_pool_id if known else "YOUR_POOL_ID",
            "YOUR_CLIENT_ID"
            if reading.reason_to_skip("AWS_COGNITO_USER_POOL_CLIENT_ID")
            else settings.user_pool_client_id,
            "" if reading.reason_to_skip(ENDPOINT) else settings.endpoint_url,
        )

    def pool_menu(self, *clicks: str) -> str:
        """The way to a menu of the pool."""
        return " > ".join(("Amazon Cognito", "User pools", self.pool, *clicks))

    def client_menu(self, *clicks: str) -> str:
        """The way to a tab or a form of the app client."""
        return self.pool_menu("Applications", "App clients", self.client, *clicks)

    def login_pages(self, field: str) -> str:
        """The way to a field of the app client's login pages."""
        form = ("Login pages", "Managed login pages configuration", "Edit")
        return self.client_menu(*form, field)

    def client_form(self, field: str) -> str:
        """The way to a field of the app client's own form."""
        return self.client_menu("App client information", "Edit", field)

    def aws(self, operation: str, *rest: str) -> str:
        """A command of the AWS CLI, in the pool's region; `rest` are words, not yet quoted."""
        endpoint = ("--endpoint-url", self.endpoint) if self.endpoint else ()
        region = ("--region", self.region)
        return shlex.join(("aws", "cognito-idp", operation, *region, *endpoint, *rest))

    def about_pool(self, operation: str, *rest: str) -> str:
        """A command about the pool."""
        return self.aws(operation, "--user-pool-id", self.pool, *rest)

    def about_client(self, operation: str, *rest: str) -> str:
        """A command about the app client."""
        return self.about_pool(operation, "--client-id", self.client, *rest)

    def update_client(self, change: str, value: str = "") -> str:
        """A command that changes one thing of the app client and keeps all others.

        Args:
            change: a filter of jq, in which `$value` is the value.
        """
        read = self.about_client(
            "describe-user-pool-client", "--query", "UserPoolClient", "--output", "json"
        )
        given = ("--arg", "value", value) if value else ()
        edit = shlex.join(("jq", *given, f"{_READ_ONLY} | {change}"))
        write = self.aws("update-user-pool-client", "--cli-input-json", "file://client.json")
        return f"{read} | {edit} > client.json && {write}"

    def add_to_client(self, member: str, value: str) -> str:
        """A command that adds a value to one of the app client's lists."""
        return self.update_client(f".{member} = ((.{member} // []) + [$value] | unique)", value)


def explain_placeholders(fix: Fix) -> Fix:
    """The remedy, which also says what to put in the place of each placeholder."""
    text = f"{fix.what} {fix.command}"
    meanings = [
        f"{word} is {meaning}."
        for word, meaning in PLACEHOLDERS.items()
        if re.search(rf"(?<![\w:]){word}(?![\w:])", text)
    ]
    return replace(fix, what=" ".join([fix.what, *meanings])) if meanings else fix
