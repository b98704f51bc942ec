"""Published proofs of escrow are evidence: append-only. Their lines may be forgotten when their time is over, never changed."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER ledger_escrowproof_append_only BEFORE UPDATE OR DELETE ON ledger_escrowproof
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproof_no_truncate BEFORE TRUNCATE ON ledger_escrowproof
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproofline_unchanged BEFORE UPDATE ON ledger_escrowproofline
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproofnodes_unchanged BEFORE UPDATE ON ledger_escrowproofnodes
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
"""
BACKWARD = """
DROP TRIGGER ledger_escrowproofnodes_unchanged ON ledger_escrowproofnodes;
DROP TRIGGER ledger_escrowproofline_unchanged ON ledger_escrowproofline;
DROP TRIGGER ledger_escrowproof_no_truncate ON ledger_escrowproof;
DROP TRIGGER ledger_escrowproof_append_only ON ledger_escrowproof;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_escrow_proof")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
