"""Writing to customers: the words, whom they reach, a look at both, and off they go."""

from __future__ import annotations

import copy
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import override
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from uuid_utils.compat import uuid7

from accounts.access.exceptions import Refused
from accounts.companies.models import Company
from accounts.messages.actions import mail_context, send_message
from accounts.messages.models import StaffMessage
from accounts.messages.queries import CONTACT, Audience, audience
from accounts.notifications.rendering import rendered as rendered_mail
from accounts.people.models import Role
from accounts.staff.acts import require, staff_address, staff_label
from accounts.staff.columns import record_link
from config import clock
from config.staff.pages import rendered, staff_page
from config.templatetags.staff import as_words

SEND = "accounts.send_message"
MOST_CHOSEN = 1000
SHOWN = 10
ROLES = [(CONTACT, "The company's own address"), *Role.choices]


class ComposeForm(forms.Form):
    """The words, the audience, and the key that lets a double click send once."""

    audience = forms.ChoiceField(label="To", widget=forms.RadioSelect())
    roles = forms.MultipleChoiceField(
        label="Whose addresses",
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple(),
        initial=[CONTACT, Role.OWNER],
        error_messages={"required": "Choose at least one."},
    )
    subject = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget())
    text = forms.CharField(
        max_length=10_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12, "dir": "auto"}),
        help_text="An empty line begins a paragraph. **bold**, *italic*, [a link](https://…), and "
        "lines that begin with “- ” are a list.",
    )
    company = forms.CharField(required=False, widget=forms.HiddenInput())
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput())
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput())
    expected = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, initial: dict[str, object], choices: Any) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_subject(self) -> str:
        return " ".join(self.cleaned_data["subject"].split())

    def clean_company(self) -> list[UUID]:
        return _ids(self.cleaned_data["company"])


@staff_page(SEND)
def compose(request: HttpRequest) -> HttpResponseBase:
    """`?company=` (again and again) or `?filter=` of the company list says whom it is for."""
    source = request.POST if request.method == "POST" else request.GET
    chosen = _ids(",".join(source.getlist("company")))
    query = source.get("query", request.GET.get("filter", ""))
    form = ComposeForm(
        request.POST or None,
        initial={
            "audience": _first_choice(request, chosen),
            "company": ",".join(str(one) for one in chosen),
            "query": query,
            "key": uuid7().hex,
        },
        choices=_choices(request, chosen, query),
    )
    found: Audience | None = None
    if form.is_bound and form.is_valid():
        try:
            companies = _companies(request, form.cleaned_data)
            found = audience(companies, roles=form.cleaned_data["roles"])
            if "send" in request.POST:
                return _sent(request, form.cleaned_data, companies)
        except Refused as refused:
            form.add_error(None, refused.detail)
    context: dict[str, object] = {
        "title": "Write to customers",
        "form": form,
        "found": found,
        "sample": _sample(form.cleaned_data, found) if found and found.addresses else None,
        "some": found.addresses[:SHOWN] if found else [],
        "back": reverse("admin:accounts_staffmessage_changelist"),
    }
    status = 422 if form.is_bound and form.errors else 200
    return rendered(request, "admin/compose.html", context, status=status)


def _sent(
    request: HttpRequest, asked: dict[str, Any], companies: QuerySet[Company]
) -> HttpResponseBase:
    message = send_message(
        companies,
        subject=asked["subject"],
        text=asked["text"],
        kind=asked["audience"],
        query=asked["query"] if asked["audience"] == StaffMessage.Audience.FILTERED else "",
        roles=asked["roles"],
        expected=asked["expected"] or 0,
        key=asked["key"],
        by=staff_label(request),
        at=clock.now(),
        address=staff_address(request),
    )
    messages.success(request, f"On its way to {message.recipient_count} addresses.")
    return HttpResponseRedirect(reverse("admin:accounts_staffmessage_change", args=[message.pk]))


def _ids(text: str) -> list[UUID]:
    """The companies of a list with commas; what is no id is nobody's."""
    found = []
    for part in text.split(",")[:MOST_CHOSEN]:
        try:
            found.append(UUID(part.strip()))
        except ValueError:
            continue
    return found


def _first_choice(request: HttpRequest, chosen: list[UUID]) -> str:
    if chosen:
        return StaffMessage.Audience.CHOSEN
    if request.GET.get("filter"):
        return StaffMessage.Audience.FILTERED
    return ""


def _choices(request: HttpRequest, chosen: list[UUID], query: str) -> list[tuple[str, str]]:
    kinds = StaffMessage.Audience
    choices = []
    if chosen:
        names = list(Company.objects.filter(pk__in=chosen).values_list("name", flat=True)[:6])
        more = " …" if len(chosen) > len(names) else ""
        choices.append((kinds.CHOSEN.value, f"{len(chosen)} chosen: {', '.join(names)}{more}"))
    if query:
        choices.append((kinds.FILTERED.value, f"The filtered list ({as_words(query)})"))
    return [*choices, (kinds.ALL.value, "All companies that are not closed")]


def _companies(request: HttpRequest, asked: dict[str, Any]) -> QuerySet[Company]:
    kinds = StaffMessage.Audience
    if asked["audience"] == kinds.CHOSEN:
        return Company.objects.filter(pk__in=asked["company"])
    if asked["audience"] == kinds.FILTERED:
        return _filtered(request, asked["query"])
    return Company.objects.exclude(status=Company.Status.CLOSED)


def _filtered(request: HttpRequest, query: str) -> QuerySet[Company]:
    """The companies that the list shows this person by these filters. Raise Refused."""
    require(request, "accounts.view_company")
    listing = copy.copy(request)
    listing.GET = QueryDict(query)
    try:
        rows = admin.site._registry[Company].get_changelist_instance(listing).queryset
    except (IncorrectLookupParameters, SuspiciousOperation):
        raise Refused("invalid_filter", "The list cannot be filtered like this.") from None
    return Company.objects.filter(pk__in=cast("QuerySet[Company]", rows).order_by().values("pk"))


def _sample(asked: dict[str, Any], found: Audience) -> dict[str, object]:
    """The mail to the first address, as it will be read."""
    company_id, address = found.addresses[0]
    company = Company.objects.get(pk=company_id)
    with override(company.language or settings.LANGUAGE_CODE):
        subject, text, html = rendered_mail(
            "staff_message",
            company=company,
            context=mail_context(subject=asked["subject"], text=asked["text"]),
            at=clock.now(),
        )
    return {
        "company": record_link(company),
        "to": address,
        "subject": subject,
        "text": text,
        "html": html,
    }
