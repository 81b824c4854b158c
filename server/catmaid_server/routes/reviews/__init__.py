"""Reviews and the reviewers that a user trusts."""
