"""`bin/manage [--state DIR] COMMAND …`: a management command in the environment of `bin/up`, which may be up or not."""

import sys

from hmislead.local import processes, services
from hmislead.local.state import ROOT, LocalError, open_state


def split(arguments: list[str]) -> tuple[str | None, list[str]]:
    """The state folder and the rest. Only a --state before the command is ours; a later one is the command's."""
    if arguments and arguments[0].startswith("--state="):
        return arguments[0].partition("=")[2], arguments[1:]
    if len(arguments) > 1 and arguments[0] == "--state":
        return arguments[1], arguments[2:]
    return None, arguments


def main() -> int:
    folder, command = split(sys.argv[1:])
    try:
        state = open_state(folder)
        with services.lent(state) as environment:
            return processes.run([sys.executable, str(ROOT / "manage.py"), *command], environment)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
