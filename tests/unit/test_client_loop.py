"""The background loop outlives what cells and scripts do to it. Each story runs in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from tests.helpers.patience import PATIENCE_S

STORIES = {
    "a waiting call on the loop itself is refused": """
        from catmaid_jupyter.api import loop
        async def value(): return 5
        async def wrong(): return loop.run(value())
        try:
            loop.run(wrong())
        except RuntimeError as error:
            print("await" in str(error), loop.run(value()))
        """,
    "an interrupt cancels the request and leaves the loop running": """
        import asyncio, os, signal, sys, threading
        from catmaid_jupyter.api import loop
        started, ended = threading.Event(), threading.Event()
        async def slow():
            started.set()
            try:
                await asyncio.sleep(3600)
            finally:
                ended.set()
        async def value(): return 5
        def interrupt():
            started.wait()
            while sys._current_frames()[threading.main_thread().ident].f_code.co_name != "wait":
                pass
            os.kill(os.getpid(), signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
        threading.Thread(target=interrupt).start()
        try:
            loop.run(slow())
        except KeyboardInterrupt:
            print(ended.wait(10), loop.run(value()))
        """,
    "a forked child has a loop of its own": """
        import os
        from catmaid_jupyter.api import loop
        async def value(): return 5
        loop.run(value())
        child = os.fork()
        if child == 0:
            os._exit(loop.run(value()))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status) == 5, loop.run(value()))
        """,
    "a connection that nobody closed is closed at the end": """
        import asyncio
        from aiohttp import web
        from aiohttp.test_utils import TestServer
        import catmaid_jupyter as cj
        from catmaid_jupyter.api import loop
        async def answer(request):
            return web.json_response({"SERVER_VERSION": "1", "username": "x"})
        async def serve():
            app = web.Application()
            app.router.add_get("/{tail:.*}", answer)
            server = TestServer(app)
            await server.start_server()
            return server
        server = loop.run(serve())
        kept, forgotten = (cj.connect(str(server.make_url("/"))) for _ in range(2))
        del forgotten
        print(True, 5)
        """,
}


@pytest.mark.parametrize("name", STORIES)
def test_the_loop(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", textwrap.dedent(STORIES[name])],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert done.stdout == "True 5\n"
    assert "Unclosed" not in done.stderr
    assert "Traceback" not in done.stderr
