"""Seals are evidence: append-only like the books they seal."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER ledger_dayseal_append_only BEFORE UPDATE OR DELETE ON ledger_dayseal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_dayseal_no_truncate BEFORE TRUNCATE ON ledger_dayseal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
BACKWARD = """
DROP TRIGGER ledger_dayseal_no_truncate ON ledger_dayseal;
DROP TRIGGER ledger_dayseal_append_only ON ledger_dayseal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_dayseal")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
