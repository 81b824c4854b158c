"""Reviews and the reviewers that a user trusts.

`reviews`: marking treenodes and review status; `review_sequences`: a skeleton as paths to review;
`review_changes`: what changed since; `reviewer_whitelist`: whom a user trusts, and from when on.
"""
