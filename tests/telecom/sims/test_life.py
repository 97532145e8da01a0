"""A SIM's life: created, assigned, first used, suspended, back, archived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from stdnum import luhn

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.models import Plan
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.subscriptions.models import Subscription
from billing.subscriptions.services import stop_at_floor
from config.sandbox.testing import Stack
from telecom.operators.models import Operator, OperatorJob
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.service import activate_sim, first_use, follow_services, suspend_sim
from telecom.sims.actions.stock import archive_sim, create_sim
from telecom.sims.exceptions import (
    IccidTaken,
    InvalidIccid,
    PlanNotForSims,
    ServiceStopped,
    SimCannotChange,
    SimNotAssigned,
    SimSuspendedByPerson,
)
from telecom.sims.models import Sim
from telecom.sims.tasks import run_operator_jobs
from tests.accounts.access.client import Api
from tests.factories import BY, NOW, make_company

pytestmark = pytest.mark.django_db

_numbers = count(1)


def new_iccid() -> str:
    body = f"8944{next(_numbers):014d}"
    return body + luhn.calc_check_digit(body)


def make_plan(name: str = "Roaming") -> Plan:
    terms = PlanTerms(prices=(PriceTerms(per_unit=Decimal("0.01")),))
    return create_plan(name, kind="paygo", currency="USD", terms=terms, at=NOW, by=BY)


def make_sim(
    *,
    company: Company | None = None,
    operator: Operator | None = None,
    starts_at: datetime = NOW,
) -> Sim:
    sim = create_sim(new_iccid(), operator=operator, by=BY, at=NOW)
    if company is not None:
        assign_sim(sim.iccid, company=company, plan=make_plan(), starts_at=starts_at, by=BY, at=NOW)
    sim.refresh_from_db()
    return sim


def sandbox_operator() -> Operator:
    return Operator.objects.update_or_create(
        key="sandbox", defaults={"name": "Sandbox", "adapter": Operator.Adapter.SANDBOX}
    )[0]


def status_of(sim: Sim) -> str:
    sim.refresh_from_db()
    return sim.status


def test_a_sim_without_operator_is_stored_then_ready_then_active_at_first_usage() -> None:
    sim = make_sim()
    assert sim.status == "not_available"
    company = make_company()
    assign_sim(sim.iccid, company=company, plan=make_plan(), starts_at=NOW, by=BY, at=NOW)
    assert status_of(sim) == "activation_ready"
    assert sim.subscription is not None
    used_at = NOW + timedelta(hours=1)
    first_use(sim.subscription.pk, used_at=used_at, at=used_at)
    assert status_of(sim) == "active"
    assert sim.first_usage_at == used_at
    assert [change.after for change in sim.status_changes.order_by("id")] == [
        "not_available",
        "activation_ready",
        "active",
    ]


def test_a_wrong_check_digit_is_refused() -> None:
    iccid = new_iccid()
    wrong = iccid[:-1] + str((int(iccid[-1]) + 1) % 10)
    with pytest.raises(InvalidIccid, match="check digit"):
        create_sim(wrong, by=BY, at=NOW)


def test_an_iccid_exists_once() -> None:
    sim = make_sim()
    with pytest.raises(IccidTaken):
        create_sim(sim.iccid, by=BY, at=NOW)


def test_a_sim_without_company_cannot_be_activated_or_suspended() -> None:
    sim = make_sim()
    with pytest.raises(SimNotAssigned):
        activate_sim(sim.iccid, reason="", by=BY, at=NOW)


def test_a_plan_that_counts_tokens_is_not_for_sims() -> None:
    terms = PlanTerms(prices=(PriceTerms(per_unit=Decimal(1), unit="1k_tokens"),))
    plan = create_plan(
        "Tokens", kind="metered", currency="USD", meter="tokens", terms=terms, at=NOW, by=BY
    )
    with pytest.raises(PlanNotForSims):
        assign_sim(
            make_sim().iccid, company=make_company(), plan=plan, starts_at=NOW, by=BY, at=NOW
        )


def test_what_the_provider_suspended_the_customer_cannot_wake() -> None:
    sim = make_sim(company=make_company())
    suspend_sim(sim.iccid, reason="Fraud", by=BY, at=NOW, suspended_by=Sim.SuspendedBy.PROVIDER)
    with pytest.raises(SimSuspendedByPerson, match="Fraud"):
        activate_sim(sim.iccid, reason="", by="member:x@y.z", at=NOW, by_customer=True)
    activate_sim(sim.iccid, reason="Cleared", by=BY, at=NOW)
    assert status_of(sim) == "active"


def test_lines_follow_the_services_that_the_system_stopped_and_those_alone() -> None:
    company = make_company()
    running, by_hand = make_sim(company=company), make_sim(company=company)
    suspend_sim(by_hand.iccid, reason="Lost", by=BY, at=NOW, suspended_by=Sim.SuspendedBy.CUSTOMER)
    stop_at_floor([company.pk], at=NOW)
    assert follow_services(company.pk, at=NOW) == 1
    assert status_of(running) == "suspended"
    assert running.suspended_by == "system"
    with pytest.raises(ServiceStopped):
        activate_sim(running.iccid, reason="", by=BY, at=NOW)
    Subscription.objects.filter(company=company).update(
        status=Subscription.Status.ACTIVE, stopped_by="", status_reason=""
    )
    assert follow_services(company.pk, at=NOW) == 1
    assert status_of(running) == "activation_ready"
    assert status_of(by_hand) == "suspended"


def test_archiving_is_final_and_ends_the_subscription() -> None:
    sim = make_sim(company=make_company())
    archive_sim(sim.iccid, reason="Swapped", by=BY, at=NOW)
    assert status_of(sim) == "archived"
    assert sim.subscription is not None
    assert sim.subscription.ends_at == NOW
    with pytest.raises(SimCannotChange, match="archived"):
        assign_sim(
            sim.iccid, company=make_company(), plan=make_plan(), starts_at=NOW, by=BY, at=NOW
        )


def test_a_sim_moves_to_another_company_and_its_old_subscription_ends() -> None:
    sim = make_sim(company=make_company())
    first = sim.subscription
    later = NOW + timedelta(days=1)
    other = make_company()
    assign_sim(sim.iccid, company=other, plan=make_plan(), starts_at=later, by=BY, at=later)
    sim.refresh_from_db()
    assert first is not None
    first.refresh_from_db()
    assert first.ends_at == later
    assert sim.company == other
    assert sim.status == "activation_ready"


class TestWithAnOperator:
    """Over a real socket, to the sandbox operator."""

    def test_a_line_is_set_up_activated_and_suspended(self, operator_sandbox: Stack) -> None:
        sim = make_sim(operator=sandbox_operator())
        assert sim.status == "pending"
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "blank"
        company = make_company()
        assign_sim(sim.iccid, company=company, plan=make_plan(), starts_at=NOW, by=BY, at=NOW)
        assert status_of(sim) == "pending"
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "activation_ready"
        activate_sim(sim.iccid, reason="Try", by=BY, at=NOW)
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "active"
        suspend_sim(sim.iccid, reason="Lost", by=BY, at=NOW, suspended_by=Sim.SuspendedBy.PROVIDER)
        assert status_of(sim) == "pending"
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "suspended"
        assert sim.status_reason == "Lost"

    def test_assigned_while_it_is_set_up_it_becomes_ready_afterwards(
        self, operator_sandbox: Stack
    ) -> None:
        sim = make_sim(company=make_company(), operator=sandbox_operator())
        assert sim.status == "pending"
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "activation_ready"

    def test_an_operator_that_is_away_is_tried_again(self, operator_sandbox: Stack) -> None:
        sim = make_sim(operator=sandbox_operator())
        operator_sandbox.control(fault="fail", count=1, status=503)
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "pending"
        job = OperatorJob.objects.get(line=sim.iccid)
        assert "503" in job.error
        assert job.next_attempt_at == NOW + timedelta(seconds=30)
        run_operator_jobs(at=NOW + timedelta(seconds=30))
        assert status_of(sim) == "blank"

    def test_an_operation_that_fails_makes_the_sim_invalid_with_the_operators_words(
        self, operator_sandbox: Stack
    ) -> None:
        sim = make_sim(operator=sandbox_operator())
        run_operator_jobs(at=NOW)
        operator_sandbox.control(fault="fail_operation", count=1)
        assign_sim(
            sim.iccid, company=make_company(), plan=make_plan(), starts_at=NOW, by=BY, at=NOW
        )
        run_operator_jobs(at=NOW)
        assert status_of(sim) == "invalid"
        assert sim.status_reason != ""


def test_the_api_creates_assigns_and_shows_a_sim(
    staff_api: Api, company_api: Callable[[Company], Api]
) -> None:
    iccid, company, plan = new_iccid(), make_company(), make_plan()
    created = staff_api.send("sims/", {"iccid": iccid, "imsi": "262011234567890"})
    assert created.status_code == 201, created.json()
    assert created.json()["status"] == "not_available"
    body = {"company": str(company.pk), "plan": str(plan.pk)}
    pooled = staff_api.send(f"sims/{iccid}/assign/", body | {"pool": str(plan.pk)})
    assert pooled.json()["errors"][0]["code"] == "unknown_pool"
    assigned = staff_api.send(f"sims/{iccid}/assign/", body)
    assert assigned.status_code == 200, assigned.json()
    assert assigned.json()["status"] == "activation_ready"
    assert company_api(company).read(f"sims/{iccid}/").json()["plan"] == str(plan.pk)
    assert company_api(make_company()).read(f"sims/{iccid}/").status_code == 404
    suspended = company_api(company).send(f"sims/{iccid}/suspend/", {"reason": "Stolen"})
    assert suspended.json()["status"] == "suspended"
    assert suspended.json()["intended_status"] == "activation_ready"


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "iccid"),
        ({"iccid": None}, "iccid"),
        ({"iccid": "123"}, "iccid"),
        ({"iccid": "8944\u0000"}, "iccid"),
        ({"iccid": 10**30}, "iccid"),
        ({"iccid": "8944110068012345678", "imsi": "x"}, "imsi"),
        ({"iccid": "8944110068012345678", "operator": "nobody"}, "operator"),
    ],
)
def test_bad_sims_are_refused_with_the_field(
    staff_api: Api, body: dict[str, object], attr: str
) -> None:
    answer = staff_api.send("sims/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
