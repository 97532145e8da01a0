"""The yardstick of B6: a Django view that does one UPDATE and nothing else.

No keys, no scope, no idempotency, no entry: what the framework and the database cost at least.
Run by gunicorn as `bench.bare_view:application`.
"""

from __future__ import annotations

import os

import django
import environ
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

DEDUCT = "UPDATE bare_wallet SET balance = balance - 0.0012 WHERE id = %s RETURNING balance"


def deduct(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(DEDUCT, [1])
        (balance,) = cursor.fetchone()
    return JsonResponse({"balance": str(balance)})


urlpatterns = [path("deduct/", deduct)]

if not settings.configured:
    settings.configure(
        SECRET_KEY="bare-" + "x" * 50,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
        DATABASES={"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])},
        USE_TZ=True,
    )
    settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    django.setup()
    application = WSGIHandler()
