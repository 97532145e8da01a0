"""`manage.py audit_books [--json]`: prove the invariants; exit 1 and a line per finding if not."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from billing.insight.books import Proof, prove_books


class Command(BaseCommand):
    help = "Prove that the books agree. Exit 1 and a line per finding if they do not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the result as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        proofs = prove_books()
        if options["json"]:
            self.stdout.write(json.dumps(as_json(proofs), indent=2))
        else:
            self._print(proofs)
        if not all(proof.holds for proof in proofs):
            sys.exit(1)

    def _print(self, proofs: list[Proof]) -> None:
        for proof in proofs:
            state = "holds" if proof.holds else f"{proof.faults} WRONG"
            figures = f"{proof.examined:>12,} looked at {proof.took_ms:>7,} ms"
            self.stdout.write(f"{proof.check.name:<36} {state:<12} {figures}")
        for proof in proofs:
            for finding in proof.findings:
                self.stdout.write(f"FINDING {proof.check.name}: {finding}")
            if proof.faults > len(proof.findings):
                more = proof.faults - len(proof.findings)
                self.stdout.write(f"FINDING {proof.check.name}: and {more:,} more")


def as_json(proofs: list[Proof]) -> dict[str, object]:
    """The result for machines."""
    return {
        "ok": all(proof.holds for proof in proofs),
        "checks": [
            {
                "name": proof.check.name,
                "proves": proof.check.proves,
                "ok": proof.holds,
                "examined": proof.examined,
                "faults": proof.faults,
                "findings": proof.findings,
                "took_ms": proof.took_ms,
            }
            for proof in proofs
        ],
    }
