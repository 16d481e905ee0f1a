"""The secret of an authenticator app as a URI, as a QR code, and as text.

The only module that imports segno. Knows the otpauth form of Google Authenticator, which all such
apps read ("Key URI Format"); must not know where the secret comes from.
"""

from urllib.parse import quote

import segno

_MAX_NAME_CHARS = 64  # characters: however they are encoded, the picture holds them


def uri(issuer: str, account: str, secret: str) -> str:
    """The address that sets up an authenticator app.

    Args:
        issuer: who asks for the codes: the app's name. Its first 64 characters count.
        account: whose codes they are. Its first 64 characters count.
        secret: base32, as Cognito's AssociateSoftwareToken gives it.

    Example::

        uri("Shop", "ada@example.com", "JBSWY3DPEHPK3PXP")
        # otpauth://totp/Shop:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Shop
    """
    who = _encoded(issuer)
    return f"otpauth://totp/{who}:{_encoded(account)}?secret={quote(secret, safe='')}&issuer={who}"


def _encoded(name: str) -> str:
    # Apps decode first and part at a colon then, so that neither name may hold one.
    return quote(name[:_MAX_NAME_CHARS].replace(":", "-"), safe="", errors="replace")


def qr(uri: str, title: str = "") -> str:
    """The QR code of an address: one SVG element to be put into an HTML page as it is.

    It has no style and no script, and its own white ground, for dark pages.

    Args:
        title: its name for screen readers. Without one it is hidden from them, for where the
            page names what stands around it.

    Raises:
        ValueError: it is longer than a QR code holds (2,953 bytes).
    """
    svg = segno.make_qr(uri).svg_inline(
        border=4,  # modules of quiet zone: ISO/IEC 18004 asks for four
        omitsize=True,
        light="#fff",
        svgclass=None,
        lineclass=None,
        title=title or None,
    )
    named = 'role="img"' if title else 'aria-hidden="true"'
    return svg.replace("<svg ", f'<svg {named} shape-rendering="crispEdges" ', 1)


def grouped(secret: str) -> str:
    """A secret in groups of four, as people type it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
