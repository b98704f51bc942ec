"""A leg is written together with its transaction or never: legs that balance among themselves are no way to amend the past."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posted_by xid;
    written_by xid;
BEGIN
    SELECT xmin INTO posted_by FROM ledger_transaction WHERE id = NEW.transaction_id;
    SELECT xmin INTO written_by FROM ledger_entry WHERE id = NEW.id;
    IF posted_by <> written_by THEN
        RAISE EXCEPTION 'the ledger is append-only: a leg added to transaction % later', NEW.transaction_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM ledger_check_transaction(NEW.transaction_id);
    RETURN NULL;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_check_transaction(NEW.transaction_id); RETURN NULL; END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_transaction_time")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
