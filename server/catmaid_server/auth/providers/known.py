"""The providers of the settings, by their short names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catmaid_server.auth.providers.github import GitHubProvider
from catmaid_server.auth.providers.openid import OpenIdProvider
from catmaid_server.auth.providers.provider import Provider, ProviderSettings


def providers_of(settings: Iterable[ProviderSettings]) -> Mapping[str, Provider]:
    """What signs people in with each provider, in the order of the settings."""
    return {one.key: GitHubProvider(one) if one.kind == "github" else OpenIdProvider(one) for one in settings}
