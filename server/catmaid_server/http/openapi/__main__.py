"""Print the OpenAPI document of all routes: `python -m catmaid_server.http.openapi`."""

from __future__ import annotations

import sys

import orjson

from catmaid_server.http.openapi.document import openapi
from catmaid_server.routes import all_routes

if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(openapi(all_routes()), option=orjson.OPT_INDENT_2) + b"\n")
