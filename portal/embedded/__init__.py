"""PostgreSQL, Valkey and the payment sandbox on one machine, from wheels alone.

Production never imports this package's servers: it names its services by environment variables.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


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


def provide_search_server() -> None:
    """Name a cluster in the environment where none is: an empty Elasticsearch that ends with this process.

    Does nothing in production, or where ELASTICSEARCH_URL is set. Raises SearchServerUnavailable without Java or Maven.
    """
    if os.environ.get("DJANGO_ENV", "development") == "production" or os.environ.get("ELASTICSEARCH_URL"):
        return
    from portal.embedded.search_server import start_search_server

    data = Path(tempfile.mkdtemp(prefix="jiangji-elasticsearch-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    server = start_search_server("elasticsearch", data)
    atexit.register(server.stop)  # before its data go: the last that was registered runs first
    os.environ["ELASTICSEARCH_URL"] = server.url
