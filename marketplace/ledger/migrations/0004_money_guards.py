"""Posting in one round trip; what the database refuses: changed evidence, emptied books, legs that come later."""

from django.db import migrations

POSTING = """
-- One posting: what marketplace.ledger.services.post describes. It never raises for something a caller must decide on
-- (a known key, too little money): an exception would cost the caller a savepoint, two round trips for each posting.
--   outcome: 'posted', 'known' (the key exists with these legs), 'conflict' (with other legs), 'insufficient'.
CREATE FUNCTION ledger_post(
    p_kind text, p_key text, p_reference text, p_description text, p_at timestamptz,
    p_codes text[], p_kinds text[], p_owners bigint[], p_amounts bigint[],
    OUT outcome text, OUT posted_id bigint
) LANGUAGE plpgsql AS $$
DECLARE
    n CONSTANT integer := array_length(p_codes, 1);
    ids bigint[] := array_fill(NULL::bigint, ARRAY[n]);
    balances bigint[] := array_fill(NULL::bigint, ARRAY[n]);  -- of accounts that carry one, by leg
    carried bigint[] := array_fill(NULL::bigint, ARRAY[n]);
    locked bigint[] := '{}';
    known_legs text[];
    own_legs text[];
    found bigint;
    running bigint;
    account record;
BEGIN
    FOR i IN 1..n LOOP
        SELECT id INTO found FROM ledger_account WHERE code = p_codes[i];
        IF found IS NULL THEN
            -- Made on first use. Another posting may be making it right now: then this insert waits for it.
            INSERT INTO ledger_account (code, kind, owner_id, balance_fen, created_at)
            VALUES (p_codes[i], p_kinds[i], p_owners[i], 0, now()) ON CONFLICT (code) DO NOTHING RETURNING id INTO found;
            IF found IS NULL THEN
                SELECT id INTO found FROM ledger_account WHERE code = p_codes[i];
            END IF;
        END IF;
        ids[i] := found;
        IF p_kinds[i] IN ('user_available', 'user_pending', 'escrow', 'tax_withheld', 'user_debt') THEN
            locked := locked || ids[i];
        END IF;
    END LOOP;

    -- Accounts that carry a balance are locked in the order of their keys (docs/locking.md); the hot ones are not.
    FOR account IN
        SELECT id, balance_fen FROM ledger_account WHERE id = ANY (locked) ORDER BY id FOR NO KEY UPDATE
    LOOP
        FOR i IN 1..n LOOP
            IF ids[i] = account.id THEN balances[i] := account.balance_fen; END IF;
        END LOOP;
    END LOOP;
    FOR i IN 1..n LOOP
        IF balances[i] IS NOT NULL THEN
            running := balances[i] + p_amounts[i];
            FOR j IN 1..n LOOP  -- an account may stand in two legs
                IF ids[j] = ids[i] THEN balances[j] := running; END IF;
            END LOOP;
            carried[i] := running;
        END IF;
    END LOOP;

    outcome := 'posted';
    FOR i IN 1..n LOOP
        IF (p_kinds[i] = 'user_debt' AND balances[i] > 0) OR (p_kinds[i] <> 'user_debt' AND balances[i] < 0) THEN
            outcome := 'insufficient';
        END IF;
    END LOOP;
    IF outcome = 'posted' THEN
        INSERT INTO ledger_transaction (kind, idempotency_key, reference, description, created_at)
        VALUES (p_kind, p_key, p_reference, p_description, p_at)
        ON CONFLICT (idempotency_key) DO NOTHING RETURNING id INTO posted_id;
    END IF;
    IF posted_id IS NULL THEN
        -- The unique key is the lock between two copies of the same posting: the second waited for the first.
        SELECT id INTO posted_id FROM ledger_transaction WHERE idempotency_key = p_key;
        IF posted_id IS NOT NULL THEN
            SELECT array_agg(account_id || ':' || amount_fen ORDER BY account_id, amount_fen) INTO known_legs
            FROM ledger_entry WHERE transaction_id = posted_id;
            SELECT array_agg(leg.id || ':' || leg.amount ORDER BY leg.id, leg.amount) INTO own_legs
            FROM unnest(ids, p_amounts) AS leg(id, amount);
            outcome := CASE WHEN known_legs = own_legs THEN 'known' ELSE 'conflict' END;
        END IF;
        RETURN;
    END IF;

    FOR i IN 1..n LOOP
        IF balances[i] IS NOT NULL THEN
            UPDATE ledger_account SET balance_fen = balances[i] WHERE id = ids[i] AND balance_fen <> balances[i];
        END IF;
        INSERT INTO ledger_entry (transaction_id, account_id, amount_fen, balance_after_fen)
        VALUES (posted_id, ids[i], p_amounts[i], carried[i]);
    END LOOP;
END $$;

CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_transaction_no_truncate BEFORE TRUNCATE ON ledger_transaction
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
"""
NO_POSTING = """
DROP TRIGGER ledger_transaction_no_truncate ON ledger_transaction;
DROP TRIGGER ledger_entry_no_truncate ON ledger_entry;
DROP FUNCTION ledger_post(text, text, text, text, timestamptz, text[], text[], bigint[], bigint[]);
"""

# Seals and published proofs are evidence: append-only like the books they seal. The lines of a proof may be forgotten when
# their time is over, never changed.
EVIDENCE = """
CREATE TRIGGER ledger_dayseal_append_only BEFORE UPDATE OR DELETE ON ledger_dayseal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_dayseal_no_truncate BEFORE TRUNCATE ON ledger_dayseal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproof_append_only BEFORE UPDATE OR DELETE ON ledger_escrowproof
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproof_no_truncate BEFORE TRUNCATE ON ledger_escrowproof
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproofline_unchanged BEFORE UPDATE ON ledger_escrowproofline
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_escrowproofnodes_unchanged BEFORE UPDATE ON ledger_escrowproofnodes
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
"""
NO_EVIDENCE = """
DROP TRIGGER ledger_escrowproofnodes_unchanged ON ledger_escrowproofnodes;
DROP TRIGGER ledger_escrowproofline_unchanged ON ledger_escrowproofline;
DROP TRIGGER ledger_escrowproof_no_truncate ON ledger_escrowproof;
DROP TRIGGER ledger_escrowproof_append_only ON ledger_escrowproof;
DROP TRIGGER ledger_dayseal_no_truncate ON ledger_dayseal;
DROP TRIGGER ledger_dayseal_append_only ON ledger_dayseal;
"""

# A leg is written together with its transaction or never: legs that balance among themselves are no way to amend the past.
# One look for each leg, at the end: guards cost every posting. Where there are no legs only the transaction's own guard fires.
LEGS = """
CREATE OR REPLACE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    legs integer;
    total numeric;
    comes_later boolean;
BEGIN
    SELECT count(*), sum(leg.amount_fen), bool_or(leg.xmin <> posted.xmin) INTO legs, total, comes_later
    FROM ledger_entry AS leg JOIN ledger_transaction AS posted ON posted.id = leg.transaction_id
    WHERE leg.transaction_id = NEW.transaction_id;
    IF comes_later THEN
        RAISE EXCEPTION 'the ledger is append-only: a leg added to transaction % later', NEW.transaction_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF legs < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'transaction % has % legs that sum to % fen instead of 0', NEW.transaction_id, legs, total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION ledger_transaction_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_entry WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'transaction % has 0 legs', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
NO_LEGS = """
CREATE OR REPLACE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_check_transaction(NEW.transaction_id); RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION ledger_transaction_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM ledger_check_transaction(NEW.id); RETURN NULL; END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_money")]
    operations = [
        migrations.RunSQL(POSTING, NO_POSTING),
        migrations.RunSQL(EVIDENCE, NO_EVIDENCE),
        migrations.RunSQL(LEGS, NO_LEGS),
    ]
