"""Reads the project-level part of a HUD HMIS CSV export. Pure: no database, no settings, nothing written.

Start at `reader.read_export`. What is read, refused and flagged is told in docs/hmis-csv.md.
"""
