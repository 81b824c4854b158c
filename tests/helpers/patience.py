"""How long tests wait for what has to come: enough for a busy machine; a test that passes never waits so long."""

PATIENCE_S = 120.0
PATIENCE_MS = 1000 * PATIENCE_S
