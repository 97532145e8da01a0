"""Top-ups, usage, holds, recharges and corrections in any order, against a model of forty lines.

The model knows only arithmetic. After each example the books audit must hold as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from djmoney.money import Money
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from billing.catalog.models import PlanKind
from billing.catalog.terms import PriceTerms
from billing.insight.books import prove_books
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.exceptions import InsufficientBalance
from billing.ledger.holds import extend_hold, place_hold, place_partial_hold, release_hold
from billing.ledger.models import Hold
from billing.ledger.queries import balance
from billing.ledger.tasks import release_expired_holds
from billing.metering.reservations import commit_amount
from billing.money.calc import ceil_minor, round12
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.recharges.models import Recharge
from billing.recharges.tasks import attempt_recharges, open_due_recharges
from config.sandbox.testing import Stack
from tests.billing.metering.usage import counts, record, send
from tests.billing.payments.cards import save_card
from tests.billing.recharges.companies import rule as set_recharge_rule
from tests.factories import BY, NOW, make_company, make_plan, make_subscription, new_key

D = Decimal
TAX = D(20)
PER_TOKEN = D("0.0013")
THRESHOLD, TARGET, MINIMUM = D(5), D(40), D(10)
PER_DAY = 2

cents = st.integers(1, 3000).map(lambda n: D(n) / 100)
fractions = st.integers(1, 10**15).map(lambda n: D(n).scaleb(-12))


class Model:
    """What the account should be: sums, nothing else."""

    def __init__(self) -> None:
        self.balance = self.uninvoiced = D(0)
        self.holds: dict[str, tuple[Decimal, datetime]] = {}
        self.usage: dict[int, int] = {}
        self.recharges: list[datetime] = []

    @property
    def held(self) -> Decimal:
        return sum((amount for amount, _ in self.holds.values()), D(0))

    @property
    def spendable(self) -> Decimal:
        return self.balance - self.held

    def charge(self, net: Decimal, tax: Decimal) -> None:
        self.balance -= net + tax
        self.uninvoiced += net + tax

    def expire(self, at: datetime) -> None:
        self.holds = {key: hold for key, hold in self.holds.items() if hold[1] > at}

    def recharge(self, at: datetime) -> None:
        today = [each for each in self.recharges if each > at - timedelta(hours=24)]
        if self.balance <= THRESHOLD and len(today) < PER_DAY:
            self.balance += ceil_minor(max(TARGET - self.balance, MINIMUM), "USD")
            self.recharges.append(at)


class AccountMachine(RuleBasedStateMachine):
    """One prepaid company with a card, a recharge rule and a metered subscription."""

    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        # As Django's own test cases do, so that durable blocks may nest.
        self.frame._from_testcase = True  # type: ignore[attr-defined]
        self.frame.__enter__()
        self.model = Model()
        self.at = NOW

    @initialize()
    def open_account(self) -> None:
        self.company = make_company(tax_percent=TAX, at=NOW)
        plan = make_plan(PriceTerms(PER_TOKEN, unit="token"), kind=PlanKind.METERED, meter="tokens")
        make_subscription(self.company, plan, subject="key")
        save_card(self.company)
        self._transfer(D(100))
        set_recharge_rule(self.company, threshold=str(THRESHOLD), recharge_to=str(TARGET))

    @rule(minutes=st.integers(1, 900))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        release_expired_holds(at=self.at)
        self.model.expire(self.at)
        self._recharge()

    @rule(amount=cents)
    def money_is_transferred(self, amount: Decimal) -> None:
        self._transfer(amount)

    @rule(name=st.integers(1, 6), tokens=st.integers(0, 20_000))
    def usage_arrives(self, name: int, tokens: int) -> None:
        """Six ids: repetitions and conflicts come by themselves."""
        told = counts(send(record("key", tokens, name=f"{name}"), at=self.at))
        known = self.model.usage.setdefault(name, tokens)
        if told[0]:
            net = round12(tokens * PER_TOKEN)
            self.model.charge(net, round12(net * TAX / 100))
            assert told == (1, 0, 0, 0)
        else:
            assert told == ((0, 1, 0, 0) if known == tokens else (0, 0, 1, 0))
        self._recharge()

    @rule(amount=fractions, minutes=st.integers(1, 600), hold=holds)
    def money_is_added_to_a_hold(self, amount: Decimal, minutes: int, hold: Hold) -> None:
        held = self.model.holds.get(str(hold.pk))
        if held is None:
            return
        until = timedelta(minutes=minutes)
        if amount > max(D(0), self.model.spendable):
            with pytest.raises(InsufficientBalance):
                extend_hold(hold.pk, more=amount, expires_in=until, at=self.at)
            return
        extend_hold(hold.pk, more=amount, expires_in=until, at=self.at)
        self.model.holds[str(hold.pk)] = (held[0] + amount, self.at + until)

    @rule(target=holds, amount=cents, minutes=st.integers(1, 600))
    def money_is_held(self, amount: Decimal, minutes: int) -> object:
        asked = {
            "amount": Money(amount, "USD"),
            "reference": "session",
            "expires_in": timedelta(minutes=minutes),
            "key": new_key("hold"),
            "at": self.at,
        }
        if amount > self.model.spendable:
            with pytest.raises(InsufficientBalance) as refusal:
                place_hold(self.company, **asked)  # type: ignore[arg-type]
            assert refusal.value.status == 402
            return multiple()
        hold = place_hold(self.company, **asked)  # type: ignore[arg-type]
        self.model.holds[str(hold.pk)] = (amount, hold.expires_at)
        return hold

    @rule(target=holds, amount=cents)
    def what_is_left_is_held(self, amount: Decimal) -> object:
        if self.model.spendable <= 0:
            return multiple()
        hold = place_partial_hold(
            self.company,
            amount=Money(amount, "USD"),
            reference="session",
            expires_in=timedelta(hours=2),
            key=new_key("hold"),
            at=self.at,
        )
        granted = min(amount, self.model.spendable)
        assert (hold.amount, hold.is_final) == (granted, granted < amount)
        self.model.holds[str(hold.pk)] = (granted, hold.expires_at)
        return hold

    @rule(hold=consumes(holds))
    def a_hold_is_released(self, hold: Hold) -> None:
        release_hold(hold.pk, at=self.at)
        self.model.holds.pop(str(hold.pk), None)

    @rule(hold=consumes(holds), gross=cents)
    def a_hold_is_committed_twice(self, hold: Hold, gross: Decimal) -> None:
        """Never refused, whatever was used and however late; the second time changes nothing."""
        for _ in range(2):
            commit_amount(hold.pk, Money(gross, "USD"), by=BY, at=self.at)
        self.model.holds.pop(str(hold.pk), None)
        self.model.charge(gross, D(0))
        self._recharge()

    @rule(amount=cents, sign=st.sampled_from([1, -1]))
    def staff_correct_the_balance(self, amount: Decimal, sign: int) -> None:
        for _ in range(2):
            propose_adjustment(
                self.company,
                amount=Money(sign * amount, "USD"),
                reason="Test",
                key=f"adjustment:{self.at}:{amount}:{sign}:{len(self.model.recharges)}",
                by=BY,
                at=self.at,
            )
        self.at += timedelta(seconds=1)
        self.model.balance += sign * amount
        self._recharge()

    @invariant()
    def the_account_is_what_the_model_says(self) -> None:
        if not hasattr(self, "company"):
            return
        stands = balance(self.company)
        assert (stands.balance, stands.held, stands.uninvoiced) == (
            self.model.balance,
            self.model.held,
            self.model.uninvoiced,
        )

    def teardown(self) -> None:
        try:
            if hasattr(self, "company"):
                assert [p.findings for p in prove_books() if not p.holds] == []
                succeeded = Recharge.objects.filter(status=Recharge.Status.SUCCEEDED).count()
                assert succeeded == len(self.model.recharges)
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    def _transfer(self, amount: Decimal) -> None:
        key = new_key("transfer")
        for _ in range(2):
            record_transfer(
                self.company,
                amount=Money(amount, "USD"),
                method=Payment.Method.BANK_TRANSFER,
                reference="x",
                received_at=self.at,
                key=key,
                by=BY,
                at=self.at,
            )
        self.model.balance += amount

    def _recharge(self) -> None:
        open_due_recharges(at=self.at)
        attempt_recharges(at=self.at)
        self.model.recharge(self.at)


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_any_order_of_events_agrees_with_the_model(stripe_sandbox: Stack) -> None:
    run_state_machine_as_test(
        AccountMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
