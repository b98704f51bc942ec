"""Pages in production: `gunicorn portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from portal.watching import starting

starting.call_process("web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django_application = get_wsgi_application()  # loads the apps; only then may addresses be looked up

from portal.body_limit import WsgiBodyLimit  # noqa: E402
from portal.outer_door import with_door  # noqa: E402

application = WsgiBodyLimit(with_door(django_application))
