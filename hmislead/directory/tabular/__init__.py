"""Reads spreadsheets people bring: rosters of HMIS users and opening evidence. Pure: no database, nothing written.

Start at `tables.read_table`, then `roster.read_roster`.
"""
