"""The balance page: figures, day by day, the recharge rule, the consumption alert."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.access.exceptions import Refused
from accounts.access.permissions import Permission, requires
from accounts.access.principals import PortalRequest
from accounts.companies.models import Company
from accounts.pages.refusals import show_refusal
from billing.insight.balances import balance_view
from billing.insight.charts import balance_chart, consumption_chart
from billing.insight.days import days_between, days_form
from billing.insight.forms import DaysForm
from billing.ledger.queries import customer_account
from billing.payments.queries import saved_methods
from billing.recharges.actions.rules import set_alert, set_rule
from billing.recharges.forms import AlertForm, RechargeRuleForm
from billing.recharges.queries import alert_of, recharges, rule_of
from billing.subscriptions.queries import period_at
from config import clock
from features.queries import value

SHOWN_DAYS = 30
LAST_RECHARGES = 6
MOMENT = timedelta(microseconds=1)


@requires(Permission.PAY)
def balance(request: PortalRequest) -> HttpResponseBase:
    return _page(request, _rule_form(request, None), _alert_form(request, None))


@require_POST
@requires(Permission.PAY)
def save_rule(request: PortalRequest) -> HttpResponseBase:
    """When and to what the balance recharges by itself; below the threshold it does at once."""
    form = _rule_form(request, request.POST)
    if form.is_valid() and _is_rule_set(request, form):
        messages.success(request, _t("The recharge rule is saved."))
        return redirect("portal:balance")
    return _page(request, form, _alert_form(request, None))


@require_POST
@requires(Permission.PAY)
def save_alert(request: PortalRequest) -> HttpResponseBase:
    """Who is told when consumption reaches a limit."""
    form = _alert_form(request, request.POST)
    if form.is_valid() and _is_alert_set(request, form):
        messages.success(request, _t("The alert is saved."))
        return redirect("portal:balance")
    return _page(request, _rule_form(request, None), form)


def _is_alert_set(request: PortalRequest, form: AlertForm) -> bool:
    try:
        set_alert(request.company, **form.cleaned_data, by=request.principal.label, at=clock.now())
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _is_rule_set(request: PortalRequest, form: RechargeRuleForm) -> bool:
    fields = form.cleaned_data
    chosen, fallbacks = fields.pop("payment_method"), fields.pop("fallback_methods")
    try:
        set_rule(
            request.company,
            **fields,
            payment_method=chosen.pk if chosen else None,
            fallback_methods=[card.pk for card in fallbacks],
            by=request.principal.label,
            at=clock.now(),
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _rule_form(request: PortalRequest, data: QueryDict | None) -> RechargeRuleForm:
    rule = rule_of(request.company)
    names = ("enabled", "threshold", "recharge_to", "payment_method", "monthly_cap", "max_per_day")
    initial: dict[str, object] = {name: getattr(rule, name) for name in names} if rule else {}
    initial["fallback_methods"] = rule.fallback_methods if rule else []
    form = RechargeRuleForm(data, currency=_currency(request), initial=initial)
    form.offer(saved_methods(request.company))
    return form


def _alert_form(request: PortalRequest, data: QueryDict | None) -> AlertForm:
    alert = alert_of(request.company)
    names = ("enabled", "limit", "emails")
    initial: dict[str, object] = {name: getattr(alert, name) for name in names} if alert else {}
    return AlertForm(data, currency=_currency(request), initial=initial)


def _currency(request: PortalRequest) -> str:
    return request.company.billing_profile.currency


def _page(
    request: PortalRequest, rule_form: RechargeRuleForm, alert_form: AlertForm
) -> HttpResponseBase:
    company, at = request.company, clock.now()
    today = at.astimezone(company.zone).date()
    form = days_form(request, first=today - timedelta(days=SHOWN_DAYS - 1), last=today)
    context = {
        "view": balance_view(company, at=at),
        "currency": _currency(request),
        "rule_form": rule_form,
        "alert_form": alert_form,
        "form": form,
        "periods": _suggestions(company, at),
        "recharges": recharges(company)[:LAST_RECHARGES],
        **(_charts(request, form) if form.is_valid() else {}),
    }
    return render(request, "billing/insight/balance.html", context)


def _charts(request: PortalRequest, form: DaysForm) -> dict[str, object]:
    company, at = request.company, clock.now()
    days = days_between(form.cleaned_data["first"], form.cleaned_data["last"])
    past = [day for day in days if day <= at.astimezone(company.zone).date()]
    if not past:
        return {}
    account, decimals = customer_account(company), value("cost_decimal_points", at=at)
    return {
        "consumption": consumption_chart(
            company, past, currency=account.currency, decimals=decimals
        ),
        "curve": balance_chart(account, past, zone=company.zone, at=at, rule=rule_of(company)),
    }


def _suggestions(company: Company, at: datetime) -> list[dict[str, object]]:
    """Days that people ask for: the billing period, the one before it, the last 30 and 90."""
    today = at.astimezone(company.zone).date()
    days_back = [(_t("30 days"), 30), (_t("90 days"), 90)]
    choices = [
        {"label": label, "first": today - timedelta(days=count - 1), "last": today}
        for label, count in days_back
    ]
    period = period_at(company, at)
    if period is None:
        return choices
    starts = period.starts_at.astimezone(company.zone).date()
    before = period_at(company, period.starts_at - MOMENT)
    if before is not None:
        began = before.starts_at.astimezone(company.zone).date()
        last_day = starts - timedelta(days=1)
        choices.insert(0, {"label": _t("Last period"), "first": began, "last": last_day})
    choices.insert(0, {"label": _t("This period"), "first": starts, "last": today})
    return choices


urlpatterns = [
    path("balance/", balance, name="balance"),
    path("balance/recharge-rule/", save_rule, name="recharge-rule"),
    path("balance/alert/", save_alert, name="consumption-alert"),
]
