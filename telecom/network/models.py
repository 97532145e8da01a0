"""Instances and addresses of cloud customers, what is on offer, and what an address costs.

Each instance and each address has a subscription of its own, so that its hours are charged,
totalled, invoiced and audited as all other usage is. Rows are never deleted: pricing an hour of
the past anew looks at what was held then.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.catalog.models import PlanVersion
from billing.money.fields import AmountField, CurrencyField
from billing.subscriptions.models import Subscription
from telecom.network.calc import AddressKind

ADDRESS_KINDS = [(kind.value, kind.value.capitalize()) for kind in AddressKind]


class Offering(models.Model):
    """A kind of instance, at a price of the hour or at a fee of the billing period.

    Its price never changes: another one is another offering.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    currency = CurrencyField()
    hourly_price = AmountField(null=True, blank=True)
    monthly_fee = AmountField(
        null=True, blank=True, help_text="What a whole billing period costs, posted by the hour."
    )
    is_custom = models.BooleanField(
        default=False, help_text="Its instances run on past the credit limit by a share of it."
    )
    is_on_offer = models.BooleanField(default=True)
    version = models.OneToOneField(PlanVersion, on_delete=models.PROTECT, related_name="offering")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "network_offering"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hourly_price__gte=0, monthly_fee=None)
                | Q(hourly_price=None, monthly_fee__gte=0),
                name="offering_costs_by_hour_or_month",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AddressPrice(models.Model):
    """What an hour of an address costs in a currency, from an instant on: for all that are held."""

    currency = CurrencyField()
    public = AmountField()
    secondary = AmountField()
    effective_from = models.DateTimeField()
    version = models.OneToOneField(
        PlanVersion, on_delete=models.PROTECT, related_name="address_price"
    )
    set_by = models.CharField(max_length=254)

    class Meta:
        db_table = "network_address_price"
        ordering = ["-effective_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(public__gte=0, secondary__gte=0),
                name="address_prices_are_not_negative",
            )
        ]
        indexes = [
            models.Index(fields=["currency", "-effective_from"], name="address_price_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.currency} from {self.effective_from:%Y-%m-%d %H:%M}"


class Resource(models.Model):
    """What is held by the hour. An hour counts when it begins, if the resource is held and runs.

    `next_hour_at` is the next hour to charge; none once it was released, and while it is stopped.
    """

    class Status(models.TextChoices):
        RUNNING = "running"
        STOPPED = "stopped"
        RELEASED = "released"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="%(class)s_set")
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, related_name="%(class)s"
    )
    held_from = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    next_hour_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-held_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(released_at__gte=F("held_from")),
                name="%(class)s_is_released_after_its_start",
            )
        ]
        indexes = [
            models.Index(fields=["company", "-held_from"], name="%(class)s_by_company"),
            models.Index(
                fields=["next_hour_at", "company"],
                condition=Q(next_hour_at__isnull=False),
                name="%(class)s_hour_due",
            ),
        ]

    @property
    def status(self) -> str:
        if self.released_at is not None:
            return self.Status.RELEASED
        if self.subscription.status == Subscription.Status.STOPPED:
            return self.Status.STOPPED
        return self.Status.RUNNING

    @property
    def status_reason(self) -> str:
        return self.subscription.status_reason if self.released_at is None else ""

    @property
    def status_changed_at(self) -> datetime:
        return self.released_at or self.stopped_at or self.held_from

    @property
    def subject(self) -> str:
        """What its charges go by."""
        return self.subscription.subject


class Instance(Resource):
    """A machine that a company runs."""

    name = models.CharField(max_length=100)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="instances")

    class Meta(Resource.Meta):
        db_table = "network_instance"

    def __str__(self) -> str:
        return self.name


class Address(Resource):
    """An address that a company holds, for an instance or by itself."""

    kind = models.CharField(max_length=10, choices=ADDRESS_KINDS)
    instance = models.ForeignKey(
        Instance, on_delete=models.PROTECT, null=True, blank=True, related_name="addresses"
    )

    class Meta(Resource.Meta):
        db_table = "network_address"
        verbose_name_plural = "addresses"
        constraints = [
            *Resource.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=AddressKind.ADDITIONAL.value) | Q(instance__isnull=False),
                name="address_belongs_to_an_instance",
            ),
            models.UniqueConstraint(
                fields=["instance"],
                condition=Q(kind=AddressKind.DEFAULT.value, released_at=None),
                name="instance_has_one_default_address",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
