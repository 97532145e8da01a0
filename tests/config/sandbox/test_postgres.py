"""The embedded PostgreSQL: as root too, keeping its data, coming back after a kill."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.sandbox import postgres, processes, services
from config.sandbox.folder import DataFolder
from config.sandbox.testing import running, start, temporary_folder


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    with temporary_folder() as folder:
        yield folder


def execute(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def owner_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name


def test_it_runs_unprivileged_durable_and_on_loopback_only(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    with running([service], folder) as [child]:
        expected = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        assert owner_of(child.pid) == expected
        assert execute(url, "SHOW listen_addresses") == "127.0.0.1"
        assert execute(url, "SHOW unix_socket_directories") == ""
        assert execute(url, "SHOW fsync") == execute(url, "SHOW synchronous_commit") == "on"
        assert execute(url, "SHOW server_encoding") == "UTF8"
        assert str(execute(url, "SHOW server_version")).startswith("18")


def test_a_wrong_password_is_refused(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    with running([service], folder):
        password = folder.secret("postgres_password")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            execute(url.replace(password, "guess"), "SELECT 1")
    assert (folder.path / "memory.json").stat().st_mode & 0o777 == 0o600


def test_the_second_start_keeps_data_port_and_password(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    with running([service], folder):
        execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    service, again = services.postgres_service(folder)
    with running([service], folder):
        assert again == url
        assert execute(again, "SELECT answer FROM kept") == 42


def test_what_was_committed_survives_kill_9(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    child = start(service, folder)
    execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    child.kill()
    child.wait()
    service, url = services.postgres_service(folder)
    with running([service], folder):
        assert execute(url, "SELECT answer FROM kept") == 42


def test_a_server_that_outlived_its_runner_is_replaced(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    orphan = start(service, folder)
    execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    service, url = services.postgres_service(folder)
    orphan.wait(timeout=5)
    with running([service], folder):
        assert execute(url, "SELECT answer FROM kept") == 42


def test_a_claim_with_a_recycled_id_does_not_stop_the_start(folder: DataFolder) -> None:
    service, url = services.postgres_service(folder)
    with running([service], folder):
        execute(url, "SELECT 1")
    cluster = postgres.prepare_cluster(folder)
    claim = cluster.data / "postmaster.pid"
    bystander = subprocess.Popen(processes.as_child(["sleep", "60"], at_parent_end="TERM"))
    claim.write_text(f"{bystander.pid}\n{cluster.data}\n")
    service, url = services.postgres_service(folder)
    with running([service], folder):
        assert execute(url, "SELECT 1") == 1
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_taken_port_is_replaced_by_another(folder: DataFolder) -> None:
    port = folder.port("postgres")
    with subprocess.Popen(
        ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as squatter:
        while not services.is_open(port):
            assert squatter.poll() is None
        service, url = services.postgres_service(folder)
        with running([service], folder):
            assert f":{port}/" not in url
            assert execute(url, "SELECT 1") == 1
        squatter.kill()


def test_a_broken_start_says_why_and_where_to_look(folder: DataFolder) -> None:
    service, _ = services.postgres_service(folder)
    (postgres.prepare_cluster(folder).data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(Exception, match=r"postgres did not start: .*postgres\.log"):
        start(service, folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_may_keep_its_data_where_nobody_can_go() -> None:
    closed = Path(tempfile.mkdtemp(prefix="tollgate-closed-"))
    folder = DataFolder.at(closed / "data")
    before = closed.stat().st_mode
    service, url = services.postgres_service(folder)
    try:
        with running([service], folder):
            execute(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        service, url = services.postgres_service(folder)
        with running([service], folder):
            assert execute(url, "SELECT answer FROM kept") == 42
        assert closed.stat().st_mode == before
        home = (folder.path / "postgres").resolve()
        assert home.is_relative_to(postgres.SYSTEM_HOME)
    finally:
        postgres.delete_cluster(folder)
        shutil.rmtree(closed)
    assert not home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_binaries_that_nobody_can_reach_are_copied() -> None:
    closed = Path(tempfile.mkdtemp(prefix="tollgate-closed-"))
    installation = postgres.wheel_installation()
    package = closed / installation.parent.name
    shutil.copytree(installation, package / installation.name, symlinks=True)
    shutil.copytree(f"{installation.parent}.libs", f"{package}.libs")
    binaries = postgres.reachable_binaries(package / installation.name, user="nobody")
    shutil.rmtree(closed)
    assert binaries.is_relative_to(postgres.SYSTEM_HOME)
    for name in ("postgres", "initdb", "pg_dump"):
        command = processes.as_child(
            [str(binaries / name), "--version"], at_parent_end="TERM", user="nobody"
        )
        assert b"18" in subprocess.run(command, capture_output=True, check=True).stdout
