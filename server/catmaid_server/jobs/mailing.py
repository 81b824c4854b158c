"""One mail: composed of plain text, and handed in at the mail server."""

from __future__ import annotations

import ssl
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from typing import Final

import aiosmtplib

from catmaid_server.domain.errors import DomainError
from catmaid_server.service.mail_settings import MailServer

_PATIENCE_S: Final = 30.0
_LONGEST_SUBJECT: Final = 150
_PERMANENT: Final = 500


class MailRefused(DomainError):
    """The mail server will not take this mail, now or later; the message says why."""


class MailServerAway(Exception):
    """The mail server does not answer, or cannot take mail now; the message says why."""


def composed(server: MailServer, address: str, subject: str, text: str) -> EmailMessage:
    """A mail in plain text. What a subject has of line breaks becomes blanks, so that it adds no other header."""
    message = EmailMessage(policy=SMTP)
    one_line = " ".join("".join(letter if letter.isprintable() else " " for letter in subject).split())
    try:
        message["From"] = server.sender
        message["To"] = address
        message["Subject"] = one_line[:_LONGEST_SUBJECT]
    except (ValueError, MessageError) as error:
        raise MailRefused(f"This is no mail: {error}.") from None
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=parseaddr(server.sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


async def send(server: MailServer, message: EmailMessage) -> None:
    """Hand a mail in. Raises `MailRefused`, or `MailServerAway` where it may be taken later."""
    try:
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user or None,
            password=server.password or None,
            timeout=_PATIENCE_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        raise _of_answer(server, message, refused.code, refused.message) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _of_answer(server, message, error.code, error.message) from None
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPTimeoutError, OSError) as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLCertVerificationError):
            raise MailRefused(f"The certificate of the mail server {server.host} is not valid.") from None
        raise MailServerAway(f"The mail server {server.host} does not answer on port {server.port}.") from None
    except aiosmtplib.SMTPException as error:  # it offers no STARTTLS, or no way to log in
        raise MailRefused(
            f"The mail server {server.host} does not do on port {server.port} what the settings say: {error.message}"
        ) from None


def _of_answer(server: MailServer, message: EmailMessage, code: int, told: str) -> MailRefused | MailServerAway:
    """What the server answered, without the address: jobs are seen by others."""
    words = " ".join(told.replace(str(message["To"]), "the address").split())[:300]
    problem = f"The mail server {server.host} says: {code} {words}"
    return MailRefused(problem) if code >= _PERMANENT else MailServerAway(problem)
