"""Runs scripts in the clients' environment, each in a fork of a process that has imported what takes long.

It reads an order a line, `{"script": path, "given": text, "output": path}`, and writes its exit status a line.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from pathlib import Path

import catpy  # noqa: F401  scripts find it imported
import pymaid  # noqa: F401


def run(script: str, given: str, output: str) -> None:
    """Run a script with its output, also that of errors, in a file."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT)
    os.dup2(descriptor, 1)
    os.environ["GIVEN"] = given
    sys.path.insert(0, str(Path(script).parent))
    runpy.run_path(script, run_name="__main__")
    sys.stdout.flush()


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            status = 0
            try:
                run(**order)
            except BaseException:
                traceback.print_exc(file=sys.stdout)
                sys.stdout.flush()
                status = 1
            os._exit(status)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


main()
