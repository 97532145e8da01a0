"""A database that takes no more writes: everything fails closed, and goes on afterwards."""

from __future__ import annotations

import random
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
from psycopg import sql

from bench.drills import people
from bench.drills.people import Customer
from bench.drills.town import Json, Town, is_ready, until

IN_MARCH = "2026-03-10T12:00:00Z"
DISK_MB = 192
RECORDS_A_CALL, MOST_CALLS, MOVES = 500, 400, 20
PAY = {"amount": {"amount": "20.00", "currency": "USD"}}
HOUR = {"by": "PT1H"}


def disk_full_and_read_only_database(town: Town, chance: random.Random) -> str:
    """No usage, payment or invoice by halves, and no charge whose intent was not committed."""
    refused = _read_only(town)
    return f"{refused} calls refused while read-only; {_disk_full(town)}"


def _read_only(town: Town) -> int:
    """What a switch to a replica looks like. Returns how many calls were refused."""
    plan = people.plan(town)
    payer = people.customer(town, plan)
    people.pay_in(town, payer, Decimal(100))
    debtor = people.customer(town, plan, billing_type="postpaid")
    people.use(town, debtor, [2000], at=IN_MARCH)
    usage = {"source": "drill", "records": people.new_records(town, payer, [100] * 5)}
    calls: list[tuple[str, object]] = [
        ("usage/", usage),
        (f"companies/{payer.id}/recharges/", PAY),
        ("holds/", _hold(payer)),
        ("sandbox/clock/", HOUR),
    ]
    keys, charged = [str(uuid.uuid4()) for _ in calls], _charges(town)
    with _without_writes(town):
        answers = [
            town.call("POST", path, body, key=key)
            for (path, body), key in zip(calls, keys, strict=True)
        ]
        if town.manage("run_due").returncode == 0:
            raise AssertionError("run_due says that it went well")
    if any(answer.status < 500 for answer in answers) or _charges(town) != charged:
        raise AssertionError(f"read-only: {answers}, {_charges(town)} charges, were {charged}")
    done = [town.send(path, body, key=key) for (path, body), key in zip(calls, keys, strict=True)]
    if (done[0]["accepted"], done[0]["duplicates"]) != (5, 0):
        raise AssertionError(f"usage was kept by halves: {done[0]}")
    payer.used += 500
    payer.paid += 20
    _settled(town, payer, held=Decimal(3))
    invoices = town.read(f"invoices/?company={debtor.id}")["results"]
    if [invoice["total"] for invoice in invoices] != ["20.00"]:
        raise AssertionError(f"one invoice of 20.00: {invoices}")
    return len(answers)


def _disk_full(town: Town) -> str:
    """Tables cannot grow any more; the log of PostgreSQL lies on another disk."""
    who = people.customer(town, people.plan(town))
    people.pay_in(town, who, Decimal(10_000))
    with _small_disk(town) as disk:
        if disk is None:
            return "disk full not tried, since this user may not mount"
        (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free))
        refused = _use_until_refused(town, who)
        pay, key = f"companies/{who.id}/recharges/", str(uuid.uuid4())
        answer = town.call("POST", pay, PAY, key=key)
        (disk / "ballast").unlink()
        people.use(town, who, [1])
        town.persist("usage/", refused)
        town.send(pay, PAY, key=key)
        who.paid += 20
        _settled(town, who)
    return f"{RECORDS_A_CALL} records refused on a full disk, Pay now there {answer.status}"


def _use_until_refused(town: Town, who: Customer) -> Json:
    """Usage until the disk is full; the call that was refused, which is sent again later."""
    for _ in range(MOST_CALLS):
        records = people.new_records(town, who, [1] * RECORDS_A_CALL)
        call = {"source": "drill", "records": records}
        answer = town.call("POST", "usage/", call)
        who.used += RECORDS_A_CALL
        if answer.status >= 500:
            return call
        if answer.body.get("accepted") != RECORDS_A_CALL:
            raise AssertionError(f"usage on a full disk: {answer}")
    raise AssertionError("The disk never was full.")


def _settled(town: Town, who: Customer, *, held: Decimal = Decimal(0)) -> None:
    expected = who.expected_balance - held
    until(lambda: people.balance(town, who) == expected, f"the balance is {expected}")


def _hold(who: Customer) -> Json:
    return {
        "company": who.id,
        "amount": {"amount": "3.00", "currency": "USD"},
        "expires_in": 864_000,
        "reference": "drill",
    }


def _charges(town: Town) -> int:
    """Card payments that the gateway knows of, whatever became of them."""
    return sum(event["type"].startswith("payment_intent.") for event in town.gateway_events())


@contextmanager
def _without_writes(town: Town) -> Iterator[None]:
    _command(town, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        until(lambda: not is_ready(town.base), "it says that it is not ready")
        yield
    finally:
        _command(
            town, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"
        )
        until(lambda: is_ready(town.base), "it is ready again")


@contextmanager
def _small_disk(town: Town) -> Iterator[Path | None]:
    """The tables of the stack on a small disk of their own; None where we may not mount one."""
    disk = town.folder / "disk"
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "drill", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        tables = disk / "tables"
        tables.mkdir()
        owner = (town.folder / "postgres").stat()
        shutil.chown(tables, owner.st_uid, owner.st_gid)
        made = sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(tables)))
        _command(town, made)
        _move(town, "pg_default", "small")
        yield disk
        _move(town, "small", "pg_default")
        _command(town, "DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _move(town: Town, source: str, target: str) -> None:
    """All tables and indexes, between two transactions of the jobs that use them."""
    for what in ("TABLE", "INDEX"):
        moved = sql.SQL("ALTER {} ALL IN TABLESPACE {} SET TABLESPACE {}").format(
            sql.SQL(what), sql.Identifier(source), sql.Identifier(target)
        )
        for attempt in range(1, MOVES + 1):
            try:
                _command(town, moved)
                break
            except psycopg.errors.DeadlockDetected:
                if attempt == MOVES:
                    raise


def _command(town: Town, *statements: str | sql.Composed) -> None:
    """Statements of the database's owner, who may always write."""
    with psycopg.connect(
        town.settings["DATABASE_URL"],
        autocommit=True,
        options="-c default_transaction_read_only=off",
    ) as connection:
        for statement in statements:
            connection.execute(statement)
