"""Short signed texts: sessions and tile tickets. Nobody without the service's secret can make one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time


def sign(secret: bytes, purpose: str, value: str, *, expires: int) -> str:
    """`value` with an expiry (seconds since 1970) and a signature; `purpose` keeps one kind from serving as another."""
    text = f"{value}.{expires}"
    return f"{text}.{_signature(secret, purpose, text)}"


def verified(secret: bytes, purpose: str, signed: str, *, now: float | None = None) -> str | None:
    """The value, if the signature is right and not expired; else None."""
    text, _, signature = signed.rpartition(".")
    value, _, expires = text.rpartition(".")
    if not value or not expires.isdecimal():
        return None
    if not hmac.compare_digest(signature.encode(errors="replace"), _signature(secret, purpose, text).encode()):
        return None
    return value if (time.time() if now is None else now) < int(expires) else None


def _signature(secret: bytes, purpose: str, text: str) -> str:
    digest = hmac.digest(secret, f"{purpose}:{text}".encode(errors="surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()
