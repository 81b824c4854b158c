"""The service itself: `health` (version, health, metrics), `events`, `channels`, `front_page`, `apis`."""
