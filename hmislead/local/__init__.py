"""The commands in bin/: a PostgreSQL and a Valkey of our own, and the processes of the product, on one machine.

Nothing here imports Django: the product runs in processes of its own, which get their settings from the environment.
"""
