"""Records that people bring in spreadsheets: rooms register what they can load, this package reads, shows and applies."""
