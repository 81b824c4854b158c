"""Reviews: segments, marks, percentages, the team of trusted reviewers, and what changed since."""
