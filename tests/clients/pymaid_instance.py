"""pymaid, connected to the service that a script was given."""

from __future__ import annotations

import pymaid
from given import given

pymaid.set_pbars(hide=True)
pymaid.set_loggers("ERROR")

instance = pymaid.CatmaidInstance(given.url, given.token, project_id=given.project_id, caching=False)
