"""How fast a large stack of sections is brought in, and how much memory that takes: as the command does it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import tifffile

SIDE = 8192
SECTIONS = 32
"""2.1 GB of 8 bits."""
_LOOK_EVERY_S = 0.1


def main() -> dict[str, Any]:
    """Measure, print and return."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-ingest-") as folder:
        scratch = Path(folder)
        size = _write_sections(scratch / "sections")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        # The database is made before, so that the time is that of the images.
        run_command(scratch, "project", "create", "Ingest")
        took, memory, worked = run_command(
            scratch, "import", "stack", str(scratch / "sections"), "--project", "Ingest", "--resolution", "4,4,40"
        )
    print(
        f"{'ingest of ' + format(size / 1e9, '.1f') + ' GB':36} {size / 1e6 / took:9.1f} MB/s,"
        f" {worked / took:.1f} processors, {memory / 1e6:.0f} MB of memory"
    )
    return {"megabytes_per_s": size / 1e6 / took, "memory_mb": memory / 1e6, "cpu_s": worked, "took_s": took}


def _write_sections(folder: Path) -> int:
    """Plain TIFF files of noise; how many bytes they have."""
    folder.mkdir()
    tile = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    tile //= 4  # as compressible as electron micrographs are
    for z in range(SECTIONS):
        tifffile.imwrite(folder / f"s{z:03}.tif", np.roll(tile, 97 * z, axis=1))
    return SECTIONS * SIDE * SIDE


def run_command(scratch: Path, *command: str) -> tuple[float, int, float]:
    """Run a command of the service; its seconds, the most memory it took, and its seconds of CPU."""
    program = Path(sys.executable).with_name("catmaid-jupyter")
    began, most, worked = time.perf_counter(), 0, 0.0
    process = subprocess.Popen(
        [str(program), *command, "--data-dir", str(scratch / "data")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seen = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            most = max(most, seen.memory_info().rss)
            times = seen.cpu_times()
            worked = times.user + times.system
        except psutil.NoSuchProcess:
            break
        time.sleep(_LOOK_EVERY_S)
    if process.wait():
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, most, worked


if __name__ == "__main__":
    main()
