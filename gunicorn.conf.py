"""What gunicorn does around the web processes: a folder in which they put their metrics together (docs/operations/metrics.md).

Read from the folder gunicorn starts in. `prometheus_client` decides when it is first imported whether to use the
folder, so nothing here may import it before `on_starting` has named one.
"""

import os
import shutil
import tempfile
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(server: Any) -> None:
    """A new folder for each start: counts of processes that are long gone must not be added."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="hmislead-metrics-")


def child_exit(server: Any, worker: Any) -> None:
    """What an ended process counted stays counted; what only held while it lived goes."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ.get(FOLDER, ""), ignore_errors=True)
