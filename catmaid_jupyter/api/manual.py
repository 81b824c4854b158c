"""Where the manual says more about a message.

`PLACES` are pieces of messages, and the headings of the page "Troubleshooting" for them; a test looks for each there.
"""

from __future__ import annotations

from typing import Final

CAPABILITY: Final = "manual"
"""Of servers that show the manual at `/docs/`."""

PAGE: Final = "how-to/troubleshooting"

PLACES: Final = {
    "does not accept the token": "token",
    "is not a CATMAID server": "no-catmaid-server",
    "There is no project ": "no-project",
    "The service did not ": "service-does-not-start",
    "The service cannot be started": "service-does-not-start",
    "not served by catmaid_jupyter": "other-servers",
    "front end is not built": "front-end",
    "which cannot be changed": "as-of-a-version",
    "There is no skeleton ": "no-skeleton",
    "There is no neuron ": "no-neuron",
    "Several neurons are called ": "same-name",
    "none of the columns": "which-neurons",
    "are of different projects": "different-projects",
    "The workspace is of project ": "workspace-of-another-project",
    "The state of this link is kept at ": "state-elsewhere",
}

_server = ""


def shown_at(url: str) -> None:
    """Note that the server at this address shows the manual."""
    global _server  # noqa: PLW0603  errors are made where no connection is at hand
    _server = url.rstrip("/")


def place_about(message: str, heading: str) -> str:
    """The place in the manual about a message: an address where a server shows it, else the page and its heading.

    heading : of the page, for messages that have none of their own; empty: there is no place.
    """
    heading = next((one for piece, one in PLACES.items() if piece in message), heading)
    if not heading:
        return ""
    return f"{_server}/docs/{PAGE}/#{heading}" if _server else f"docs/{PAGE}.md#{heading}"
