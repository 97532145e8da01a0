"""The SIMs of a company that is closed."""

from __future__ import annotations

import pytest

from accounts.companies.actions import suspend_company
from accounts.events.tasks import dispatch_outbox
from billing.onboarding.actions.closing import close_account
from tests.factories import BY, NOW, make_company
from tests.telecom.sims.test_life import make_sim

pytestmark = pytest.mark.django_db


def test_they_are_archived_with_it_and_those_of_others_are_not() -> None:
    company, other = make_company(), make_company()
    mine, theirs, stock = make_sim(company=company), make_sim(company=other), make_sim()
    suspend_company(other, reason="Asked for", by=BY, at=NOW)
    close_account(company, reason="Moved away", by=BY, at=NOW)
    dispatch_outbox(at=NOW)
    for sim in (mine, theirs, stock):
        sim.refresh_from_db()
    assert (mine.status, mine.status_reason) == ("archived", "The account is closed")
    assert "archived" not in (theirs.status, stock.status)
