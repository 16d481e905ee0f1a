"""What `{prefix}/me` tells of whoever is signed in, as JSON.

Knows verified identities. Must not know how one was come by.
"""

from ...identity import Identity
from ..messages import Headers, Respond
from ..protocol import pages


def show(who: Identity, headers: Headers) -> Respond:
    """The verified claims, and what they come to."""
    content = {
        "sub": who.sub,
        "username": who.username,
        "email": who.email,
        "groups": who.groups,
        "scopes": who.scopes,
        "expires_at": who.expires_at,
        "access_claims": who.access_claims,
        "id_claims": who.id_claims,
    }
    return pages.show_json(200, content, headers)
