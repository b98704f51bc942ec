"""The settings, one concern a file. Everything that differs between machines comes from the environment (portal/env.py)."""

from .base import *
from .services import *

from .people import *  # isort: skip
from .security import *  # isort: skip
from .cms import *  # isort: skip
from .money import *  # isort: skip
