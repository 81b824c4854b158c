"""Who did how much: reviews, contributors, statistics; and links to places."""
