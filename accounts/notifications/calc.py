"""Arithmetic of addresses."""

from __future__ import annotations

from collections.abc import Iterable


def each_once(addresses: Iterable[str]) -> list[str]:
    """The addresses in their order, each once whatever its capitals, as first spelled."""
    first: dict[str, str] = {}
    for address in addresses:
        if address:
            first.setdefault(address.lower(), address)
    return list(first.values())
