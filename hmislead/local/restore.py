"""`bin/restore [--state DIR] FOLDER`: a backup of `bin/backup`, into a state folder without a database."""

import argparse
import sys
import tarfile
from pathlib import Path

from hmislead.local import postgres, services
from hmislead.local.backup import DUMP, FILES, KEY, refuse_other_database, tool
from hmislead.local.state import LocalError, State, add_state_option, open_state


def restore(state: State, folder: Path) -> None:
    """Restore the backup in `folder`. Raises LocalError when it is none, or when the state has data already."""
    refuse_other_database()
    if not all((folder / name).is_file() for name in (DUMP, FILES, KEY)):
        raise LocalError(f"{folder} is no backup of bin/backup: it must hold {DUMP}, {FILES} and {KEY}.")
    with services.lent(state):
        if has_tables(state) or any((state.folder / "files").iterdir()):
            raise LocalError(f"{state.folder} holds data already. Restore into a new folder: bin/restore --state DIR …")
        # All or nothing: a restore that fails leaves an empty database, ready for another.
        tool(state, "pg_restore", "--single-transaction", f"--dbname={postgres.DATABASE}", str(folder / DUMP))
        with tarfile.open(folder / FILES) as archive:
            archive.extractall(state.folder, filter="data")
        state.remember("secrets", secret_key=(folder / KEY).read_text())


def has_tables(state: State) -> bool:
    query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    with postgres.connect(state, postgres.SUPERUSER, "postgres_superuser", postgres.DATABASE) as connection:
        return connection.execute(query).fetchone() != (0,)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/restore", description="Restore a backup of bin/backup.")
    add_state_option(parser)
    parser.add_argument("folder", type=Path, help="the folder of the backup")
    options = parser.parse_args()
    try:
        restore(open_state(options.state), options.folder.absolute())
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print("Restored. Start it with bin/up --no-demo.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
