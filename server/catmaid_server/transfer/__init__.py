"""What brings data in and writes it out."""
