"""The log that people read, the transactions behind it, and messages of clients for the service's own log."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
import structlog

from catmaid_server.domain.projects import log_info
from catmaid_server.domain.projects.log_info import LogOrder
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, Permission, Routes

routes = Routes()
log = structlog.get_logger("client")

_LONGEST_MESSAGE = 10_000


class ListLog(msgspec.Struct):
    """Filters, page and order, with the parameter names of DataTables."""

    user_id: int | None = None
    """Only entries of this user; -1 for all."""
    whitelist: bool = False
    """Whether only entries of those whose reviews the user trusts are listed."""
    operation_type: str | None = None
    """Only entries of this kind; -1 for all."""
    search_freetext: str | None = None
    start: int = msgspec.field(name="iDisplayStart", default=0)
    length: int = msgspec.field(name="iDisplayLength", default=log_info.PAGE)
    sorted_by: int = msgspec.field(name="iSortingCols", default=0)
    first: int = msgspec.field(name="iSortCol_0", default=log_info.UNSORTED)
    first_direction: str = msgspec.field(name="sSortDir_0", default="desc")
    second: int = msgspec.field(name="iSortCol_1", default=log_info.UNSORTED)
    second_direction: str = msgspec.field(name="sSortDir_1", default="desc")

    def order(self) -> tuple[LogOrder, LogOrder]:
        """The order that these parameters describe."""
        return (
            _order(self.first, self.first_direction, wanted=self.sorted_by > 0),
            _order(self.second, self.second_direction, wanted=self.sorted_by > 1),
        )


def _order(column: int, direction: str, *, wanted: bool) -> LogOrder:
    return LogOrder(column, direction.lower() != "asc") if wanted else LogOrder()


class TransactionRange(msgspec.Struct):
    """Which transactions, and a part of their list."""

    range_start: int = 0
    range_length: int | None = None
    user_id: int | None = None
    type: str | None = None
    """Label of the transactions."""


class OneTransaction(msgspec.Struct):
    """A transaction."""

    transaction_id: int


class TransactionAndTime(OneTransaction):
    """A transaction, and when it ran."""

    execution_time: str
    """UTC unless it says otherwise; does not matter if a label is given."""
    label: str | None = None
    """Label of the transaction, if the client knows it."""


class ClientMessage(msgspec.Struct):
    """A message of a client for the service's own log."""

    msg: str = ""

    def __post_init__(self) -> None:
        if not self.msg:
            raise ValueError("Parameter msg is the message; it is empty.")


class LogPage(TypedDict):
    """Rows: user, operation, time, x, y, z (nm), text."""

    iTotalRecords: int
    iTotalDisplayRecords: int
    aaData: list[tuple[str, str, str, float | None, float | None, float | None, str]]


@routes.any("/{project_id}/logs/list", needs=Permission.BROWSE)
async def list_log(call: Call, form: ListLog) -> Annotated[msgspec.Raw, Content(LogPage)]:
    """List entries of the project's log."""
    async with call.reading() as connection:
        return await log_info.entries(
            connection,
            call.project_id,
            user_id=form.user_id if form.user_id not in (0, -1) else None,
            trusted_by=call.user.id if form.whitelist else None,
            operation_type=form.operation_type if form.operation_type not in ("", "-1") else None,
            freetext=form.search_freetext,
            order=form.order(),
            start=form.start,
            length=form.length,
        )


class Transaction(TypedDict):
    """A transaction, which is a version."""

    transaction_id: int
    execution_time: Instant
    user_id: int | None
    project_id: int | None
    change_type: str
    label: str


class TransactionPage(TypedDict):
    """One page of transactions."""

    transactions: list[Transaction]
    total_count: int


@routes.any("/{project_id}/transactions/", needs=Permission.BROWSE)
async def list_transactions(call: Call, form: TransactionRange) -> Annotated[msgspec.Raw, Content(TransactionPage)]:
    """List transactions, newest first."""
    async with call.reading() as connection:
        return await log_info.transactions(
            connection,
            call.project_id,
            user_id=form.user_id,
            label=form.type,
            start=form.range_start,
            length=form.range_length,
        )


@routes.any("/{project_id}/transactions/location", needs=Permission.BROWSE)
async def locate_transaction(call: Call, form: TransactionAndTime) -> dict[str, float]:
    """Give the location of something that a transaction changed."""
    async with call.reading() as connection:
        return await log_info.location_of_transaction(
            connection,
            call.project_id,
            form.transaction_id,
            time=None if form.label else parse_time(form.execution_time),
        )


@routes.get("/{project_id}/transactions/skeletons", needs=Permission.BROWSE)
async def list_skeletons_of_transaction(call: Call, form: OneTransaction) -> list[int]:
    """List the skeletons whose nodes or links a transaction made, changed or deleted."""
    async with call.reading() as connection:
        return await log_info.skeletons_of_transaction(connection, call.project_id, form.transaction_id)


@routes.post("/log/info", needs=Permission.LOGIN)
@routes.post("/log/debug", needs=Permission.LOGIN)
@routes.post("/log/error", needs=Permission.LOGIN)
async def note_message(call: Call, form: ClientMessage) -> dict[str, str]:
    """Write a client's message to the service's own log."""
    level = call.request.path.rpartition("/")[2]
    log.info("client message", level=level, user=call.user.username, message=form.msg[:_LONGEST_MESSAGE])
    return {"status": "success", "message": "Successfully created log entry"}
