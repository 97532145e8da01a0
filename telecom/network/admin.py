"""Instances and addresses as staff sees them, and what they cost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action

from accounts.staff.acts import Act, ConfirmForm, act_page, record_or_404, staff_label
from accounts.staff.columns import link_column, status_column, when_column
from accounts.staff.records import AddedRecordAdmin, RecordInline
from billing.money.columns import amount_column
from config import clock
from features.queries import value
from telecom.network.actions.holding import (
    acquire_address,
    create_instance,
    release_address,
    release_instance,
)
from telecom.network.actions.offering import (
    create_offering,
    set_address_prices,
    withdraw_offering,
)
from telecom.network.calc import AddressKind
from telecom.network.models import Address, AddressPrice, Instance, Offering
from telecom.network.staff_forms import (
    AddressForm,
    AddressPriceForm,
    InstanceForm,
    OfferingForm,
)


@admin.register(Offering)
class OfferingAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "name",
        amount_column("hourly_price", title="Per hour"),
        amount_column("monthly_fee", title="Per month"),
        "custom",
        "on_offer",
        when_column("created_at", title="Since"),
    ]
    list_filter = ["currency", "is_custom", "is_on_offer"]
    search_fields = ["name"]
    actions_detail = ["withdraw"]

    @admin.display(description="Custom", boolean=True, ordering="is_custom")
    def custom(self, offering: Offering) -> bool:
        return offering.is_custom

    @admin.display(description="On offer", boolean=True, ordering="is_on_offer")
    def on_offer(self, offering: Offering) -> bool:
        return offering.is_on_offer

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Add an offering",
            consequence="Customers of its currency may run instances of it. Its price stays.",
            button="Add",
            back=reverse("admin:telecom_offering_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            made = create_offering(
                asked.pop("name"), **asked, by=staff_label(request), at=clock.now()
            )
            return f"{made} is on offer."

        return act_page(request, act, form=_priced(OfferingForm, request), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Withdraw", icon="block", permissions=["telecom.change_offering"]
    )
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        offering = record_or_404(Offering, object_id)
        act = Act(
            title=f"Withdraw {offering}",
            consequence="Nobody gets a new instance of it; those that run go on.",
            button="Withdraw",
            back=reverse("admin:telecom_offering_change", args=[offering.pk]),
        )

        def perform(asked: dict[str, Any]) -> str:
            withdraw_offering(offering, by=staff_label(request), at=clock.now())
            return f"{offering} is not on offer any more."

        return act_page(request, act, form=ConfirmForm(), perform=perform)


@admin.register(AddressPrice)
class AddressPriceAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "currency",
        amount_column("public", title="Public, per hour"),
        amount_column("secondary", title="Secondary, per hour"),
        when_column("effective_from", title="From"),
        "set_by",
    ]
    list_filter = ["currency"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Set the prices of addresses",
            consequence="They hold for every address from now on; hours before keep their price.",
            button="Set",
            back=reverse("admin:telecom_addressprice_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            price = set_address_prices(**asked, by=staff_label(request), at=clock.now())
            return f"{price} holds."

        return act_page(request, act, form=_priced(AddressPriceForm, request), perform=perform)


class AddressInline(RecordInline):
    model = Address
    fields = ["kind", "held_from", "released_at"]
    ordering = ["-id"]
    verbose_name_plural = "Network"


@admin.register(Instance)
class InstanceAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "name",
        link_column("company", title="Company"),
        link_column("offering", title="Offering"),
        status_column(sorts_by="released_at"),
        when_column("held_from", title="Since"),
        when_column("released_at", title="Released"),
    ]
    list_filter = ["offering"]
    list_select_related = ["company", "offering", "subscription"]
    search_fields = ["name", "company__name", "=subscription__subject"]
    autocomplete_fields = ["company"]
    inlines = [AddressInline]
    actions_detail = ["release"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Run an instance",
            consequence="It is charged each full hour from now on.",
            button="Run",
            back=reverse("admin:telecom_instance_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            made = create_instance(
                asked["company"],
                asked["offering"],
                name=asked["name"],
                by=staff_label(request),
                at=clock.now(),
            )
            return f"{made} runs."

        return act_page(request, act, form=InstanceForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Release", icon="delete", permissions=["telecom.change_instance"]
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        instance = record_or_404(Instance, object_id)
        act = Act(
            title=f"Release {instance}",
            consequence="It ends for good, with its default and secondary addresses.",
            button="Release",
            back=reverse("admin:telecom_instance_change", args=[instance.pk]),
            facts={"Company": instance.company},
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            release_instance(instance.pk, by=staff_label(request), at=clock.now())
            return f"{instance} is released."

        return act_page(request, act, form=ConfirmForm(), perform=perform)


@admin.register(Address)
class AddressAdmin(AddedRecordAdmin):
    ordering = ["-id"]
    list_display = [
        "__str__",
        link_column("company", title="Company"),
        "kind",
        link_column("instance", title="Instance"),
        status_column(sorts_by="released_at"),
        when_column("held_from", title="Since"),
        when_column("released_at", title="Released"),
    ]
    list_filter = ["kind"]
    list_select_related = ["company", "instance", "subscription"]
    search_fields = ["=subscription__subject", "company__name", "instance__name"]
    autocomplete_fields = ["company", "instance"]
    actions_detail = ["release"]

    def add_page(self, request: HttpRequest) -> HttpResponse:
        act = Act(
            title="Acquire an address",
            consequence="It is charged each full hour from now on, as the features say.",
            button="Acquire",
            back=reverse("admin:telecom_address_changelist"),
        )

        def perform(asked: dict[str, Any]) -> str:
            made = acquire_address(
                asked["company"],
                kind=AddressKind(asked["kind"]),
                instance=asked["instance"],
                by=staff_label(request),
                at=clock.now(),
            )
            return f"{made} is held."

        return act_page(request, act, form=AddressForm(request.POST or None), perform=perform)

    @action(  # type: ignore[untyped-decorator]
        description="Release", icon="delete", permissions=["telecom.change_address"]
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        address = record_or_404(Address, object_id)
        act = Act(
            title=f"Release {address}",
            consequence="The customer cannot get this very address back.",
            button="Release",
            back=reverse("admin:telecom_address_change", args=[address.pk]),
            facts={"Company": address.company, "Instance": address.instance},
            is_final=True,
        )

        def perform(asked: dict[str, Any]) -> str:
            release_address(address.pk, by=staff_label(request), at=clock.now())
            return f"{address} is released."

        return act_page(request, act, form=ConfirmForm(), perform=perform)


def _priced(form: type[forms.Form], request: HttpRequest) -> forms.Form:
    """The form, in the default currency."""
    initial = {"currency": value("default_currency", at=clock.now())}
    return form(request.POST or None, initial=initial)
