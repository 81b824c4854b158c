"""A program that has taken the port of a service that crashed, and writes down what it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def impostor(port: int) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the requests that it gets, with all headers. It answers as our services do."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            heard.append(f"{self.requestline}\n{self.headers}")
            body = b'{"SERVER_VERSION": "2021.12.21", "CATMAID_JUPYTER": {"capabilities": ["events"]}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
