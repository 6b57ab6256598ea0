"""Ed25519 signatures of records, so that a log that was written anew shows."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convenio.audit.canonical import digest
from convenio.errors import UsageError
from convenio.messages import say

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; `name` is the digest of the public one, by which records name it."""

    private: Ed25519PrivateKey
    name: str

    def sign(self, data: bytes) -> str:
        """Return the signature of bytes, in Base64."""
        return base64.b64encode(self.private.sign(data)).decode("ascii")


@dataclass(frozen=True, slots=True)
class CheckingKey:
    """A public key; `name` is its digest, by which records name it."""

    public: Ed25519PublicKey
    name: str

    def fits(self, signature: str, data: bytes) -> bool:
        """Tell whether a signature is this key's, of these bytes."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.public.verify(base64.b64decode(signature, validate=True), data)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def read_signing_key(path: Path) -> SigningKey:
    """Read a private Ed25519 key (PEM, without a password), as `openssl genpkey` writes it.

    Raises UsageError where the file holds none, or the extra `convenio[sign]` is not installed.
    """
    from_pem = _serialization().load_pem_private_key
    try:
        key = from_pem(_read(path), None)
    except (ValueError, TypeError) as fault:
        raise UsageError(
            say("{path}: no private key without a password: {fault}", path=path, fault=fault)
        ) from None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(say("{path}: an Ed25519 key is expected", path=path))
    return SigningKey(key, digest(key.public_key().public_bytes_raw()))


def read_checking_key(path: Path) -> CheckingKey:
    """Read a public Ed25519 key (PEM), as `openssl pkey -pubout` writes it.

    Raises UsageError where the file holds none, or the extra `convenio[sign]` is not installed.
    """
    from_pem = _serialization().load_pem_public_key
    try:
        key = from_pem(_read(path))
    except ValueError as fault:
        raise UsageError(say("{path}: no public key: {fault}", path=path, fault=fault)) from None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(say("{path}: an Ed25519 key is expected", path=path))
    return CheckingKey(key, digest(key.public_bytes_raw()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UsageError(
            say("{path}: the key can't be read: {strerror}", path=path, strerror=fault.strerror)
        ) from None


def _serialization() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ModuleNotFoundError:
        raise UsageError(
            say("signatures need cryptography: pip install 'convenio[sign]'")
        ) from None
    return serialization
