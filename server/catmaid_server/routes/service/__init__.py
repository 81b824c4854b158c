"""The service itself: `health` (version, health, metrics), `events`, `front_page`, `apis` (the API's description)."""
