"""`python -m portal.embedded.types`: mypy with a database named, which its Django plugin needs to load the settings."""

import os
import sys

from mypy import api

os.environ.setdefault("DATABASE_URL", "postgres://nobody@localhost/types")
os.environ.setdefault("REDIS_URL", "redis://localhost")
output, errors, status = api.run(sys.argv[1:])
sys.stdout.write(output)
sys.stderr.write(errors)
raise SystemExit(status)
