#!/usr/bin/env python
"""Django's command line for Tollgate."""

import os
import sys

from django.core.management import execute_from_command_line

from config.sandbox.environment import adopt_running_stack

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    adopt_running_stack()
    execute_from_command_line(sys.argv)
