"""The database's own guard of the staff log: what was written stays. A bug in Python, or a person with psql, meets it too."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION moderation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the staff log is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER moderation_adminlog_append_only BEFORE UPDATE OR DELETE ON moderation_adminlog
    FOR EACH ROW EXECUTE FUNCTION moderation_refuse_change();
"""

BACKWARD = """
DROP TRIGGER moderation_adminlog_append_only ON moderation_adminlog;
DROP FUNCTION moderation_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
