"""How much a session may put into cookies behind each server and proxy, by name.

Knows the limits of others, as they are documented and were measured with real requests
(tests/servers/test_header_limits.py). Must not know how large a session is.
"""

HEADER_BUDGETS = {
    # One header field, its name included: 8,190 bytes (`--limit-request-field_size`).
    "gunicorn": 8_000,
    # The request line and all headers: 10,240 bytes; browsers and AWS send some 2,000 of others.
    "apigateway": 8_000,
    # The headers of a response: 4,096 bytes (`proxy_buffer_size`), or 502; that of the callback has
    # some 700 beside the session. Of a request, one header may have 8,190.
    "nginx": 3_000,
    # The same with `proxy_buffer_size 8k`.
    "nginx-8k": 7_000,
    # One header: 16,384 bytes; those of a response: 32,768.
    "alb": 16_000,
    # The request line and all headers: 65,536 bytes (`--h11-max-incomplete-event-size`).
    "uvicorn-h11": 60_000,
    # No limit of its own: the gate's counts, of all cookies of a request.
    "uvicorn-httptools": 64_000,
}
"""Bytes of COGNITO_GATE_SESSION_BYTES, by the name of what stands in front."""
