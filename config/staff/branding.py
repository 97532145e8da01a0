"""Config → Branding and Config → Templates: documents change under one's eyes before they do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import typst
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from accounts.access.exceptions import Refused
from accounts.staff.acts import require, staff_address, staff_label
from billing.documents.queries import Read, look_by, seller_by, settings_at
from billing.documents.rendering.content import DocumentKind, InvoiceContent
from billing.documents.rendering.pdf import Content, pdf_of, render_pages
from billing.documents.samples import sample
from billing.invoicing.models import Invoice
from config import clock
from config.feature_changes import change_together
from config.staff.branding_forms import (
    LANGUAGE_NAMES,
    LOGO,
    BrandingForm,
    TemplateForm,
    TogetherForm,
)
from config.staff.features import CHANGE, VIEW
from config.staff.pages import rendered, staff_page
from features import catalog, queries
from features.document_settings import BLOCKS, DOCUMENT_KINDS, PLACEHOLDERS
from features.exceptions import ChangedMeanwhile, FeatureRefused
from features.kinds import JsonValue
from features.models import FeatureValue

SEES_INVOICES = "billing.view_invoice"
LARGEST_BODY_BYTES = 1024 * 1024
MOST_LINES = 200
_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Looks", (LOGO, "remove_logo", "branding_accent", "branding_header", "branding_footer")),
    (
        "Who you are",
        (
            "branding_name",
            "branding_legal_name",
            "branding_address",
            "branding_postal_code",
            "branding_city",
            "branding_country",
            "branding_tax_id",
            "branding_registration_number",
            "branding_email",
        ),
    ),
    (
        "Documents",
        (
            "document_language",
            "series_prefix_invoice",
            "series_prefix_credit_note",
            "series_prefix_receipt",
            "series_prefix_top_up_invoice",
        ),
    ),
)
_KEYS = tuple(key for _, keys in _SECTIONS for key in keys if key != "remove_logo")


class NoSuchDocument(Refused):
    """There is nothing to show by this number."""

    def __init__(self, detail: str) -> None:
        super().__init__("no_such_document", detail, attr="number")


@staff_page(VIEW)
def branding(request: HttpRequest) -> HttpResponseBase:
    """Logo, colour, names, numbers; the document beside it follows what is typed."""
    if too_large := _refused_body(request):
        return too_large
    form = BrandingForm(
        request.POST or None,
        request.FILES or None,
        states=_states(_KEYS),
        is_preview="save" not in request.POST,
    )
    context: dict[str, object] = {
        "title": "Branding",
        "sections": [(title, [form[name] for name in names]) for title, names in _SECTIONS],
        "logo": form.states[LOGO].value,
    }
    kind, language = request.POST.get("document", ""), request.POST.get("language", "")
    return _answered(
        request,
        form,
        template="admin/branding.html",
        context=context,
        kind=kind if kind in DOCUMENT_KINDS else "invoice",
        language=language if language in LANGUAGE_NAMES else "en",
    )


@staff_page(VIEW)
def templates(request: HttpRequest) -> HttpResponseBase:
    """The layout, and the texts of `?kind=` in `?language=`."""
    if too_large := _refused_body(request):
        return too_large
    kind = request.GET.get("kind", "invoice")
    language = request.GET.get("language", "en")
    if kind not in DOCUMENT_KINDS or language not in LANGUAGE_NAMES:
        raise Http404
    form = TemplateForm(
        request.POST or None,
        None,
        states=_states(("document_layout", f"document_texts_{kind}")),
        is_preview="save" not in request.POST,
        language=language,
    )
    context: dict[str, object] = {
        "title": "Templates",
        "kinds": DOCUMENT_KINDS,
        "languages": LANGUAGE_NAMES,
        "spoken": {key.partition(".")[2] for key in form.said},
        "blocks": [form[name] for name in ("document_layout", *BLOCKS)],
        "texts_title": f"{form.states[form.texts_key].feature.title}, {LANGUAGE_NAMES[language]}",
        "placeholders": PLACEHOLDERS[kind],
    }
    return _answered(
        request,
        form,
        template="admin/templates.html",
        context=context,
        kind=kind,
        language=language,
    )


def _answered(
    request: HttpRequest,
    form: TogetherForm,
    *,
    template: str,
    context: dict[str, object],
    kind: str,
    language: str,
) -> HttpResponseBase:
    """Saved; or a look at what is typed, as a part of the page, the whole page, or the PDF."""
    is_valid = form.is_valid() if form.is_bound else True
    if "save" in request.POST:
        require(request, CHANGE)
        if is_valid and (count := _saved(request, form)) is not None:
            return _back(request, count)
    pages, content = None, None
    if not form.errors:
        try:
            content = _content(request, form, kind=kind, language=language)
            pages = render_pages(content)
        except Refused as refused:
            form.add_error("number", refused.detail)
        except typst.TypstError as error:
            form.add_error(None, f"This cannot be printed: {error.message}")
    if "pdf" in request.POST and content is not None and pages is not None:
        return HttpResponse(pdf_of(content).content, content_type="application/pdf")
    shown: dict[str, object] = {"form": form, "pages": pages, "kind": kind, "language": language}
    status = 422 if form.is_bound and form.errors else 200
    if "X-Preview" in request.headers:
        return render(request, "admin/parts/document_preview.html", shown, status=status)
    page = {
        "may_change": request.user.has_perm(CHANGE),
        "picks_real": request.user.has_perm(SEES_INVOICES) and kind in set(DocumentKind),
        "changes": _last_changes(form.states),
        "unsaved_logo": form.unsaved_logo if isinstance(form, BrandingForm) else None,
    }
    return rendered(request, template, context | shown | page, status=status)


def _refused_body(request: HttpRequest) -> HttpResponse | None:
    """A look at a document costs work, so that what it is made of is bounded first."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) <= LARGEST_BODY_BYTES:
        return None
    return HttpResponse("At most 1 MB.", status=413, content_type="text/plain")


def _states(keys: Iterable[str]) -> list[queries.State]:
    return queries.states([catalog.feature(key) for key in keys], at=clock.now())


def _saved(request: HttpRequest, form: TogetherForm) -> int | None:
    """How many settings were changed; none when it was refused, which the form then says."""
    changes, asked = form.changes(), form.cleaned_data
    try:
        change_together(
            changes,
            reason=asked["reason"],
            by=staff_label(request),
            at=clock.now(),
            versions=asked["versions"],
            address=staff_address(request),
        )
    except ChangedMeanwhile as refused:
        title = catalog.feature(refused.attr).title
        form.add_error(None, f"{title}: somebody else changed it meanwhile. Open the page again.")
    except FeatureRefused as refused:
        form.add_error(refused.attr if refused.attr in form.fields else None, refused.detail)
    else:
        return len(changes)
    return None


def _back(request: HttpRequest, count: int) -> HttpResponseRedirect:
    if count:
        messages.success(request, "Documents that are issued from now on look like this.")
    else:
        messages.info(request, "Nothing was different.")
    return HttpResponseRedirect(request.get_full_path())


def _content(request: HttpRequest, form: TogetherForm, *, kind: str, language: str) -> Content:
    """The document as it would be issued if this were saved. Raise NoSuchDocument."""
    read = _reading(form.changes() if form.is_bound else {}, at=clock.now())
    number = form.cleaned_data.get("number", "") if form.is_bound else ""
    if not number:
        return sample(kind, read=read, language=language, at=clock.now())
    require(request, SEES_INVOICES)
    content = _real(number)
    return replace(
        content,
        seller=seller_by(read),
        language=language,
        look=look_by(read, content.kind.value, language=language),
    )


def _reading(changes: dict[str, JsonValue], *, at: datetime) -> Read:
    """Reads the settings as if these had been saved."""
    stands = settings_at(at)
    parsed = {key: catalog.feature(key).kind.parse(value) for key, value in changes.items()}
    return lambda key: parsed[key] if key in parsed else stands(key)


def _real(number: str) -> InvoiceContent:
    """What an issued invoice or credit note says; it stays as it was issued."""
    invoice = Invoice.objects.filter(number=number).exclude(content=None).first()
    if invoice is None:
        raise NoSuchDocument(f"No invoice or credit note has the number {number}.")
    content = InvoiceContent.from_json(invoice.content)
    if len(content.lines) > MOST_LINES:
        raise NoSuchDocument(f"{number} has more than {MOST_LINES} lines: choose a shorter one.")
    return content


def _last_changes(states: Iterable[str]) -> list[dict[str, object]]:
    """Who changed what of these, when and why, the newest first."""
    rows = FeatureValue.objects.filter(key__in=list(states)).order_by("-recorded_at", "-id")[:12]
    return [{"row": row, "title": catalog.feature(row.key).title} for row in rows]
