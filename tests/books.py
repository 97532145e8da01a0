"""The books audit, asked at the end of a test."""

from __future__ import annotations

from billing.insight.books import prove_books


def faults() -> list[str]:
    """What the audit finds wrong: empty when the books hold."""
    return [
        f"{proof.check.name}: {finding}" for proof in prove_books() for finding in proof.findings
    ]
