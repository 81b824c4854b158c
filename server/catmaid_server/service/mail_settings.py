"""Settings of the mail server by which the service sends mail; without one it sends none."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings
from yarl import URL

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects.mails import require_address
from catmaid_server.service.rules import as_value_error

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in, as whom, and where links in it lead."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str
    password: str = field(repr=False)
    sender: str
    public_url: str


class MailSettings(BaseSettings):
    """The mail server of the service."""

    smtp_host: str = ""
    """Mail server (SMTP); empty: the service sends no mail."""

    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """Its port; by default 587 with `starttls`, 465 with `tls`, 25 with `none`."""

    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted: `starttls`, `tls` from its beginning, or `none`."""

    smtp_user: str = ""
    """Name with which the service logs in there; empty: it does not log in."""

    smtp_password: SecretStr | None = None
    """The password that goes with it."""

    smtp_password_file: Path | None = None
    """A file that has the password, instead."""

    smtp_sender: str = ""
    """Who mail is from: `catmaid@lab.example`, or `CATMAID of the lab <catmaid@lab.example>`."""

    public_url: str = ""
    """Address at which people reach the service, for links in mail: `https://catmaid.example.org/catmaid`."""

    mails_per_hour: int = Field(default=30, ge=1, le=10_000)
    """How much mail one user may have sent in an hour."""

    @model_validator(mode="after")
    def _check_mail(self) -> Self:
        if self.public_url:
            _require_site(self.public_url)
        if not self.smtp_host:
            return self
        for name in ("smtp_sender", "public_url"):
            if not getattr(self, name):
                raise ValueError(f"CATMAID_SMTP_HOST is set, but not CATMAID_{name.upper()}.")
        with as_value_error():
            require_address(parseaddr(self.smtp_sender)[1])
        if not self.smtp_sender.isprintable():
            raise ValueError("CATMAID_SMTP_SENDER has no line breaks.")
        if self.smtp_user and self.smtp_password is None and self.smtp_password_file is None:
            raise ValueError(
                "CATMAID_SMTP_USER is set, but neither CATMAID_SMTP_PASSWORD nor CATMAID_SMTP_PASSWORD_FILE."
            )
        if self.smtp_user and self.smtp_security == "none" and not _is_loopback(self.smtp_host):
            raise ValueError("CATMAID_SMTP_SECURITY is none: a password is sent to other machines with TLS alone.")
        return self

    @property
    def mail_limit(self) -> int:
        """How much mail one user may have sent in an hour; 0: the service sends none."""
        return self.mails_per_hour if self.smtp_host else 0

    def mail_server(self) -> MailServer:
        """The mail server, with its password. `InvalidInput` if there is none, or the password cannot be read."""
        if not self.smtp_host:
            raise InvalidInput("The settings name no mail server: CATMAID_SMTP_HOST is not set.")
        return MailServer(
            host=self.smtp_host,
            port=self.smtp_port or _PORTS[self.smtp_security],
            security=self.smtp_security,
            user=self.smtp_user,
            password=self._password() if self.smtp_user else "",
            sender=self.smtp_sender,
            public_url=self.public_url.rstrip("/"),
        )

    def _password(self) -> str:
        if self.smtp_password is not None:
            return self.smtp_password.get_secret_value()
        assert self.smtp_password_file is not None
        try:
            return self.smtp_password_file.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise InvalidInput(
                f"The password of the mail server cannot be read from {self.smtp_password_file}: {reason}."
            ) from None


def _require_site(text: str) -> None:
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    if url.scheme not in ("http", "https") or not url.host or url.query_string or url.fragment or url.user:
        raise ValueError(f"CATMAID_PUBLIC_URL is an address as https://catmaid.example.org/catmaid, not {text!r:.200}.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
