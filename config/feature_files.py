"""The whole configuration as a file: written, and read back with the difference named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from features import catalog, queries
from features.exceptions import FeatureRefused
from features.kinds import JsonValue

FORMAT = 1
LARGEST_FILE_BYTES = 1024 * 1024


class UnreadableFile(ValueError):
    """The file is not a configuration; the message says why."""


@dataclass(frozen=True)
class Difference:
    """A value that the file would change."""

    state: queries.State
    value: JsonValue


@dataclass(frozen=True)
class Comparison:
    """What a file would change, and what is wrong with it, by key."""

    differences: tuple[Difference, ...]
    problems: dict[str, str]
    alike: int


def configuration(*, at: datetime) -> str:
    """Every value in force, as text of a file."""
    states = queries.states(catalog.ALL, at=at)
    content = {
        "tollgate_configuration": FORMAT,
        "written_at": at.isoformat(),
        "values": {state.feature.key: state.value for state in states},
    }
    return json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def read_values(content: bytes) -> dict[str, object]:
    """The values of a file by key. Raise UnreadableFile."""
    if len(content) > LARGEST_FILE_BYTES:
        raise UnreadableFile("It is larger than 1 MB.")
    try:
        found = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise UnreadableFile("It is not JSON.") from None
    if not isinstance(found, dict) or found.get("tollgate_configuration") != FORMAT:
        raise UnreadableFile(f"It does not say “tollgate_configuration”: {FORMAT}.")
    values = found.get("values")
    if not isinstance(values, dict):
        raise UnreadableFile("It has no “values”.")
    return values


def compare(values: dict[str, object], *, at: datetime) -> Comparison:
    """What these values would change; keys that the file leaves out stay as they are."""
    states = {state.feature.key: state for state in queries.states(catalog.ALL, at=at)}
    differences, problems, alike = [], {}, 0
    for key in sorted(values):
        if key not in states:
            problems[key] = "There is no such feature or setting."
            continue
        try:
            accepted = states[key].feature.json_form(values[key])
        except FeatureRefused as refused:
            problems[key] = refused.detail
            continue
        if accepted == states[key].value:
            alike += 1
        else:
            differences.append(Difference(states[key], accepted))
    return Comparison(tuple(differences), problems, alike)
