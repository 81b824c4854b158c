"""Who asks, and what they may do.

`access` answers for permissions, `checks` for passwords, in `turns`; `sessions`, `devices` and `signing` make cookies
and tickets; `token_uses` keeps when API tokens were used; `same_site` and `viewers` tell by its headers which kind of
client sent a request.
"""
