"""What stands there already gets numbers and participants, in batches; unique indexes are made beside the running portal.

Whatever of it breaks off (a lock waited for too long, a deployment stopped) is run again by `migrate`.

Taken back, the talk about each order goes into the one conversation that the release before knows of two people. Lost are then
the files of withdrawn messages, earlier wordings, and messages that were held back for moderators: it has no place for them.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models, transaction
from django.db.models import Count, Q

BATCH = 500  # conversations looked at together
AT_ONCE = 5000  # messages numbered under the locks of one batch; a longer conversation is one of its own

# Under the conversation's lock, as the release before writes: what it writes afterwards is numbered by a trigger.
LOCKED = "SELECT id FROM messaging_conversation WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
NUMBERED = """
UPDATE messaging_message AS message SET sequence = counted.number FROM (
    SELECT id, row_number() OVER (PARTITION BY conversation_id ORDER BY id) AS number
    FROM messaging_message WHERE conversation_id = ANY(%(ids)s) AND sequence IS NULL
) AS counted WHERE message.id = counted.id
"""
COUNTED = """
UPDATE messaging_conversation AS conversation SET
    last_sequence = coalesce(
        (SELECT max(sequence) FROM messaging_message WHERE conversation_id = conversation.id), 0),
    kind = CASE WHEN buyer_id IS NULL THEN 'support' ELSE kind END
WHERE id = ANY(%(ids)s)
"""
SEEN = "(SELECT coalesce(max(sequence), 0) FROM messaging_message AS m WHERE m.conversation_id = c.id AND m.created_at <= {})"
TOOK_PART = f"""
INSERT INTO messaging_participant (conversation_id, user_id, role, joined_at, delivered_sequence, read_sequence)
SELECT c.id, c.buyer_id, 'buyer', c.created_at, {SEEN.format("c.buyer_read_at")}, {SEEN.format("c.buyer_read_at")}
FROM messaging_conversation AS c WHERE c.id = ANY(%(ids)s) AND c.buyer_id IS NOT NULL
UNION ALL
SELECT c.id, c.seller_id, 'seller', c.created_at, {SEEN.format("c.seller_read_at")}, {SEEN.format("c.seller_read_at")}
FROM messaging_conversation AS c WHERE c.id = ANY(%(ids)s) AND c.seller_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
# Who takes part in the talks with support, while the release before runs, which has no place for them.
SEATS = "conversation_id, user_id, role, joined_at, left_at, delivered_sequence, read_sequence, muted_until, archived_at"
PUT_AWAY = f"""
CREATE TABLE IF NOT EXISTS messaging_support_seats AS SELECT {SEATS} FROM messaging_participant
WHERE conversation_id IN (SELECT id FROM messaging_conversation WHERE buyer_id IS NULL)
"""
ARE_PUT_AWAY = "SELECT to_regclass('messaging_support_seats') IS NOT NULL"
BROUGHT_BACK = f"""
INSERT INTO messaging_participant ({SEATS}) SELECT {SEATS} FROM messaging_support_seats ON CONFLICT DO NOTHING;
DROP TABLE messaging_support_seats
"""
# The oldest conversation of two people keeps all their words.
KEPT = """
SELECT min(id) OVER (PARTITION BY least(buyer_id, seller_id), greatest(buyer_id, seller_id)) AS kept, id
FROM messaging_conversation WHERE buyer_id IS NOT NULL
"""
OF_SEVERAL = f"SELECT id FROM ({KEPT}) AS pairs WHERE kept IN (SELECT kept FROM ({KEPT}) AS pairs WHERE kept <> id)"
# How far somebody has read in any of the talks, for there is one moment for all of them: what is unread in another one still
# stands at the bell.
READ = """
(SELECT max(CASE WHEN other.buyer_id = kept.{0}_id THEN other.buyer_read_at ELSE other.seller_read_at END)
 FROM messaging_conversation AS other
 WHERE least(other.buyer_id, other.seller_id) = least(kept.buyer_id, kept.seller_id)
    AND greatest(other.buyer_id, other.seller_id) = greatest(kept.buyer_id, kept.seller_id))
"""
MERGED = (
    # The release before knows of no withdrawing and would serve them again.
    """
    DELETE FROM messaging_messageattachment WHERE message_id IN (
        SELECT id FROM messaging_message WHERE withdrawn_at IS NOT NULL)
    """,
    f"""
    UPDATE messaging_conversation AS kept SET buyer_read_at = {READ.format("buyer")}, seller_read_at = {READ.format("seller")},
        last_sequence = 0
    WHERE id IN ({OF_SEVERAL})
    """,
    f"DELETE FROM messaging_participant WHERE conversation_id IN ({OF_SEVERAL})",
    f"""
    UPDATE messaging_message AS message SET conversation_id = pairs.kept, sequence = NULL
    FROM ({KEPT}) AS pairs WHERE message.conversation_id = pairs.id AND pairs.id IN ({OF_SEVERAL})
    """,
    f"""
    UPDATE messaging_conversation AS conversation SET last_message_at = newest.at
    FROM (SELECT conversation_id, max(created_at) AS at FROM messaging_message GROUP BY 1) AS newest
    WHERE newest.conversation_id = conversation.id
        AND conversation.id IN (SELECT kept FROM ({KEPT}) AS pairs WHERE kept <> id)
    """,
    f"DELETE FROM messaging_conversation WHERE id IN (SELECT id FROM ({KEPT}) AS pairs WHERE kept <> id)",
)


def number(apps, schema_editor):
    """Number the messages and name the participants of every conversation."""
    with transaction.atomic(), schema_editor.connection.cursor() as cursor:
        cursor.execute(ARE_PUT_AWAY)
        if cursor.fetchone()[0]:
            cursor.execute(BROUGHT_BACK)
    for batch in batches(apps.get_model("messaging", "Conversation")):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            for statement in (LOCKED, NUMBERED, COUNTED, TOOK_PART):
                cursor.execute(statement, {"ids": batch})


def batches(conversations):
    """Keys of conversations, so many together that writers wait for a moment only."""
    last, batch, messages = 0, [], 0
    sizes = conversations.objects.order_by("pk").annotate(size=Count("messages")).values_list("pk", "size")
    while found := list(sizes.filter(pk__gt=last)[:BATCH]):
        for key, size in found:
            if batch and messages + size > AT_ONCE:
                yield batch
                batch, messages = [], 0
            batch.append(key)
            messages += size
        yield batch
        last, batch, messages = found[-1][0], [], 0


def merge(apps, schema_editor):
    """Every word of two people into one conversation. Support's stay where they are, seen by nobody until this comes again."""
    with transaction.atomic(), schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        for statement in (PUT_AWAY, *MERGED):
            cursor.execute(statement)


def one(model: str, name: str, fields: tuple[str, ...], columns: str, condition: Q, where: str):
    """As accounts 0008: a unique constraint with a condition is an index, and made without keeping writers out.

    Made before, it is left alone; one that broke off (INVALID) is made anew.
    """

    def make(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
            is_valid = cursor.fetchone()
            if is_valid == (True,):
                return
            if is_valid:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")
            cursor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON messaging_{model} ({columns}) WHERE {where}")

    def drop(apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    constraint = models.UniqueConstraint(fields=fields, condition=condition, name=name)
    return migrations.SeparateDatabaseAndState(
        [migrations.RunPython(make, drop, elidable=False)], [migrations.AddConstraint(model, constraint)]
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0002_participants")]
    operations = [
        one(
            "conversation",
            "messaging_direct_pair",
            ("buyer", "seller"),
            "buyer_id, seller_id",
            Q(kind="direct"),
            "kind = 'direct'",
        ),
        one(
            "message",
            "messaging_message_number",
            ("conversation", "sequence"),
            "conversation_id, sequence",
            Q(sequence__isnull=False),
            "sequence IS NOT NULL",
        ),
        one(
            "message",
            "messaging_message_once",
            ("conversation", "sender", "client_id"),
            "conversation_id, sender_id, client_id",
            Q(client_id__isnull=False),
            "client_id IS NOT NULL",
        ),
        # After the indexes, so that it is undone before they are gone.
        migrations.RunPython(number, merge, elidable=False),
        ValidateConstraint("conversation", "messaging_conversation_kind"),
    ]
