"""Whether the books agree after a run."""

from __future__ import annotations

from billing.insight.books import prove_books


def findings() -> list[str]:
    """A line per finding, empty when all is well."""
    return [
        f"{proof.check.name}: {finding}" for proof in prove_books() for finding in proof.findings
    ]
