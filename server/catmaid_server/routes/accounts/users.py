"""Lists of users and groups."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

import msgspec

from catmaid_server.domain.accounts import user_lists
from catmaid_server.domain.accounts.user_lists import COLUMNS, UserGroup
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class ListUsers(msgspec.Struct):
    """Whether to add password hashes, for superusers."""

    with_passwords: bool = False


class UserTable(msgspec.Struct):
    """A page of a table of users, in the spelling of the table widget that asks for it."""

    start: int = msgspec.field(name="iDisplayStart", default=0)
    """Rows to leave out at the beginning."""
    length: int = msgspec.field(name="iDisplayLength", default=-1)
    """Rows wanted; if negative, as many as a page has."""
    sorted_by: int = msgspec.field(name="iSortingCols", default=0)
    """How many of the columns named below to sort by."""
    first: int | None = msgspec.field(name="iSortCol_0", default=None)
    """Column of the answer, from 0: login, first name, last name, id."""
    first_direction: str = msgspec.field(name="sSortDir_0", default="desc")
    """`asc` or `desc`."""
    second: int | None = msgspec.field(name="iSortCol_1", default=None)
    second_direction: str = msgspec.field(name="sSortDir_1", default="desc")
    annotations: list[str] = []
    """Only users who used each of these annotations."""
    neuron_id: int | None = None
    """Only users who annotated this neuron."""

    def order(self) -> list[tuple[str, bool]]:
        """Names of columns, and whether each descends."""
        chosen = [(self.first, self.first_direction), (self.second, self.second_direction)]
        columns = [(number, way) for number, way in chosen[: max(self.sorted_by, 0)] if number is not None]
        for number, _ in columns:
            if number not in range(len(COLUMNS)):
                raise InvalidInput(f"There is no column {number}: they are 0 to {len(COLUMNS) - 1}.")
        return [(COLUMNS[number], way.lower() == "desc") for number, way in columns]


class TableOfUsers(TypedDict):
    """One page: login, first name, last name and id of each user, and how many there are in all."""

    iTotalRecords: int
    iTotalDisplayRecords: int
    aaData: list[tuple[str, str, str, int]]


class WhoseGroups(msgspec.Struct):
    """Only groups of one user, if given."""

    member_id: int | None = None


class ListedUser(TypedDict):
    """A user; colour as red, green, blue from 0 to 1."""

    id: int
    login: str
    full_name: str
    first_name: str
    last_name: str
    color: list[float]
    primary_group_id: int | None
    password: NotRequired[str]
    """Hash; for superusers who ask."""


@routes.get("/user-list", needs=Permission.NONE)
async def list_users(call: Call, form: ListUsers) -> Annotated[msgspec.Raw, Content(list[ListedUser])]:
    """List all users, by last and first name; visitors see only themselves."""
    async with call.reading() as connection:
        return await user_lists.visible_users(connection, call.user, with_passwords=form.with_passwords)


@routes.any("/user-table-list", needs=Permission.LOGIN)
async def table_of_users(call: Call, form: UserTable) -> TableOfUsers:
    """List one page of the users who annotated as wanted."""
    async with call.reading() as connection:
        count, rows = await user_lists.user_page(
            connection,
            call.user,
            start=form.start,
            length=form.length,
            order=form.order(),
            annotations=form.annotations,
            neuron_id=form.neuron_id,
        )
    return {"iTotalRecords": count, "iTotalDisplayRecords": count, "aaData": rows}


@routes.get("/accounts/{project_id}/all-usernames", needs=Permission.ANNOTATE)
async def list_names(call: Call, form: NoParameters) -> list[tuple[int, str]]:
    """List id and name of every user."""
    async with call.reading() as connection:
        return await user_lists.user_names(connection)


@routes.get("/groups/", needs=Permission.NONE)
async def list_groups(call: Call, form: WhoseGroups) -> list[UserGroup]:
    """List all groups, or those of a user; visitors see none."""
    if call.user.username == ANONYMOUS:
        return []
    async with call.reading() as connection:
        return await user_lists.groups(connection, member_id=form.member_id)
