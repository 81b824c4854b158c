"""HTTP, from a request to a route's answer.

`app` makes the application, `routing` says what a route is, `call` what a handler is given, `dispatch` who asks, what
they may do, and that each write is one transaction. `keys` names what the application holds; `middleware`,
`compression`, `cached`, `kept_answers`, `sockets` and `metrics` are what requests pass; `addresses` tells where a
client is. `catmaid` is the dialect of CATMAID's clients, `openapi` the description of the API.
"""
