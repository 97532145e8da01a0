"""The sandbox operator: a real server on loopback, spoken to over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import cast

import requests

from telecom.operators.adapters.base import (
    OperationState,
    OperatorRefused,
    OperatorUnreachable,
    OperatorUsage,
    Progress,
    UsagePage,
)

_TIMEOUT_SECONDS = 5
_TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class SandboxAdapter:
    """Speaks the protocol of `config.sandbox.operator_server`."""

    base_url: str
    token: str
    has_network: bool = True

    def provision(self, iccid: str, *, imsi: str, msisdn: str) -> str:
        self._call("POST", "/sims/", {"iccid": iccid, "imsi": imsi, "msisdn": msisdn})
        return ""

    def activate(self, iccid: str, *, key: str) -> str:
        return self._operate(iccid, "activate", key=key)

    def suspend(self, iccid: str, *, key: str) -> str:
        return self._operate(iccid, "suspend", key=key)

    def terminate(self, iccid: str, *, key: str) -> str:
        return self._operate(iccid, "terminate", key=key)

    def operation(self, operation: str) -> OperationState:
        answer = self._call("GET", f"/operations/{operation}")
        return OperationState(Progress(str(answer["state"])), str(answer.get("error") or ""))

    def fetch_usage(self, cursor: str, *, limit: int) -> UsagePage:
        answer = self._call("GET", f"/usage?since={cursor}&limit={limit}")
        rows = cast("list[dict[str, object]]", answer["records"])
        return UsagePage(
            records=[_usage(row) for row in rows],
            cursor=str(answer["next"]),
            more=bool(answer["more"]),
        )

    def _operate(self, iccid: str, kind: str, *, key: str) -> str:
        return str(self._call("POST", f"/sims/{iccid}/{kind}", key=key)["id"])

    def _call(
        self, method: str, path: str, body: dict[str, str] | None = None, *, key: str = ""
    ) -> dict[str, object]:
        headers = {"Authorization": f"Token {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = requests.request(
                method, self.base_url + path, json=body, headers=headers, timeout=_TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            raise OperatorUnreachable(f"The operator did not answer: {error}") from error
        return _read(answer)


def _read(answer: requests.Response) -> dict[str, object]:
    status = answer.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN:
        raise OperatorUnreachable(f"The operator answered {status}: {answer.text[:200]}")
    if status >= HTTPStatus.BAD_REQUEST:
        raise OperatorRefused(f"The operator answered {status}: {answer.text[:200]}")
    try:
        return cast("dict[str, object]", answer.json())
    except requests.JSONDecodeError as error:
        raise OperatorUnreachable("The operator's answer is not JSON.") from error


def _usage(row: dict[str, object]) -> OperatorUsage:
    return OperatorUsage(
        id=str(row["id"]),
        iccid=str(row["iccid"]),
        started_at=datetime.fromisoformat(str(row["started_at"])),
        bytes=int(str(row["bytes"])),
        plmn=str(row.get("plmn") or ""),
        session=str(row.get("session") or ""),
    )
