"""The service itself: health, events, the front page and the description of the API."""
