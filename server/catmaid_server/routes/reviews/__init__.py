"""Reviews: `reviews` marks treenodes and tells the review status, `reviewer_whitelist` names trusted reviewers."""
