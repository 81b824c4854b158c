"""What writes data out, in the forms that importers read."""
