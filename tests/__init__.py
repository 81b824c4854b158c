"""Tests of the client, the wire and the service."""

import sys

# A grammar with which jsonschema could check addresses, which nobody asks for: it takes two seconds to import.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
