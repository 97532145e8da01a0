"""Config → Gateways: which are on, whether their keys are set, for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from accounts.staff.acts import Act, ReasonForm, act_page, require, staff_label, text_input
from billing.payments.actions.switching import set_gateway
from billing.payments.availability import gateway_setting, gateway_settings
from billing.payments.gateways.keys import Secrets, secrets_of
from billing.payments.models import GatewaySetting
from config import clock
from config.staff.pages import rendered, staff_page

VIEW, CHANGE = "billing.view_gatewaysetting", "billing.change_gatewaysetting"
LONGEST_LIST = 2000


@dataclass(frozen=True)
class Line:
    """What the page shows of a gateway."""

    setting: GatewaySetting
    secrets: Secrets | None


class CodesField(forms.CharField):
    """Codes with commas or spaces between them; nothing means all."""

    def __init__(self, *, example: str) -> None:
        super().__init__(
            required=False,
            max_length=LONGEST_LIST,
            widget=text_input(placeholder="all"),
            help_text=f"With commas between them, such as {example}. Empty: all.",
        )

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value)).replace(",", " ").split()


class GatewayForm(ReasonForm):
    is_on = forms.BooleanField(required=False, label="On")
    countries = CodesField(example="DE, FR")
    currencies = CodesField(example="EUR, USD")
    field_order = ["is_on", "countries", "currencies", "reason"]


@staff_page(VIEW)
def gateways(request: HttpRequest) -> HttpResponseBase:
    context: dict[str, object] = {
        "title": "Gateways",
        "lines": [Line(setting, secrets_of(setting.gateway)) for setting in gateway_settings()],
        "may_change": request.user.has_perm(CHANGE),
    }
    return rendered(request, "admin/gateways.html", context)


@staff_page(VIEW)
def change(request: HttpRequest, name: str) -> HttpResponse:
    require(request, CHANGE)
    if name not in GatewaySetting.Name.values:
        raise Http404
    setting = gateway_setting(name)
    act = Act(
        title=str(setting),
        consequence=(
            "It binds new payments from now on. What was begun is settled and refunded as before."
        ),
        button="Save",
        back=reverse("admin:gateways"),
        facts=_facts(secrets_of(name)),
    )

    def perform(asked: dict[str, Any]) -> str:
        row = set_gateway(name, **asked, by=staff_label(request), at=clock.now())
        return f"{row} is {'on' if row.is_on else 'off'}."

    form = GatewayForm(request.POST or None, initial=_initial(setting))
    return act_page(request, act, form=form, perform=perform)


def _facts(secrets: Secrets | None) -> dict[str, object]:
    if secrets is None:
        return {}
    mode = secrets.mode or ("unknown" if secrets.key.is_set else "")
    return {"Key": secrets.key, "Mode": mode, "Webhook secret": secrets.webhook_secret}


def _initial(setting: GatewaySetting) -> dict[str, object]:
    return {
        "is_on": setting.is_on,
        "countries": ", ".join(setting.countries),
        "currencies": ", ".join(setting.currencies),
    }
