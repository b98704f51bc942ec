"""PostgreSQL, Valkey and the payment sandbox on one machine, from wheels alone.

Production never imports this package's servers: it names its services by environment variables.
"""

import os


def provide_services() -> None:
    """Name a database and a broker in the environment, starting the embedded ones where nothing else is configured.

    Does nothing outside development, or where DATABASE_URL and REDIS_URL are set. What it starts ends with the last
    process that uses it.
    """
    if os.environ.get("DJANGO_ENV", "development") == "production":
        return
    if "DATABASE_URL" not in os.environ:
        from portal.embedded.postgres import start_postgres

        os.environ["DATABASE_URL"] = start_postgres()
    if "REDIS_URL" not in os.environ:
        from portal.embedded.valkey import start_valkey

        os.environ["REDIS_URL"] = start_valkey()
