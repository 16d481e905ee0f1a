"""Certificates of an authority that nobody knows, for servers of the tests that speak TLS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def make_certificates(folder: Path) -> Path:
    """Make `server.pem` and `server.key`, for 127.0.0.1 only; who has signed them is the result."""
    ours, its = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("ca", "server")
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    authority = x509.BasicConstraints(ca=True, path_length=0)
    signer = _certificate(issuer, ours, issuer, ours, authority)
    server = _certificate(subject, its, issuer, ours, host)
    plain = serialization.PrivateFormat.PKCS8
    secret = its.private_bytes(PEM, plain, serialization.NoEncryption())
    (folder / "server.key").write_bytes(secret)
    (folder / "server.pem").write_bytes(server.public_bytes(PEM))
    (folder / "ca.pem").write_bytes(signer.public_bytes(PEM))
    return folder / "ca.pem"


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=True)
        .sign(signer, hashes.SHA256())
    )
