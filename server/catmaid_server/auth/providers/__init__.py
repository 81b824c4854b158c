"""Services with which people sign in: OpenID Connect, ORCID among them, and GitHub.

`provider` says what every one of them can do; `openid` and `github` are the two kinds, `known` makes those of the
settings; `identity_token` checks what is signed, `asking` sends requests; `attempts` keeps a sign-in to its browser.
"""
