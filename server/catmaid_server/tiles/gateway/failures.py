"""What is wrong with images that are elsewhere."""

from __future__ import annotations

from catmaid_server.domain.errors import DomainError


class ImagesUnavailable(DomainError):
    """Images cannot be had from where they should be; the message says why."""


class ImagesPending(ImagesUnavailable):
    """Images have not come yet; they are still being asked for."""


class HostRefused(ImagesUnavailable):
    """The service may not ask this host."""
