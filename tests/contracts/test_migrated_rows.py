"""What migrations wrote is there in every test, whichever test with real commits ran before it."""

import os
import uuid

import psycopg
from django.apps import apps

from portal.bench import machine
from portal.embedded.template import template_for_tests
from tests.databases import APPS_KEPT, KEPT


def test_tables_that_migrations_filled_are_not_emptied_between_tests():
    url, name = os.environ["DATABASE_URL"], f"jiangji_test_rows_{uuid.uuid4().hex[:8]}"
    machine.copy_database(url, template_for_tests(url), name)  # the tests' own database is another test's by now
    try:
        with psycopg.connect(machine.connection_string(url, name)) as database:
            filled = {
                model
                for app in apps.get_app_configs()
                if app.name.startswith("marketplace.") and app.label not in APPS_KEPT
                for model in app.get_models(include_auto_created=True)
                if database.execute(f'SELECT 1 FROM "{model._meta.db_table}" LIMIT 1').fetchone()
            }
    finally:
        machine.drop_database(url, name)
    assert len(filled) >= 5
    assert filled <= KEPT
