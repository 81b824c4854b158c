"""The server's API: requests, answers, events and the background loop."""
