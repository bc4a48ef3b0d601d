#!/usr/bin/env python3
"""Run a Django command with this project's settings."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["recommend"]:
        # a calculation that signs and stores nothing: it runs in a bare checkout, without this installation's key
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    execute_from_command_line(sys.argv)
