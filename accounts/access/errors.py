"""One shape for every error of the API: `{type, errors: [{code, detail, attr}]}`."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DatabaseError
from django.http import UnreadablePostError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ErrorResponse, ErrorType, ExceptionHandlerContext
from rest_framework.exceptions import (
    APIException,
    ErrorDetail,
    NotFound,
    ParseError,
    ValidationError,
)
from rest_framework.fields import get_error_detail
from rest_framework.response import Response

from accounts.access.exceptions import JSONValue, Refused
from accounts.access.outages import is_outage
from features.exceptions import FeatureRefused, UnknownFeature


class Refusal(APIException):
    """A `Refused` on its way through DRF."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail, code=refused.code)
        self.status_code = refused.status
        self.attr = refused.attr
        self.extra = refused.extra


class BodyTooBig(APIException):
    status_code = 413
    default_code = "body_too_big"
    default_detail = "The body is bigger than this server accepts."


class DatabaseUnavailable(APIException):
    status_code = 503
    default_code = "database_unavailable"
    default_detail = "The database does not answer or takes no writes now. Try again later."
    wait = 10


class ApiExceptionHandler(ExceptionHandler):
    """Turns our refusals, and Django's complaints about a request, into client errors."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        return _translated(exc) or super().convert_known_exceptions(exc)


def _translated(error: Exception) -> APIException | None:  # noqa: PLR0911 - a table
    match error:
        case Refused():
            return Refusal(error)
        case FeatureRefused():
            return Refusal(Refused(error.code, error.detail, error.attr, error.status))
        case UnknownFeature():
            return NotFound("There is no such feature.")
        case ModelValidationError():
            return ValidationError(get_error_detail(error))
        case RequestDataTooBig():
            return BodyTooBig()
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return ParseError("The request could not be read.")
        case DatabaseError() if is_outage(error):
            return DatabaseUnavailable()
    return None


class ApiErrorFormatter(ExceptionFormatter):
    """Adds to a refusal its field and what the rule tells besides."""

    def get_error_type(self) -> ErrorType:
        is_about_a_field = isinstance(self.exc, Refusal) and self.exc.attr is not None
        if is_about_a_field and self.exc.status_code == ValidationError.status_code:
            return "validation_error"
        return super().get_error_type()

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, JSONValue]:
        answer = cast("dict[str, JSONValue]", super().format_error_response(error_response))
        if isinstance(self.exc, Refusal):
            first: dict[str, JSONValue] = {
                "code": cast("ErrorDetail", self.exc.detail).code,
                "detail": str(self.exc.detail),
                "attr": self.exc.attr,
            }
            answer["errors"] = [self.exc.extra | first]
        return answer


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """DRF's hook. Anything unknown is a 500 that is logged with its traceback, never its text."""
    return ApiExceptionHandler(exc, context).run()
