"""The operator's books, in one SQLite file: SIMs, operations on them, usage records."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS sim (
    iccid TEXT PRIMARY KEY, imsi TEXT, msisdn TEXT, status TEXT NOT NULL DEFAULT 'inactive',
    limit_bytes INTEGER, session TEXT NOT NULL DEFAULT 'unknown', live INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS operation (
    id TEXT PRIMARY KEY, iccid TEXT NOT NULL, kind TEXT NOT NULL, key TEXT UNIQUE,
    state TEXT NOT NULL DEFAULT 'running', error TEXT, due_at REAL NOT NULL,
    fails INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS usage (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, iccid TEXT NOT NULL, started_at TEXT NOT NULL,
    bytes INTEGER NOT NULL, plmn TEXT NOT NULL, session TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS usage_id ON usage (id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
STATUS_AFTER = {"activate": "active", "suspend": "suspended", "terminate": "terminated"}
Row = dict[str, Any]


@dataclass(frozen=True)
class UsageRecord:
    """What one SIM used in one session; `started_at` is ISO 8601 UTC."""

    id: str
    iccid: str
    started_at: str
    bytes: int
    plmn: str
    session: str

    @property
    def values(self) -> tuple[str, str, str, int, str, str]:
        return self.id, self.iccid, self.started_at, self.bytes, self.plmn, self.session


class Network:
    """Operations run for a moment: what is due is applied before anything is read."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(SCHEMA)

    def provision(self, sim: Row) -> tuple[Row, bool]:
        """The SIM, and whether it is new; a known one stays as it is."""
        known = self.sim(sim["iccid"])
        if known is not None:
            return known, False
        self._run(
            "INSERT INTO sim (iccid, imsi, msisdn) VALUES (?, ?, ?)",
            sim["iccid"],
            sim.get("imsi"),
            sim.get("msisdn"),
        )
        return self._one("SELECT * FROM sim WHERE iccid = ?", sim["iccid"]), True

    def sim(self, iccid: str) -> Row | None:
        self._apply_due()
        rows = self._run("SELECT * FROM sim WHERE iccid = ?", iccid)
        return dict(rows[0]) if rows else None

    def sims(self, *, after: str, limit: int) -> list[Row]:
        self._apply_due()
        rows = self._run("SELECT * FROM sim WHERE iccid > ? ORDER BY iccid LIMIT ?", after, limit)
        return [dict(row) for row in rows]

    def working_sims(self, *, live: bool | None = None) -> list[str]:
        """ICCIDs that can be used: neither suspended nor terminated."""
        self._apply_due()
        rows = self._run(
            "SELECT iccid FROM sim WHERE status NOT IN ('suspended', 'terminated')"
            " AND (?1 IS NULL OR live = ?1) ORDER BY iccid",
            live,
        )
        return [str(row["iccid"]) for row in rows]

    def start_operation(
        self, iccid: str, kind: str, *, key: str | None, seconds: float, fails: bool
    ) -> Row:
        """An operation that ends after so many seconds; the same key returns the same one."""
        known = self._run("SELECT * FROM operation WHERE key = ?", key) if key else []
        if known:
            return dict(known[0])
        id = str(uuid.uuid4())  # noqa: A001 - the column's name
        self._run(
            "INSERT INTO operation (id, iccid, kind, key, due_at, fails) VALUES (?, ?, ?, ?, ?, ?)",
            id,
            iccid,
            kind,
            key,
            time.time() + seconds,
            fails,
        )
        return self._one("SELECT * FROM operation WHERE id = ?", id)

    def operation(self, operation_id: str) -> Row | None:
        self._apply_due()
        rows = self._run("SELECT * FROM operation WHERE id = ?", operation_id)
        return dict(rows[0]) if rows else None

    def set_limit(self, iccid: str, limit_bytes: int | None) -> None:
        self._run("UPDATE sim SET limit_bytes = ? WHERE iccid = ?", limit_bytes, iccid)

    def set_session(self, iccid: str, state: str) -> None:
        self._run("UPDATE sim SET session = ? WHERE iccid = ?", state, iccid)

    def set_live(self, iccids: Iterable[str]) -> None:
        """These SIMs, and no others, use data while time passes."""
        self._run("UPDATE sim SET live = 0")
        self.connection.executemany(
            "UPDATE sim SET live = 1 WHERE iccid = ?", [(iccid,) for iccid in iccids]
        )

    def insert_usage(self, records: Iterable[UsageRecord]) -> int:
        """Append records as they are, also one whose id is known; how many."""
        rows = [record.values for record in records]
        with self.connection:
            self.connection.execute("BEGIN")
            self.connection.executemany(
                "INSERT INTO usage (id, iccid, started_at, bytes, plmn, session)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )
        return len(rows)

    def insert_new_usage(self, records: Iterable[UsageRecord]) -> int:
        """Append those whose id is not known yet; how many."""
        fresh = [
            record
            for record in records
            if not self._run("SELECT 1 FROM usage WHERE id = ?", record.id)
        ]
        return self.insert_usage(fresh)

    def usage(self, *, since: int, limit: int) -> list[Row]:
        rows = self._run(
            "SELECT * FROM usage WHERE sequence > ? ORDER BY sequence LIMIT ?", since, limit
        )
        return [dict(row) for row in rows]

    def setting(self, name: str) -> str | None:
        rows = self._run("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def set(self, name: str, value: str) -> None:
        self._run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)

    def _apply_due(self) -> None:
        due = self._run(
            "SELECT * FROM operation WHERE state = 'running' AND due_at <= ? ORDER BY due_at",
            time.time(),
        )
        for row in due:
            if row["fails"]:
                self._end(row["id"], "failed", "The network refused the operation.")
            else:
                status = STATUS_AFTER[row["kind"]]
                self._run("UPDATE sim SET status = ? WHERE iccid = ?", status, row["iccid"])
                self._end(row["id"], "done", None)

    def _end(self, operation_id: str, state: str, error: str | None) -> None:
        self._run(
            "UPDATE operation SET state = ?, error = ? WHERE id = ?", state, error, operation_id
        )

    def _one(self, statement: str, *values: object) -> Row:
        return dict(self._run(statement, *values)[0])

    def _run(self, statement: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(statement, values).fetchall()
