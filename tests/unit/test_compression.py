from __future__ import annotations

import pytest

from catmaid_server.http.compression import reads_gzip


@pytest.mark.parametrize(("accepted", "wanted"), [
    ("gzip, deflate", True),
    ("GZIP;q=1.0", True),
    ("*", True),
    ("deflate, gzip;q=0.5", True),
    ("", False),
    ("identity", False),
    ("gzip;q=0", False),
    ("gzip; q=0.00", False),
    ("br, *;q=0", False),
    (";;,q=,", False),
])  # fmt: skip
def test_gzip_is_for_who_reads_it(accepted: str, wanted: bool) -> None:
    assert reads_gzip(accepted) is wanted
