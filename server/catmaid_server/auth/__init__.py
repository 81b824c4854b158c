"""Who asks, and what they may do.

`access` answers for permissions, `checks` for passwords; `sessions` and `signing` make cookies and tickets;
`same_site` and `viewers` tell by its headers which kind of client sent a request.
"""
