"""`Authorization: Bearer tg_…`: the API's one way in."""

from __future__ import annotations

import re

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.access.actions import note_use
from accounts.access.models import ApiKey
from accounts.access.principals import Principal
from accounts.access.queries import valid_api_key
from config.clock import wall

_BEARER = re.compile(rb"Bearer +(tg_[0-9A-Za-z_]{20,100})", re.IGNORECASE)


class ApiKeyAuthentication(BaseAuthentication):
    """`request.user` becomes a `Principal`, `request.auth` the `ApiKey`."""

    def authenticate(self, request: Request) -> tuple[Principal, ApiKey] | None:
        header = get_authorization_header(request)
        if not header:
            return None
        match = _BEARER.fullmatch(header.strip())
        key = valid_api_key(match[1].decode("ascii")) if match else None
        if key is None:
            raise AuthenticationFailed("The API key is unknown or has been revoked.")
        note_use(key, at=wall())
        return principal_of(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tollgate"'


def principal_of(key: ApiKey) -> Principal:
    return Principal(id=str(key.pk), label=f"key:{key.prefix}", company_id=key.company_id)
