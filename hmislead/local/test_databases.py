"""The databases of `bin/test`: the tables are made once, while the static checks run, and copied for each process of pytest.

python -m hmislead.local.test_databases PROCESSES
"""

import sys

import django


def main() -> None:
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    for number in range(int(sys.argv[1])):
        # The name that pytest-django gives to the database of pytest-xdist's process of this number.
        connection.creation.clone_test_db(suffix=f"gw{number}", verbosity=0)


if __name__ == "__main__":
    main()
