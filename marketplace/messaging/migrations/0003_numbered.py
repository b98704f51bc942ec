"""What stands there already gets numbers and participants, in batches; unique indexes are made beside the running portal.

Taken back, the talk about each order goes into the one conversation that the release before knows of two people. Lost are then
the files of withdrawn messages, earlier wordings, and messages that were held back for moderators: it has no place for them.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models, transaction
from django.db.models import Q

BATCH = 500

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
UNION ALL
-- Only where this release was taken back and has come again: who turned to support wrote first.
SELECT c.id, (
    SELECT sender_id FROM messaging_message AS m WHERE m.conversation_id = c.id AND sender_id IS NOT NULL
    ORDER BY id LIMIT 1
), 'person', c.created_at, 0, 0
FROM messaging_conversation AS c WHERE c.id = ANY(%(ids)s) AND c.buyer_id IS NULL AND EXISTS (
    SELECT FROM messaging_message AS m WHERE m.conversation_id = c.id AND sender_id IS NOT NULL)
ON CONFLICT DO NOTHING
"""
# The oldest conversation of two people keeps all their words.
KEPT = """
SELECT min(id) OVER (PARTITION BY least(buyer_id, seller_id), greatest(buyer_id, seller_id)) AS kept, id
FROM messaging_conversation WHERE buyer_id IS NOT NULL
"""
MERGED = (
    # The release before knows of no withdrawing and would serve them again.
    """
    DELETE FROM messaging_messageattachment WHERE message_id IN (
        SELECT id FROM messaging_message WHERE withdrawn_at IS NOT NULL)
    """,
    f"""
    UPDATE messaging_message AS message SET conversation_id = pairs.kept, sequence = NULL
    FROM ({KEPT}) AS pairs WHERE message.conversation_id = pairs.id AND pairs.kept <> pairs.id
    """,
    f"DELETE FROM messaging_participant WHERE conversation_id IN (SELECT id FROM ({KEPT}) AS pairs WHERE kept <> id)",
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
    Conversation, last = apps.get_model("messaging", "Conversation"), 0
    keys = Conversation.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(keys.filter(pk__gt=last)[:BATCH]):
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            for statement in (LOCKED, NUMBERED, COUNTED, TOOK_PART):
                cursor.execute(statement, {"ids": batch})
        last = batch[-1]


def merge(apps, schema_editor):
    """Every word of two people into one conversation. Support's stay where they are, seen by nobody until this comes again."""
    with transaction.atomic(), schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        for statement in MERGED:
            cursor.execute(statement)


def one(model: str, name: str, fields: tuple[str, ...], columns: str, condition: Q, where: str) -> migrations.RunSQL:
    """As accounts 0008: a unique constraint with a condition is an index, and made without keeping writers out."""
    return migrations.RunSQL(
        sql=f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON messaging_{model} ({columns}) WHERE {where}",
        reverse_sql=f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        state_operations=[
            migrations.AddConstraint(model, models.UniqueConstraint(fields=fields, condition=condition, name=name))
        ],
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
