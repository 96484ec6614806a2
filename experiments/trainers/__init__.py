"""One trainer per framework: twins with the same functions in the same order."""
