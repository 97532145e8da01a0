"""`features/` and `billing-settings/`: what the provider has switched on. Staff keys only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import path
from djmoney.money import Money
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.pagination import cursor_of, invalid_cursor, limit_of, page_answer
from accounts.access.views import ApiViewSet
from billing.insight.effects import NOTHING, Effect
from billing.insight.models import FeaturePreview
from billing.insight.previews import STARTS, Summary, preview_change, summaries
from billing.money.serializers import MoneyField
from config import clock
from config.feature_changes import change_feature, change_together
from features import catalog, queries
from features.exceptions import FeatureRefused
from features.kinds import JsonValue
from features.models import FeatureValue


@extend_schema_field({"description": "Of the feature's type; money and percent as decimal text."})
class ValueField(serializers.Field[object, object, object, object]):
    """Any JSON: the feature's own kind judges it."""

    def to_internal_value(self, data: object) -> object:
        return data

    def to_representation(self, value: object) -> object:
        return value


class HistorySerializer(serializers.ModelSerializer[FeatureValue]):
    value = ValueField()
    previous = ValueField(allow_null=True)

    class Meta:
        model = FeatureValue
        fields = [
            "id",
            "value",
            "previous",
            "valid_from",
            "from_period_start",
            "cancels",
            "set_by",
            "reason",
            "recorded_at",
        ]


class ScheduledSerializer(serializers.ModelSerializer[FeatureValue]):
    value = ValueField()

    class Meta:
        model = FeatureValue
        fields = ["value", "valid_from"]


class FeatureSerializer(serializers.Serializer[queries.State]):
    """One feature: what it is, what it is set to, since when and by whom."""

    key = serializers.CharField(source="feature.key")
    title = serializers.CharField(source="feature.title")
    type = serializers.CharField(source="feature.kind.name")
    value = ValueField(allow_null=True)
    default = ValueField(allow_null=True)
    help = serializers.CharField(source="feature.help")
    when_on = serializers.CharField(source="feature.when_on")
    when_off = serializers.CharField(source="feature.when_off")
    changes = serializers.ListField(child=serializers.CharField(), source="feature.changes")
    valid_from = serializers.DateTimeField(source="row.valid_from", default=None, allow_null=True)
    set_by = serializers.CharField(source="row.set_by", default=None, allow_null=True)
    reason = serializers.CharField(source="row.reason", default=None, allow_null=True)
    scheduled = ScheduledSerializer(allow_null=True)
    version = serializers.IntegerField()


class ChangeSerializer(serializers.Serializer[dict[str, Any]]):
    """`at` schedules the change; `from: period_start` re-rates the open period; `version` is the
    one that you saw, so that nobody's is lost."""

    value = ValueField(allow_null=True)
    reason = serializers.CharField(max_length=500)
    at = serializers.DateTimeField(required=False, allow_null=True)
    version = serializers.IntegerField(required=False, min_value=0)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {
            **super().get_fields(),
            "from": serializers.ChoiceField(["now", "period_start"], required=False),
        }


class PreviewInput(serializers.Serializer[dict[str, Any]]):
    value = ValueField(allow_null=True)


class AmountsSerializer(serializers.Serializer[dict[str, Any]]):
    companies_affected = serializers.IntegerField()
    amount_before = MoneyField()
    amount_after = MoneyField()


class MoverSerializer(serializers.Serializer[dict[str, Any]]):
    company = serializers.CharField()
    name = serializers.CharField()
    amount_before = MoneyField()
    amount_after = MoneyField()
    change = MoneyField()


class OutcomeSerializer(AmountsSerializer):
    movers = MoverSerializer(many=True)
    by_currency = AmountsSerializer(many=True)


class PreviewSerializer(serializers.Serializer[dict[str, Any]]):
    """What a value would do, set from the start of the open period, and from now on."""

    id = serializers.CharField()
    key = serializers.CharField()
    value = ValueField(allow_null=True)
    previewed_at = serializers.DateTimeField()
    from_period_start = OutcomeSerializer()
    from_now = OutcomeSerializer()


class FeatureViewSet(ApiViewSet):
    serializer_class = FeatureSerializer
    filter_backends = []

    @extend_schema(responses=FeatureSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The features in the order of the catalog."""
        start, end = _page(request)
        states = queries.states(catalog.FEATURES[start:end], at=clock.now())
        return page_answer(
            request,
            [FeatureSerializer(state).data for state in states],
            next_values=(_KEYS[end - 1],) if end < len(_KEYS) else None,
            previous_values=(_KEYS[start],) if start > 0 else None,
        )

    @extend_schema(request=ChangeSerializer, responses=FeatureSerializer)
    def partial_update(self, request: Request, key: str) -> Response:
        """Set it, now or from `at` on; 409 `changed_meanwhile` when `version` is not the last."""
        feature = catalog.feature(key)
        change = self.validated(ChangeSerializer).validated_data
        change_feature(
            key,
            value=change["value"],
            reason=change["reason"],
            by=self.by,
            at=clock.now(),
            valid_from=change.get("at"),
            from_period_start=change.get("from") == "period_start",
            expected=change.get("version"),
            address=self.address,
        )
        (state,) = queries.states([feature], at=clock.now())
        return Response(FeatureSerializer(state).data)


class PreviewViewSet(ApiViewSet):
    @extend_schema(request=PreviewInput, responses={200: PreviewSerializer})
    def create(self, request: Request, key: str) -> Response:
        """What a value would do to the open periods; nothing is changed.

        Amounts are bills with tax, in the currency that most of the affected companies are billed
        in; `by_currency` has them all. `from_now` expects use to go on as in the last 7 days.
        """
        feature = catalog.feature(key)
        asked = self.validated(PreviewInput).validated_data
        preview = preview_change(feature, asked["value"], by=self.by, at=clock.now())
        return Response(PreviewSerializer(_told(preview)).data)


def _told(preview: FeaturePreview) -> dict[str, object]:
    facts = {name: getattr(preview, name) for name in ("id", "key", "value", "previewed_at")}
    return facts | {start: _start_told(summaries(preview, start)) for start in STARTS}


def _start_told(found: Sequence[Summary]) -> dict[str, object]:
    nothing = Summary(queries.value("default_currency", at=clock.now()), 0, NOTHING, NOTHING, ())
    main, *_ = *found, nothing
    movers = [_mover(each) for summary in found for each in summary.movers]
    return {
        "companies_affected": sum(each.companies for each in found),
        "amount_before": Money(main.before, main.currency),
        "amount_after": Money(main.after, main.currency),
        "movers": movers,
        "by_currency": [
            {
                "companies_affected": each.companies,
                "amount_before": Money(each.before, each.currency),
                "amount_after": Money(each.after, each.currency),
            }
            for each in found
        ],
    }


def _mover(effect: Effect) -> dict[str, object]:
    return {
        "company": effect.company_id,
        "name": effect.name,
        "amount_before": Money(effect.before, effect.currency),
        "amount_after": Money(effect.after, effect.currency),
        "change": Money(effect.change, effect.currency),
    }


class HistoryViewSet(ApiViewSet):
    serializer_class = HistorySerializer
    filter_backends = []

    def list(self, request: Request, key: str) -> Response:
        """Every value it had, newest first."""
        rows = queries.history(catalog.feature(key).key)
        return self.listed(rows, HistorySerializer)


_KEYS = [feature.key for feature in catalog.FEATURES]


def _page(request: Request) -> tuple[int, int]:
    """Where the page that is asked for begins and ends in the catalog."""
    limit, cursor = limit_of(request), cursor_of(request)
    if cursor is None:
        return 0, min(limit, len(_KEYS))
    if len(cursor.values) != 1 or cursor.values[0] not in _KEYS:
        raise invalid_cursor()
    place = _KEYS.index(cursor.values[0])
    if cursor.backwards:
        return max(0, place - limit), place
    return place + 1, min(place + 1 + limit, len(_KEYS))


_SETTING_SCHEMA = {
    "type": "object",
    "properties": {
        setting.key: {"description": setting.help or setting.title, "nullable": True}
        for setting in catalog.SETTINGS
    },
}


_SETTINGS_ANSWER = {(200, "application/json"): _SETTING_SCHEMA}


class SettingsViewSet(ApiViewSet):
    @extend_schema(responses=_SETTINGS_ANSWER)
    def retrieve(self, request: Request) -> Response:
        """All settings by key."""
        return Response(_settings())

    @extend_schema(request={"application/json": _SETTING_SCHEMA}, responses=_SETTINGS_ANSWER)
    def partial_update(self, request: Request) -> Response:
        """Change any of them, all or none; `reason` may stand beside them."""
        values = dict(self._changes())
        reason = values.pop("reason", "Changed over the API.")
        if not isinstance(reason, str):
            raise FeatureRefused("invalid_text", "Must be text.", attr="reason")
        change_together(values, reason=reason, by=self.by, at=clock.now(), address=self.address)
        return Response(_settings())

    def _changes(self) -> dict[str, object]:
        body = self.request.data
        if not isinstance(body, dict):
            raise ValidationError({"non_field_errors": ["Must be an object."]})
        known = {setting.key for setting in catalog.SETTINGS} | {"reason"}
        strangers = {key: ["There is no such setting."] for key in body if key not in known}
        if strangers:
            raise ValidationError(strangers, code="unknown_setting")
        return body


def _settings() -> dict[str, JsonValue]:
    states = queries.states(catalog.SETTINGS, at=clock.now())
    return {state.feature.key: state.value for state in states}


urlpatterns = [
    path("features/", FeatureViewSet.as_view({"get": "list"})),
    path("features/<slug:key>/", FeatureViewSet.as_view({"patch": "partial_update"})),
    path("features/<slug:key>/preview/", PreviewViewSet.as_view({"post": "create"})),
    path("features/<slug:key>/history/", HistoryViewSet.as_view({"get": "list"})),
    path(
        "billing-settings/",
        SettingsViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
    ),
]
