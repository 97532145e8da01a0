"""Time zones as people choose them."""

from __future__ import annotations

from zoneinfo import available_timezones

_CONTINENTS = {
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}


def zone_choices(*present: str) -> list[tuple[str, str]]:
    """UTC and the zones that are called after a place, without the aliases and machine names that
    the IANA list holds besides; `present` are offered whatever they are called."""
    places = {zone for zone in available_timezones() if zone.split("/")[0] in _CONTINENTS}
    zones = ["UTC", *sorted(places | set(present) - {"", "UTC"})]
    return [(zone, zone.replace("_", " ")) for zone in zones]
