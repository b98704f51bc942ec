"""Deliveries, requests, statements, decisions, proposals and time lines are evidence: the database refuses to change them."""

from django.db import migrations

KEPT = """
CREATE TRIGGER orders_statement_kept BEFORE UPDATE OR DELETE ON orders_disputestatement
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_evidence_kept BEFORE UPDATE OR DELETE ON orders_disputefile
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_decision_kept BEFORE UPDATE OR DELETE ON orders_disputedecision
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_bundle_kept BEFORE UPDATE OR DELETE ON orders_evidencebundle
    FOR EACH ROW WHEN (OLD.status = 'ready') EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_event_kept BEFORE UPDATE OR DELETE ON orders_orderevent
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_proposal_words_kept BEFORE UPDATE ON orders_orderproposal
    FOR EACH ROW WHEN (
        (OLD.kind, OLD.proposed_by_id, OLD.message, OLD.reason_code, OLD.days, OLD.amount_fen)
        IS DISTINCT FROM (NEW.kind, NEW.proposed_by_id, NEW.message, NEW.reason_code, NEW.days, NEW.amount_fen)
    ) EXECUTE FUNCTION orders_refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER orders_event_kept ON orders_orderevent;
DROP TRIGGER orders_proposal_words_kept ON orders_orderproposal;
DROP TRIGGER orders_statement_kept ON orders_disputestatement;
DROP TRIGGER orders_evidence_kept ON orders_disputefile;
DROP TRIGGER orders_decision_kept ON orders_disputedecision;
DROP TRIGGER orders_bundle_kept ON orders_evidencebundle;
"""
TABLES = ("orders_delivery", "orders_deliveryfile", "orders_revisionrequest", "orders_revisionfile")
FORWARD = """
CREATE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is evidence: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_is_evidence BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();"
    for table in TABLES
) + KEPT
BACKWARD = (
    NOT_KEPT
    + "".join(f"DROP TRIGGER {table}_is_evidence ON {table};" for table in TABLES)
    + "DROP FUNCTION orders_refuse_change();"
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_order_life")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
