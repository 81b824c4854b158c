"""The regions of a viewer, by number and by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, SupportsIndex

import traitlets

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.space.drawn_region import DrawnRegion


class RegionList(list[DrawnRegion]):
    """Regions in the order in which they were drawn; they are found by name, too."""

    def __getitem__(self, key: Any) -> Any:
        """A region by number or name, or several by a slice; `NotFound` if there is none of that name."""
        if not isinstance(key, str):
            place: SupportsIndex | slice = key
            return super().__getitem__(place)
        found = next((region for region in self if region.name == key), None)
        if found is None:
            known = ", ".join(repr(region.name) for region in self) or "none"
            raise NotFound(f"There is no region {key!r:.200}. There are: {known}.")
        return found


class RegionsTrait(traitlets.TraitType[RegionList, Any]):
    """Regions with different names; a mapping by name or any iterable is accepted."""

    info_text = "regions with different names (see DrawnRegion)"

    def make_dynamic_default(self) -> RegionList:
        """No regions."""
        return RegionList()

    def validate(self, obj: Any, value: Any) -> RegionList:
        """Read regions; `TraitError` for anything else."""
        given = value.values() if isinstance(value, Mapping) else value
        if isinstance(given, Iterable) and not isinstance(given, str | bytes):
            found = RegionList(given)
            names = [region.name for region in found if isinstance(region, DrawnRegion)]
            if len(names) == len(found) == len(set(names)):
                return found
        self.error(obj, value)
        raise AssertionError("error() always raises")


def regions_to_json(regions: RegionList, _widget: object) -> list[dict[str, Any]]:
    """Regions as a page has them."""
    return [region.to_json() for region in regions]


def regions_from_json(values: Iterable[Mapping[str, Any]], _widget: object) -> RegionList:
    """The regions of a page."""
    try:
        return RegionList(DrawnRegion.from_json(value) for value in values)
    except InvalidInput as error:
        raise traitlets.TraitError(str(error)) from None
