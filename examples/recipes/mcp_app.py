"""An MCP server behind the gate. docs/how-to/mcp.md says what works with Cognito, what does not.

pip install 'mcp>=2.3,<3'
export COGNITO_GATE_BEARER=true COGNITO_GATE_AUDIENCES=http://localhost:8000/mcp
uvicorn --app-dir examples/recipes mcp_app:app
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, untyped-decorator"

from urllib.parse import urlsplit

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from mcp_resource import Resource

from cognito_gate import ASGIGate, Identity, Settings

settings = Settings.from_env()
address = urlsplit(settings.audiences[0])
resource = Resource(
    origin=f"{address.scheme}://{address.netloc}",
    path=address.path,
    issuer=settings.issuer_url,
    scope=f"{settings.audiences[0]}/use",
)
server = MCPServer("greetings")


@server.tool()
def greet(context: Context) -> str:
    """Greet whoever calls."""
    who: Identity = context.request_context.request.scope["cognito_gate.identity"]
    return f"Hello, {who.username}"


mcp_app = server.streamable_http_app(
    streamable_http_path=resource.path,
    stateless_http=True,
    transport_security=TransportSecuritySettings(allowed_hosts=[address.netloc]),
)
app = resource.around(ASGIGate(mcp_app, settings))
