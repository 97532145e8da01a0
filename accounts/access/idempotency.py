"""Idempotency keys: a write that is repeated with its key answers as the first time.

How it holds when things break:
- The `running` row is committed before the work begins, so a second caller sees it. It carries
  a lease in wall time.
- Answers 2xx and 402 are stored with the row. After any other answer the row goes away: the
  caller may correct the body and use the key again.
- A process killed between the commit of the work and the storing of the answer leaves a running
  row. Once its lease is over, a repetition runs the work again. That is safe because every
  action that moves money or quantity takes `action_key(request)`, which is derived from caller,
  route and key: the action finds its own first result, and refuses other content.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_402_PAYMENT_REQUIRED, is_success
from rest_framework.views import APIView
from uuid_utils.compat import uuid7

from accounts.access.exceptions import Refused
from accounts.access.leases import finish, release, reserve
from accounts.access.models import IdempotencyKey
from accounts.access.principals import Principal
from config.clock import wall

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LEASE = timedelta(minutes=3)
LONGEST_ROUTE = 200
_KEY = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,254}")
_KNOWN_REFUSALS = (APIException, Refused, Http404, PermissionDenied)

Handler = TypeVar("Handler", bound=Callable[..., HttpResponseBase])


def idempotent(*, required: bool, shown_once: str = "") -> Callable[[Handler], Handler]:
    """Marks a POST handler of an `ApiViewSet`: must the caller send a key?

    Writes that move money or quantity demand one; the others accept one without this mark.
    `shown_once` is a field of the answer that is not kept (a secret): null in a replayed answer.
    """

    def mark(handler: Handler) -> Handler:
        handler.idempotency_key_is_required = required  # type: ignore[attr-defined]
        handler.shown_once = shown_once  # type: ignore[attr-defined]
        return handler

    return mark


def is_key_required(handler: Callable[..., HttpResponseBase]) -> bool:
    return bool(getattr(handler, "idempotency_key_is_required", False))


def action_key(request: Request) -> str:
    """The `key` for the actions of this request, at most 68 characters.

    The same for every repetition of the same call by the same caller; a fresh one when the
    caller sent no key. A request that needs several keys appends `:name`.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return f"api:{uuid7().hex}"
    named = json.dumps([_principal(request).id, _route(request), key])
    return f"api:{hashlib.sha256(named.encode()).hexdigest()}"


class IdempotentWrites(APIView):
    """Wraps the POST handler of a view, after authentication, permissions and rate limits."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        handler = getattr(self, "post", None)
        if request.method == "POST" and handler is not None:
            self.post = _answering_once(self, handler)


def _answering_once(
    view: APIView, handler: Callable[..., HttpResponseBase]
) -> Callable[..., HttpResponseBase]:
    def post(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = request.headers.get(HEADER)
        if key is None:
            if is_key_required(handler):
                raise Refused("idempotency_key_required", f"Send the header {HEADER}.")
            return handler(request, *args, **kwargs)
        row = _reserved(request, key)
        if row.status == IdempotencyKey.Status.DONE:
            return _replay(row)
        hidden = getattr(handler, "shown_once", "")
        return _run(view, row, lambda: handler(request, *args, **kwargs), hidden=hidden)

    return post


def _reserved(request: Request, key: str) -> IdempotencyKey:
    """The row of this key, ours to run or done; refuses a malformed, busy or reused key."""
    if not _KEY.fullmatch(key):
        detail = f"{HEADER} is 1 to 255 printable ASCII characters."
        raise Refused("invalid_idempotency_key", detail)
    return reserve(
        principal=_principal(request).id,
        route=_route(request),
        key=key,
        body_hash=_body_hash(request),
        lease=LEASE,
        at=wall(),
    )


def _run(
    view: APIView, row: IdempotencyKey, work: Callable[[], HttpResponseBase], *, hidden: str
) -> HttpResponseBase:
    answer: HttpResponseBase | None = None
    is_stored = False
    try:
        answer = _answer(view, work)
        if is_success(answer.status_code) or answer.status_code == HTTP_402_PAYMENT_REQUIRED:
            finish(row, status=answer.status_code, text=_text(answer, hidden=hidden))
            is_stored = True
    finally:
        if not is_stored:
            release(row)
    return answer


def _answer(view: APIView, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        return work()
    except _KNOWN_REFUSALS as refusal:
        return cast("HttpResponseBase", view.handle_exception(refusal))


def _text(answer: HttpResponseBase, *, hidden: str) -> str:
    if isinstance(answer, Response):
        data = {**answer.data, hidden: None} if hidden else answer.data
        return JSONRenderer().render(data).decode()
    return cast("HttpResponse", answer).content.decode()


def _replay(row: IdempotencyKey) -> HttpResponse:
    return HttpResponse(
        row.answer,
        status=row.answer_status,
        content_type="application/json",
        headers={REPLAYED: "true"},
    )


def _principal(request: Request) -> Principal:
    return cast("Principal", request.user)


def _route(request: Request) -> str:
    """The path with its parameters; a very long one by its digest."""
    path = request.path
    return path if len(path) <= LONGEST_ROUTE else hashlib.sha256(path.encode()).hexdigest()


def _body_hash(request: Request) -> str:
    """Of the parsed body and the query, so that spaces and the order of fields do not matter."""
    body = [sorted(request.query_params.lists()), request.data]
    try:
        text = json.dumps(body, sort_keys=True, default=str)
    except RecursionError as error:
        raise Refused("parse_error", "The body is nested too deeply.") from error
    return hashlib.sha256(text.encode()).hexdigest()
