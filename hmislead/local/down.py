"""`bin/down [--state DIR]`: stop what `bin/up` started, letting running work finish."""

import argparse
import sys

from hmislead.local import postgres, processes, services, supervisor
from hmislead.local.state import LocalError, State, add_state_option, open_state

# The supervisor waits for running tasks, then for the database; only one that hangs is stopped by force.
STOP_SECONDS = supervisor.STOP_SECONDS + postgres.STOP_SECONDS + 10


def stop_everything(state: State) -> bool:
    """Stop the product and its services. True when something ran."""
    found = False
    main_process = processes.find(state, "supervisor")
    if main_process is not None:
        found = True
        processes.stop([main_process], seconds=STOP_SECONDS)
    processes.forget(state, "supervisor")
    found = clear_leftovers(state) or found
    found = services.are_running(state) or found
    services.stop(state)
    services.keep(state)
    return found


def clear_leftovers(state: State) -> bool:
    """Stop what a supervisor that was killed left behind. True when there was something."""
    left = supervisor.others(state)
    processes.stop(left, seconds=10)
    return bool(left)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/down", description="Stop the HMIS Lead that bin/up started.")
    add_state_option(parser)
    try:
        state = open_state(parser.parse_args().state)
        print("Stopped." if stop_everything(state) else f"Nothing was running in {state.folder}.")
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
