"""What the two commands that run jobs print."""

from __future__ import annotations

from django.core.management import BaseCommand, CommandError

from accounts.jobs.stepping import Lived


def print_lived(command: BaseCommand, lived: Lived) -> None:
    """A line per job that did something; raise CommandError when one failed."""
    command.stdout.write(f"{lived.now.isoformat()} after {lived.steps} steps")
    for name, count in sorted(lived.counts.items()):
        if count:
            command.stdout.write(f"  {name}: {count}")
    if lived.failed:
        lines = [f"{name}: {error}" for name, error in sorted(lived.failed.items())]
        raise CommandError("\n".join(["Jobs failed:", *lines]))
