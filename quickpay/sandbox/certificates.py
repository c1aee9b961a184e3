"""The certificate of the world's mail server, signed by an authority of its own, made once and kept."""

import datetime as dt
import ipaddress
import os
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = dt.timedelta(days=397)
RENEW_BEFORE = dt.timedelta(days=30)
AUTHORITY, CHAIN, KEY = "sandbox-ca.pem", "sandbox-smtp.pem", "sandbox-smtp.key"


def mail_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return the authority's PEM file and the server side of TLS, making both if they are not there."""
    authority, chain, key = folder / AUTHORITY, folder / CHAIN, folder / KEY
    if not (authority.exists() and key.exists() and _still_good(chain)):
        _make(authority=authority, chain=chain, key=key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key)
    return authority, context


def _still_good(chain: Path) -> bool:
    if not chain.exists():
        return False
    certificate = x509.load_pem_x509_certificate(chain.read_bytes())
    return certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + RENEW_BEFORE


def _make(*, authority: Path, chain: Path, key: Path) -> None:
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox world authority")])
    server_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    ca_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id)
    ca = (
        _certificate(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(ca_id, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        _certificate(server_name, ca_name, server_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(server_key.public_key()), critical=False)
        .add_extension(signed_by, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    # The authority's own key is thrown away: nothing else can ever be signed with it.
    secret = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key, secret)
    _write(chain, server.public_bytes(serialization.Encoding.PEM))
    _write(authority, ca.public_bytes(serialization.Encoding.PEM))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + LIFE)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(path)
