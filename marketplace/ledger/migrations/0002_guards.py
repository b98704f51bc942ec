"""The database's own guards of the books: balanced and append-only. A bug in Python, or a person with psql, meets them too."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_check_transaction(posted bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    legs integer;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount_fen), 0) INTO legs, total FROM ledger_entry WHERE transaction_id = posted;
    IF legs < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'transaction % has % legs that sum to % fen instead of 0', posted, legs, total
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_check_transaction(NEW.transaction_id); RETURN NULL; END $$;
CREATE FUNCTION ledger_transaction_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_check_transaction(NEW.id); RETURN NULL; END $$;

-- Deferred: the legs of a transaction arrive one after the other; at commit they must be whole.
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balance();
CREATE CONSTRAINT TRIGGER ledger_transaction_balanced AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balance();
"""

BACKWARD = """
DROP TRIGGER ledger_transaction_balanced ON ledger_transaction;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_transaction_balance();
DROP FUNCTION ledger_entry_balance();
DROP FUNCTION ledger_check_transaction(bigint);
DROP TRIGGER ledger_transaction_append_only ON ledger_transaction;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP FUNCTION ledger_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
