"""Instances, their networks, addresses and estimates in the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from accounts.access.queries import scoped
from accounts.pages.confirmation import confirmation, is_confirmed
from accounts.pages.lists import Empty, ListPage, Sort
from accounts.pages.refusals import show_refusal
from billing.tax.queries import terms_of
from config import clock
from features.queries import value
from telecom.network.actions.holding import (
    acquire_address,
    create_instance,
    release_address,
    release_instance,
)
from telecom.network.calc import AddressKind
from telecom.network.filters import AddressListFilter, InstanceListFilter
from telecom.network.forms import AcquireForm, EstimateForm, InstanceForm
from telecom.network.models import Address, Instance
from telecom.network.pricing import Estimate, Line, estimate, held_lines, offering_line
from telecom.network.queries import addresses, held, instances
from telecom.network.tables import AddressTable, InstanceTable

_BY_AGE = {
    "newest": Sort("held_from", ("-held_from", "-id")),
    "oldest": Sort("held_from", ("held_from", "id")),
}
INSTANCES = ListPage[Instance](
    filters=InstanceListFilter,
    table=InstanceTable,
    sorts=_BY_AGE,
    default_sort="newest",
    empty=Empty(
        icon="stack-2",
        title=_("No instances yet"),
        text=_("Machines that you run appear here. An estimate says what one will cost."),
    ),
    name="instances",
)
ADDRESSES = ListPage[Address](
    filters=AddressListFilter,
    table=AddressTable,
    sorts=_BY_AGE,
    default_sort="newest",
    empty=Empty(
        icon="world",
        title=_("No addresses yet"),
        text=_("Addresses that you hold appear here, each with its price and why."),
    ),
    name="addresses",
)


def company_instances(request: PortalRequest) -> QuerySet[Instance]:
    return scoped(instances(), request.principal)


def company_addresses(request: PortalRequest) -> QuerySet[Address]:
    return scoped(addresses().select_related("company__billing_profile"), request.principal)


@requires(Permission.SEE_SIMS)
def instance_list(request: PortalRequest) -> HttpResponseBase:
    counted = Count("addresses", filter=Q(addresses__released_at=None))
    return INSTANCES.respond(
        request,
        held(company_instances(request)).annotate(addresses_held=counted),
        template="telecom/network/instances.html",
        context=_about(request),
    )


@requires(Permission.SEE_SIMS)
def instance(request: PortalRequest, instance_id: UUID) -> HttpResponse:
    """One instance with its network: what each address costs, and why."""
    found = get_object_or_404(company_instances(request), pk=instance_id)
    at, lines = clock.now(), held_lines(request.company, at=clock.now())
    network = [
        (address, lines.get(address.pk))
        for address in held(addresses().filter(instance=found)).order_by("held_from", "id")
    ]
    machine = offering_line(found.offering, found.company, at=at)
    parts = [machine, *[line for _, line in network if line]]
    context = {
        "instance": found,
        "machine": machine,
        "network": network,
        "per_hour": _sum(line.per_hour for line in parts),
        "per_month": _sum(line.per_month for line in parts),
        **_about(request),
    }
    return render(request, "telecom/network/instance.html", context)


@requires(Permission.SEE_SIMS)
def estimates(request: PortalRequest) -> HttpResponse:
    """What an instance with its addresses, and what an address by itself, would cost."""
    form = EstimateForm(request.GET or None, company=request.company)
    return _estimates(request, form, InstanceForm(company=request.company))


@require_POST
@requires(Permission.CHANGE_SIMS)
def instance_new(request: PortalRequest) -> HttpResponseBase:
    """Run what was estimated."""
    form = InstanceForm(request.POST, company=request.company)
    if form.is_valid():
        try:
            made = _created(request, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("%(name)s runs.") % {"name": made.name})
            return redirect("portal:instance", made.pk)
    return _estimates(request, form, form)


@require_POST
@requires(Permission.CHANGE_SIMS)
def instance_release(request: PortalRequest, instance_id: UUID) -> HttpResponseBase:
    found = get_object_or_404(company_instances(request), pk=instance_id)
    return _released(
        request,
        title=_t("Release %(name)s?") % {"name": found.name},
        text=_t(
            "It ends for good, and its default and secondary addresses with it. Additional "
            "addresses stay yours and are charged on."
        ),
        back=reverse("portal:instance", args=[found.pk]),
        release=lambda by: release_instance(found.pk, by=by, at=clock.now()),
        done=_t("%(name)s is released.") % {"name": found.name},
        then="portal:instances",
    )


@requires(Permission.SEE_SIMS)
def address_list(request: PortalRequest) -> HttpResponseBase:
    return ADDRESSES.respond(
        request,
        held(company_addresses(request)),
        template="telecom/network/addresses.html",
        context=_about(request),
    )


@requires(Permission.SEE_SIMS)
def address(request: PortalRequest, address_id: UUID) -> HttpResponse:
    """One address: what it costs, and why."""
    found = get_object_or_404(company_addresses(request), pk=address_id)
    line = held_lines(request.company, at=clock.now()).get(found.pk)
    context = {"address": found, "line": line, **_about(request)}
    return render(request, "telecom/network/address.html", context)


@requires(Permission.CHANGE_SIMS)
def address_acquire(request: PortalRequest) -> HttpResponseBase:
    """Acquire an address; the page says before what it will cost."""
    initial: dict[str, object] = {"kind": AddressKind.ADDITIONAL.value}
    wanted = request.GET.get("instance", "")
    mine = held(company_instances(request))
    initial["instance"] = next((one.pk for one in mine if str(one.pk) == wanted), None)
    form = AcquireForm(request.POST or None, company=request.company, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            acquired = acquire_address(
                request.company,
                kind=AddressKind(form.cleaned_data["kind"]),
                instance=form.cleaned_data["instance"],
                by=request.principal.label,
                at=clock.now(),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _t("%(name)s is yours.") % {"name": acquired.subject})
            return redirect("portal:address", acquired.pk)
    context = {"form": form, "costs": _address_costs(request), **_about(request)}
    return render(request, "telecom/network/acquire.html", context)


@require_POST
@requires(Permission.CHANGE_SIMS)
def address_release(request: PortalRequest, address_id: UUID) -> HttpResponseBase:
    found = get_object_or_404(company_addresses(request), pk=address_id)
    return _released(
        request,
        title=_t("Release %(name)s?") % {"name": found.subject},
        text=_t("You cannot get this very address back."),
        back=reverse("portal:address", args=[found.pk]),
        release=lambda by: release_address(found.pk, by=by, at=clock.now()),
        done=_t("%(name)s is released.") % {"name": found.subject},
        then="portal:addresses",
    )


def _released(
    request: PortalRequest,
    *,
    title: str,
    text: str,
    back: str,
    release: Callable[[str], object],
    done: str,
    then: str,
) -> HttpResponseBase:
    """Ask first, then give it back."""
    if not is_confirmed(request):
        return confirmation(request, title=title, text=text, yes=_t("Release"), back=back)
    release(request.principal.label)
    messages.success(request, done)
    return redirect(then)


def _estimates(
    request: PortalRequest, form: EstimateForm, instance_form: InstanceForm
) -> HttpResponse:
    found, refusal = _estimated(request, form)
    context = {
        "form": form,
        "instance_form": instance_form,
        "estimate": found,
        "refusal": refusal,
        "costs": _address_costs(request),
        **_about(request),
    }
    return render(request, "telecom/network/estimates.html", context)


def _estimated(request: PortalRequest, form: EstimateForm) -> tuple[Estimate | None, str]:
    """What the form asks for, or why there is no answer."""
    if not form.is_bound or not {"offering"} <= set(form.data):
        return None, ""
    form.is_valid()
    if form.errors.keys() - {"name", "__all__"}:
        return None, ""
    try:
        offering = form.cleaned_data["offering"]
        found = estimate(request.company, offering=offering, kinds=form.kinds, at=clock.now())
    except Refused as refusal:
        return None, refusal.detail
    return found, ""


def _address_costs(request: PortalRequest) -> list[tuple[AddressKind, Line]]:
    """What one more address of each kind would cost; nothing while addresses have no price."""
    at = clock.now()
    try:
        return [
            (kind, estimate(request.company, kinds=[kind], at=at).lines[0]) for kind in AddressKind
        ]
    except Refused:
        return []


@transaction.atomic
def _created(request: PortalRequest, form: InstanceForm) -> Instance:
    """The instance and its addresses, all or nothing."""
    by, at = request.principal.label, clock.now()
    offering, name = form.cleaned_data["offering"], form.cleaned_data["name"]
    made = create_instance(request.company, offering, name=name, by=by, at=at)
    for kind in form.kinds:
        acquire_address(request.company, kind=kind, instance=made, by=by, at=at)
    return made


def _about(request: PortalRequest) -> dict[str, object]:
    return {
        "can_change": can(request.member.role, Permission.CHANGE_SIMS),
        "sees_charges": can(request.member.role, Permission.SEE_MONEY),
        "currency": request.company.billing_profile.currency,
        "includes_tax": terms_of(request.company.pk, at=clock.now()).includes_tax,
        "cost_decimals": value("cost_decimal_points", at=clock.now()),
    }


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


urlpatterns = [
    path("instances/", instance_list, name="instances"),
    path("instances/new/", instance_new, name="instance-new"),
    path("instances/<uuid:instance_id>/", instance, name="instance"),
    path("instances/<uuid:instance_id>/release/", instance_release, name="instance-release"),
    path("addresses/", address_list, name="addresses"),
    path("addresses/acquire/", address_acquire, name="address-acquire"),
    path("addresses/<uuid:address_id>/", address, name="address"),
    path("addresses/<uuid:address_id>/release/", address_release, name="address-release"),
    path("estimates/", estimates, name="estimates"),
]
