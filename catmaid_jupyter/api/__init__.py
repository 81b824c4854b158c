"""The server's API, as the client uses it.

`http` sends requests and `answers` reads them; `place` says in which project of which connection something is.
`events` follows changes and `presence` people, `written` says which changes one made oneself. `loop` is the background
thread with its event loop, `embedded` finds or starts the service of this machine, `connecting` knows which server is
meant. `errors` are the exceptions, `patience` says how long anything is waited for.
"""
