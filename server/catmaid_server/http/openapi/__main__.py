"""Print the OpenAPI document of all routes: `python -m catmaid_server.http.openapi`."""

from __future__ import annotations

import sys

import msgspec

from catmaid_server.http.openapi.document import openapi
from catmaid_server.routes import all_routes

if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(openapi(all_routes())), indent=2) + b"\n")
