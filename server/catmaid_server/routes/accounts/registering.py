"""The form with which people make themselves an account that has a password."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts import passwords, registration
from catmaid_server.http import keys
from catmaid_server.http.addresses import client_address
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import Field, form_page

_DIFFERENT = "The two new passwords differ."


class Register(msgspec.Struct):
    """Who wants an account, and twice the password."""

    username: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    password1: str = ""
    password2: str = ""

    @property
    def names(self) -> dict[str, str]:
        """First and last name, and e-mail address, as they are kept."""
        return {
            "first_name": self.first_name.strip(),
            "last_name": self.last_name.strip(),
            "email": self.email.strip(),
        }

    @property
    def problems(self) -> list[str]:
        """What is wrong with the names and the password; empty if nothing is."""
        return [
            *registration.registration_problems(self.username, **self.names),
            *password_problems(self.password1, self.password2, self.username),
        ]


async def hashed_password(call: Call, form: Register) -> str:
    """The hash of the password; those who ask from one address take turns."""
    checks = call.request.app[keys.PASSWORD_CHECKS]
    return await checks.hashed(form.password1, address=client_address(call.request))


def password_problems(password: str, again: str, username: str) -> list[str]:
    """What is wrong with a new password that was typed twice."""
    return [*passwords.weaknesses(password, username), *([] if password == again else [_DIFFERENT])]


def registration_page(
    form: Register, problems: Sequence[str] = (), *, about: str = "", button: str = "Make it"
) -> web.Response:
    """The page with the form, and what was wrong with what was sent last."""
    return form_page(
        "Make an account",
        [
            Field("username", "User name", "username", value=form.username),
            Field("first_name", "First name", "given-name", value=form.first_name, required=False),
            Field("last_name", "Last name", "family-name", value=form.last_name, required=False),
            Field("email", "E-mail", "email", "email", value=form.email, required=False),
            *new_password("password1", "password2"),
        ],
        button=button,
        about=about,
        problems=problems,
    )


def new_password(name: str, again: str) -> list[Field]:
    """The fields of a new password."""
    about = f"New password, of at least {passwords.SHORTEST} characters"
    return [
        Field(name, about, "new-password", "password"),
        Field(again, "The same once more", "new-password", "password"),
    ]
