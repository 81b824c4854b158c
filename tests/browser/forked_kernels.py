"""Kernels forked from a process that has imported what notebooks use, which takes seconds for each of them otherwise.

    python -m tests.browser.forked_kernels DESCRIPTOR           the process that is forked
    python -I -S forked_kernels.py SOCKET CONNECTION_FILE       what Jupyter starts and takes for the kernel

The second hands its environment, folder and output to the first, and lives as long as the kernel that comes of it.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from subprocess import Popen

MODULES: Final = ("ipykernel.ipkernel", "ipykernel.zmqshell", "matplotlib_inline", "catmaid_jupyter.widgets")


class ForkedKernels:
    """A process from which kernels are forked, and a folder for `JUPYTER_PATH` that makes them those of Python."""

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        import subprocess  # noqa: PLC0415

        spec = folder / "kernels" / "python3"
        spec.mkdir(parents=True)
        address = folder / "socket"
        argv = [sys.executable, "-I", "-S", __file__, str(address), "{connection_file}"]
        # An interrupt of the process that Jupyter knows would not reach the kernel.
        said = {"argv": argv, "display_name": "Python 3", "language": "python", "interrupt_mode": "message"}
        (spec / "kernel.json").write_text(json.dumps(said))
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(address))
        listening.listen()
        with log.open("wb") as output, listening:
            command = [sys.executable, "-m", __spec__.name, str(listening.fileno())]
            self._process: Popen[bytes] = subprocess.Popen(
                command, env=environment, stdout=output, stderr=output, pass_fds=(listening.fileno(),)
            )

    def stop(self) -> None:
        """End the process, and with it kernels that have not ended."""
        self._process.terminate()
        self._process.wait()


def serve(descriptor: int) -> None:
    """Fork a kernel for each connection."""
    import gc  # noqa: PLC0415
    import importlib  # noqa: PLC0415
    import threading  # noqa: PLC0415

    # A kernel ends when its parent does, if it knows that before ipykernel is imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    for module in MODULES:
        importlib.import_module(module)
    assert threading.active_count() == 1, "threads are not forked"
    gc.freeze()
    with socket.socket(fileno=descriptor) as listening:
        while True:
            connection, _ = listening.accept()
            _bury_children()
            if os.fork() == 0:
                break
            connection.close()
    _become_kernel(connection)


def _bury_children() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _become_kernel(connection: socket.socket) -> None:
    import threading  # noqa: PLC0415

    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    _, descriptors, *_ = socket.recv_fds(connection, 1, 2)
    data = b""
    while not data.endswith(b"\n"):
        data += connection.recv(1 << 20)
    order = json.loads(data)
    os.setsid()
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    IPKernelApp.launch_instance(["-f", order["connection_file"]])


def _end_with(connection: socket.socket) -> None:
    """End this kernel when the process that Jupyter knows ends."""
    connection.recv(1)
    os._exit(1)


def stand_for_kernel(address: str, connection_file: str) -> None:
    """Ask for a kernel, and live as long as it does."""
    order = {"connection_file": connection_file, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"."], [1, 2])
        connection.sendall(json.dumps(order).encode() + b"\n")
        connection.recv(1)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve(int(sys.argv[1]))
    else:
        stand_for_kernel(*sys.argv[1:])
