"""`/<pool>/.well-known/*`: the OpenID configuration and the key set.

Knows addresses and public keys only.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from .model import Request
from .pool import Pool


def configuration(pool: Pool, request: Request) -> Response:
    """Cognito's document. Like the real one it does not announce PKCE, although S256 works."""
    origin, issuer = pool.origin, pool.issuer
    return JSONResponse(
        {
            "authorization_endpoint": f"{origin}/oauth2/authorize",
            "end_session_endpoint": f"{origin}/logout",
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "response_types_supported": ["code", "token"],
            "revocation_endpoint": f"{origin}/oauth2/revoke",
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint": f"{origin}/oauth2/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "userinfo_endpoint": f"{origin}/oauth2/userInfo",
        }
    )


def jwks(pool: Pool, request: Request) -> Response:
    """The published signing keys."""
    return JSONResponse(pool.keys.jwks())
