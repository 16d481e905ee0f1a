"""An app behind the gate in an AWS Lambda function, by Mangum.

`template.yaml` beside it deploys it with an HTTP API: `sam build && sam deploy --guided`. A WSGI
app is wrapped by `make_lambda_handler(WSGIGate(app))` of apig-wsgi.
"""

from mangum import Mangum
from starlette.types import Receive, Scope, Send

from cognito_gate import ASGIGate


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    identity = scope["cognito_gate.identity"]
    name = identity.username if identity else "nobody"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": f"Hello {name}\n".encode()})


# Made once per environment, which serves many requests: it keeps the keys and sessions that were
# verified. With a lifespan, Mangum would start and end the app around each request.
handler = Mangum(ASGIGate(app), lifespan="off")
