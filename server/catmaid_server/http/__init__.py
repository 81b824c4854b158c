"""HTTP: the application, from a request to a route's answer."""
