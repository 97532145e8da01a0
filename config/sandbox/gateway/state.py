"""What the pass-through must not forget over a restart, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from config.sandbox.gateway.objects import Json, merged

SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, started_at INTEGER NOT NULL,
    status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS overlay (id TEXT PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    parent TEXT, fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_by_parent ON object (kind, parent);
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, repeats INTEGER NOT NULL DEFAULT 0,
    forged INTEGER NOT NULL DEFAULT 0, last_status TEXT);
CREATE INDEX IF NOT EXISTS event_due ON event (due_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("answer", "overlay", "object", "event")


class State:
    """Overlays are fields that localstripe does not keep, added to its objects by id; objects are
    those that only we know of (refunds' states, disputes, the index of payment intents).
    """

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(SCHEMA)

    def run(self, statement: str, *values: object) -> list[sqlite3.Row]:
        return self.connection.execute(statement, values).fetchall()

    def overlay(self, object_id: str) -> Json:
        rows = self.run("SELECT fields FROM overlay WHERE id = ?", object_id)
        fields: Json = json.loads(rows[0]["fields"]) if rows else {}
        return fields

    def lay_over(self, object_id: str, fields: Json) -> None:
        text = json.dumps(merged(self.overlay(object_id), fields))
        self.run("INSERT OR REPLACE INTO overlay (id, fields) VALUES (?, ?)", object_id, text)

    def keep(self, kind: str, item: Json, *, parent: str | None = None) -> None:
        """Insert an object or replace its fields; it keeps its place in the order."""
        self.run(
            "INSERT INTO object (id, kind, parent, fields) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET fields = excluded.fields",
            item["id"], kind, parent, json.dumps(item),
        )  # fmt: skip

    def find(self, kind: str, object_id: str) -> Json | None:
        rows = self.run("SELECT fields FROM object WHERE kind = ? AND id = ?", kind, object_id)
        return json.loads(rows[0]["fields"]) if rows else None

    def all(self, kind: str, *, parent: str | None = None) -> list[Json]:
        """Newest first."""
        rows = self.run(
            "SELECT fields FROM object WHERE kind = ?1 AND (?2 IS NULL OR parent = ?2)"
            " ORDER BY sequence DESC",
            kind, parent,
        )  # fmt: skip
        return [json.loads(row["fields"]) for row in rows]

    def setting(self, name: str) -> str | None:
        rows = self.run("SELECT value FROM setting WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def set(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)

    def clear(self) -> None:
        for table in TABLES:
            self.run(f"DELETE FROM {table}")  # noqa: S608 - our own names
