"""`bin/backup [--state DIR] FOLDER`: the database, the files and the key of one state folder, in a new folder."""

import argparse
import os
import subprocess
import sys
import tarfile
from pathlib import Path

from hmislead.local import postgres, services
from hmislead.local.state import LocalError, State, add_state_option, open_state, write_private

DUMP, FILES, KEY = "database.dump", "files.tar.gz", "secret_key"


def tool(state: State, name: str, *arguments: str) -> None:
    """Run a program of our PostgreSQL on the product's database, as the superuser.

    The product's own role would not do: its tables are under row-level security, which hides every row from a dump.
    """
    connection = {"PGHOST": "127.0.0.1", "PGPORT": str(state.port("postgres")), "PGUSER": postgres.SUPERUSER}
    password = {"PGPASSWORD": state.secret("postgres_superuser")}
    program = postgres.find_programs(postgres.find_home(state)) / name
    if subprocess.run([program, *arguments], env={**os.environ, **connection, **password}, check=False).returncode != 0:
        raise LocalError(f"{name} failed; its message is above.")


def refuse_other_database() -> None:
    if os.environ.get("DATABASE_URL"):
        raise LocalError("DATABASE_URL names a database of your own: back it up as docs/operations/back-up.md says.")


def back_up(state: State, folder: Path) -> None:
    """Write the backup into `folder`, which must be new. The product may run meanwhile.

    The database is taken first: a file that is added meanwhile is then one too many, never one too few.
    """
    refuse_other_database()
    if folder.exists():
        raise LocalError(f"{folder} is there already. A backup is never written over another: choose a new name.")
    with services.lent(state):
        draft = folder.with_name(f".{folder.name}.unfinished")
        draft.mkdir(parents=True, mode=0o700)
        tool(state, "pg_dump", "--format=custom", f"--file={draft / DUMP}", postgres.DATABASE)
        with tarfile.open(draft / FILES, "w:gz") as archive:
            archive.add(state.folder / "files", arcname="files")
        write_private(draft / KEY, state.secret("secret_key"))
        draft.rename(folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/backup", description="Back up an HMIS Lead that bin/up runs.")
    add_state_option(parser)
    parser.add_argument("folder", type=Path, help="a new folder for the backup")
    options = parser.parse_args()
    try:
        back_up(open_state(options.state), options.folder.absolute())
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"Backed up to {options.folder}. It holds the key and everybody's data: keep it where nobody else can read it."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
