"""People who sign in with a provider: those who are known come in, and settings say who else may make an account.

Who somebody is, issuer and subject say alone. Neither a name nor an e-mail address makes anybody another's user.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from unicodedata import normalize

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import identities, registration
from catmaid_server.domain.accounts.identities import Identity
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed

sql = load("accounts/identities")

InvitedBy: TypeAlias = Literal["superusers", "administrators", "nobody"]

_LONGEST_WISH: Final = 140
_LONGEST_NAME: Final = 150
_LONGEST_EMAIL: Final = 254
_DOMAIN: Final = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInPerson:
    """Who has signed in with a provider, and what it tells of them.

    wanted_name
        What they are called there; not a name that nobody else can have.
    verified_emails
        Addresses of which the provider knows that they are this person's.
    """

    identity: Identity
    wanted_name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    verified_emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may make an account by signing in with a provider.

    registration
        Whether people may make themselves accounts at all.
    domains
        Domains of verified e-mail addresses that this takes; `.example.org` is all below it. None: any person.
    invited_by
        Whose invitations let people make an account, whatever the other two say, if they end some day.
    """

    registration: bool = False
    domains: tuple[str, ...] = ()
    invited_by: InvitedBy = "superusers"

    @classmethod
    def parsed(cls, registration: bool, domains: str, invited_by: InvitedBy = "superusers") -> Admission:
        """With domains as settings have them, with commas between; `InvalidInput` for what is none."""
        named = tuple(name.strip().lower() for name in domains.split(",") if name.strip())
        for name in named:
            if not _DOMAIN.fullmatch(name):
                raise InvalidInput(f"{name!r} is no domain of e-mail addresses: write it as example.org, without @.")
        return cls(registration, named, invited_by)

    def takes(self, person: SignedInPerson) -> bool:
        """Whether a person may make an account who was not invited."""
        return self.registration and (not self.domains or any(map(self._takes_address, person.verified_emails)))

    def takes_invited(self, *, ends: bool, by_superuser: bool) -> bool:
        """Whether an invitation lets people make an account: one that ends, or does not, and by whom."""
        return ends and (self.invited_by == "administrators" or (self.invited_by == "superusers" and by_superuser))

    def _takes_address(self, address: str) -> bool:
        domain = address.rpartition("@")[2].lower()
        return any(domain == one or (one.startswith(".") and domain.endswith(one)) for one in self.domains)


async def welcomed(
    tx: Connection,
    person: SignedInPerson,
    admission: Admission,
    *,
    provider: str,
    invited: Callable[[int], Awaitable[None]] | None = None,
) -> User:
    """The user of a person, who is made if they have none yet and may make one.

    provider : what people call it, for sentences.
    invited : uses the invitation by which a person may make an account, whatever `admission` takes; it is called with
        the id of the user who is made by it alone. None: they are not invited.

    Raises `NotAllowed` if their account is closed, or if they have none and may not make one.
    """
    identity = person.identity
    await fetch_value(tx, sql.one_at_a_time, issuer=identity.issuer, subject=identity.subject)
    user_id = await identities.user_id_of(tx, identity)
    if user_id is None:
        is_taken = admission.takes(person)
        if not is_taken and invited is None:
            raise NotAllowed(_why_not(identity, admission, provider))
        user_id = await _new_user(tx, person)
        if not is_taken and invited is not None:
            await invited(user_id)
    return await identities.open_account(tx, user_id)


async def _new_user(tx: Connection, person: SignedInPerson) -> int:
    user_id = await registration.register(
        tx,
        await registration.free_name(tx, _wish(person)),
        password_hash=None,
        first_name=_shown(person.first_name, _LONGEST_NAME),
        last_name=_shown(person.last_name, _LONGEST_NAME),
        email=_shown(person.email, _LONGEST_EMAIL),
    )
    await identities.link(tx, user_id, person.identity.issuer, person.identity.subject)
    return user_id


def _why_not(identity: Identity, admission: Admission, provider: str) -> str:
    known_as = f"{provider} knows you as {identity.subject}"
    if admission.registration:
        return (
            f"Accounts here are for people with an e-mail address of {', '.join(admission.domains)}, and {provider} "
            f"tells of none of yours that it is verified. Ask an administrator to invite you: {known_as}."
        )
    return f"You have no account here yet, and people are let in by invitation. Ask an administrator: {known_as}."


def _wish(person: SignedInPerson) -> str:
    """The name that a person would have if nobody else had it, in characters that names of users have."""
    names = f"{person.first_name}.{person.last_name}".lower().strip(".")
    for wish in (person.wanted_name.partition("@")[0], names, person.identity.subject):
        fit = re.sub(r"[^\w.+-]", "", re.sub(r"\s+", ".", normalize("NFKC", wish).strip()))[:_LONGEST_WISH]
        if re.search(r"\w", fit):
            return fit
    return "user"


def _shown(text: str, longest: int) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:longest]
