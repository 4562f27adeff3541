"""A Celery application with one slow task, for the test of a warm stop."""

import os
import time
from pathlib import Path

from celery import Celery

app = Celery("slow", broker=os.environ["REDIS_URL"])


@app.task(name="slow.write")
def write(folder):
    Path(folder, "begun").touch()
    time.sleep(3)
    Path(folder, "finished").touch()
