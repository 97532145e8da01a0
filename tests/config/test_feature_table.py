"""docs/features.md says what the catalog says, and names a test for each position."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command

from config.feature_table import positions, tables, verifications
from features import catalog


def test_the_page_is_current() -> None:
    call_command("describe_features", check=True)


def test_each_position_of_each_feature_is_verified_by_a_test() -> None:
    found = verifications(settings.BASE_DIR)
    known = {feature.key: positions(feature) for feature in catalog.ALL}
    assert [each for each in found if each.position not in known[each.key]] == []
    shown = {(each.key, each.position) for each in found}
    wanted = {
        (feature.key, position)
        for feature in catalog.ALL
        if feature in catalog.FEATURES or feature.changes_charges
        for position in positions(feature)
    }
    assert wanted - shown == set()


def test_a_feature_that_nothing_verifies_says_so() -> None:
    assert tables([]).count("| – |\n") >= len(catalog.FEATURES)
