from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from tests.billing.integrations.whmcs_server import IDENTIFIER, SECRET, WhmcsServer
from tests.billing.integrations.xero_server import CLIENT, TENANT, XeroServer
from tests.billing.integrations.xero_server import SECRET as XERO_SECRET


@pytest.fixture
def whmcs(settings: LazySettings, db: None) -> Iterator[WhmcsServer]:
    """A WHMCS that our settings lead to; the feature is as it was."""
    server = WhmcsServer()
    server.start()
    settings.WHMCS_URL, settings.INTEGRATION_TIMEOUT_SECONDS = server.url, 0.5
    settings.WHMCS_IDENTIFIER, settings.WHMCS_SECRET = IDENTIFIER, SECRET
    yield server
    server.stop()


@pytest.fixture
def xero(settings: LazySettings, db: None) -> Iterator[XeroServer]:
    """A Xero that our settings lead to, and that is on by it."""
    server = XeroServer()
    server.start()
    settings.XERO_API_URL = settings.XERO_IDENTITY_URL = server.url
    settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET = CLIENT, XERO_SECRET
    settings.XERO_TENANT_ID, settings.XERO_PAYMENT_ACCOUNT = TENANT, "090"
    settings.XERO_TAX_TYPES = {"0": "ZERORATEDOUTPUT", "19": "OUTPUT2", "7": "RROUTPUT"}
    settings.INTEGRATION_TIMEOUT_SECONDS = 0.5
    yield server
    server.stop()
