"""Encryption of what comes over the port: TLS with a certificate of one's own."""

from __future__ import annotations

import ssl
from pathlib import Path

from catmaid_server.service.folder import ServiceError


def tls_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """TLS as a server speaks it, with a certificate and those between it and the root, in PEM files.

    key : the certificate's private key; None if it is in the same file.

    Raises `ServiceError` if the files cannot be read, or do not belong together.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_refuse_password)
    except ssl.SSLError as error:
        mismatch = error.reason == "KEY_VALUES_MISMATCH"
        raise ServiceError(
            f"TLS needs a certificate and its key as PEM files: {_names(certificate, key)} "
            f"{'do not belong together' if mismatch else 'do not hold both'}."
        ) from None
    except OSError as error:
        raise ServiceError(f"TLS cannot use {_names(certificate, key)}: {error.strerror}.") from None
    except ValueError:
        raise ServiceError(f"The key in {key or certificate} has a password; the service has nobody to ask.") from None
    return context


def _names(certificate: Path, key: Path | None) -> str:
    return str(certificate) if key is None else f"{certificate} and {key}"


def _refuse_password() -> str:
    raise ValueError
