"""A worker of its own process, to be killed: attempts what is due in the database it is given.

python -m tests.billing.recharges.worker <instant>
"""

from __future__ import annotations

import sys
from datetime import datetime

import django

django.setup()

from billing.recharges.tasks import attempt_recharges  # noqa: E402 - after the setup

if __name__ == "__main__":
    attempt_recharges(at=datetime.fromisoformat(sys.argv[1]))
