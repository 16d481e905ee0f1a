"""What clients of MCP look for, put around the gate: a document that names who issues the tokens
(RFC 9728), and the address of that document in each refusal. mcp_app.py uses it.
"""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WELL_KNOWN = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True)
class Resource:
    """An MCP server: its origin and path, who issues its tokens, and the scope that opens it."""

    origin: str
    path: str
    issuer: str
    scope: str

    @property
    def document(self) -> JSONResponse:
        content = {
            "resource": self.origin + self.path,
            "authorization_servers": [self.issuer],
            "scopes_supported": [self.scope],
            "bearer_methods_supported": ["header"],
        }
        return JSONResponse(content, headers={"access-control-allow-origin": "*"})

    def challenge(self, told: str) -> str:
        """What the gate says, with the address of the document (RFC 9728 section 5.1)."""
        parts = [f'resource_metadata="{self.origin}{WELL_KNOWN}{self.path}"']
        parts += [] if "scope=" in told else [f'scope="{self.scope}"']
        return told + (", " if " " in told else " ") + ", ".join(parts)

    def around(self, gate: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path")
            if scope["type"] == "http" and path == WELL_KNOWN + self.path:
                await self.document(scope, receive, send)
            else:
                await gate(scope, receive, self.naming(send) if path == self.path else send)

        return app

    def naming(self, send: Send) -> Send:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                told = headers.get("www-authenticate", "")
                if told.startswith("Bearer"):
                    headers["www-authenticate"] = self.challenge(told)
            await send(message)

        return named
