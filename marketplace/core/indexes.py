"""Indexes of tables in use, made by migrations that can be run again."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexAnew(AddIndexConcurrently):
    """As Django's, in a migration that is not atomic; run again after it broke off, it goes on where it stopped.

    An index that stands there is left alone; one that broke off (INVALID) is dropped and made anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [self.index.name])
            is_valid = cursor.fetchone()
            if is_valid == (True,):
                return
            if is_valid:
                cursor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
