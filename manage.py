#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL it uses the embedded servers, and starts them when none run."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    os.environ["DATABASE_STATEMENT_TIMEOUT_SECONDS"] = "0"  # a migration or a rebuild takes as long as it takes
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed here. `bin/run` makes .venv; then use .venv/bin/python manage.py"
        ) from error
    from portal.embedded import provide_search_server, provide_services
    from portal.watching import starting

    provide_services()
    if {"elasticsearch", "--engine=elasticsearch"}.intersection(sys.argv):  # evaluate_search compares the engines
        provide_search_server()
    starting.call_process("command")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
