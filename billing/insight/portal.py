"""The dashboard and the statement of account."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path

from accounts.access.permissions import Permission, can, requires
from accounts.access.principals import PortalRequest
from billing.insight import portal_balance
from billing.insight.attention import matters
from billing.insight.balances import balance_view
from billing.insight.charts import consumption_chart
from billing.insight.costs import shown_cost
from billing.insight.days import days_between, days_form, range_of
from billing.insight.queries import services_at_a_glance
from billing.insight.statements import statement_of_account, statement_pdf
from billing.ledger.queries import shown_legs
from billing.payments.queries import default_method
from config import clock
from features.queries import value

SHOWN_DAYS = 30
LAST_TRANSACTIONS = 8


@requires(None)
def dashboard(request: PortalRequest) -> HttpResponseBase:
    """What is left, what it is made of, what comes next. End users have their SIMs instead."""
    if not can(request.member.role, Permission.SEE_MONEY):
        return redirect("portal:sims")
    company, at = request.company, clock.now()
    view = balance_view(company, at=at)
    today = at.astimezone(company.zone).date()
    decimals = value("cost_decimal_points", at=at)
    days = days_between(today - timedelta(days=SHOWN_DAYS - 1), today)
    context = {
        "view": view,
        "currency": view.balance.currency,
        "matters": list(matters(company, view, at=at)),
        "chart": consumption_chart(
            company, days, currency=view.balance.currency, decimals=decimals
        ),
        "cost": shown_cost(company, at=at),
        "card": default_method(company),
        "services": services_at_a_glance(company),
        "legs": shown_legs(company, at=at)[:LAST_TRANSACTIONS],
        "cost_decimals": decimals,
        "sees_details": can(request.member.role, Permission.PAY),
    }
    return render(request, "billing/insight/dashboard.html", context)


@requires(Permission.SEE_MONEY)
def statements(request: PortalRequest) -> HttpResponse:
    """The statement of account of any days, on the page or as a PDF."""
    company, at = request.company, clock.now()
    today = at.astimezone(company.zone).date()
    form = days_form(request, first=today.replace(day=1), last=today)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        asked = range_of(form.cleaned_data, zone=company.zone, at=at)
        account = statement_of_account(company, asked, at=at)
        if request.GET.get("format") == "pdf":
            name = f"statement-{form.cleaned_data['first']}-{form.cleaned_data['last']}.pdf"
            return HttpResponse(
                statement_pdf(account, at=at),
                content_type="application/pdf",
                headers={"Content-Disposition": f'attachment; filename="{name}"'},
            )
        context["account"] = account
        context["has_invoice_pages"] = value("invoice_menu", at=at)
    return render(request, "billing/insight/statement.html", context)


urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("statements/", statements, name="statements"),
    *portal_balance.urlpatterns,
]
