"""Settings of the mail server: what goes together, and what is said of what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.service.settings import Settings

MAIL: dict[str, Any] = {
    "smtp_host": "mail.lab.example",
    "smtp_sender": "catmaid@lab.example",
    "public_url": "https://catmaid.example.org/catmaid/",
}


def test_without_a_host_there_is_no_mail() -> None:
    assert Settings().mail_limit == 0
    with pytest.raises(InvalidInput, match="CATMAID_SMTP_HOST is not set"):
        Settings().mail_server()


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_goes_with_the_encryption(security: Any, port: int) -> None:
    server = Settings(**MAIL, smtp_security=security).mail_server()
    assert (server.port, server.public_url) == (port, "https://catmaid.example.org/catmaid")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"public_url": ""}, "but not CATMAID_PUBLIC_URL"),
        ({"smtp_sender": ""}, "but not CATMAID_SMTP_SENDER"),
        ({"smtp_sender": "the lab"}, "An e-mail address is written as"),
        ({"smtp_sender": "Lab\n<catmaid@lab.example>"}, "no line breaks"),
        ({"public_url": "catmaid.example.org"}, "CATMAID_PUBLIC_URL is an address as https://"),
        ({"public_url": "https://catmaid.example.org/?a=b"}, "CATMAID_PUBLIC_URL is an address as https://"),
        ({"smtp_user": "catmaid"}, "neither CATMAID_SMTP_PASSWORD nor CATMAID_SMTP_PASSWORD_FILE"),
        ({"smtp_user": "catmaid", "smtp_password": "x", "smtp_security": "none"}, "with TLS alone"),
    ],
)
def test_what_does_not_go_together_is_told(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**{**MAIL, **more})


def test_the_password_is_in_no_text(tmp_path: Path) -> None:
    settings = Settings(**MAIL, smtp_user="catmaid", smtp_password=SecretStr("the secret"))
    server = settings.mail_server()
    assert server.password == "the secret"
    assert "the secret" not in f"{settings!r} {settings} {server!r}"
    missing = Settings(**MAIL, smtp_user="catmaid", smtp_password_file=tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="password of the mail server cannot be read from"):
        missing.mail_server()
