from __future__ import annotations

from collections.abc import Callable

import pytest

from catmaid_server.tiles import tickets

SECRET = b"only for tests"
NOW = 1_800_000_000.0


def test_a_ticket_names_its_holder_until_it_expires() -> None:
    ticket, expires = tickets.issue(SECRET, 7, 3, now=NOW)
    assert 12 * 3600 <= expires - NOW <= 24 * 3600
    assert tickets.holder(SECRET, ticket, 3, now=expires - 1) == 7
    assert tickets.holder(SECRET, ticket, 3, now=expires) is None


def test_tickets_of_one_period_are_the_same() -> None:
    start = NOW // (12 * 3600) * (12 * 3600)
    assert tickets.issue(SECRET, 7, 3, now=start) == tickets.issue(SECRET, 7, 3, now=start + 12 * 3600 - 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket: ticket.replace("7.3.", "1.3.", 1),
        lambda ticket: ticket[:-1] + ("A" if ticket[-1] != "A" else "B"),
        lambda ticket: "",
        lambda ticket: "7.3",
        lambda ticket: "..",
    ],
)
def test_a_changed_ticket_is_refused(change: Callable[[str], str]) -> None:
    ticket, _ = tickets.issue(SECRET, 7, 3, now=NOW)
    assert tickets.holder(SECRET, change(ticket), 3, now=NOW) is None


def test_a_ticket_is_good_for_one_project_and_one_service() -> None:
    ticket, _ = tickets.issue(SECRET, 7, 3, now=NOW)
    assert tickets.holder(SECRET, ticket, 4, now=NOW) is None
    assert tickets.holder(b"another secret", ticket, 3, now=NOW) is None
