"""Who takes part, the number of a message in its conversation, conversations of orders and with support.

The release before goes on writing meanwhile: it knows neither numbers nor participants, so two triggers add them to what it
inserts and a third carries over what it notes as read (dropped with its columns, one release later). And it may come back: what could not be undone without losing words
(NULL where there was none, one conversation for each pair) stays as it is then, which it can live with.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION messaging_number_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence IS NULL THEN
        -- In a conversation that 0003 has not numbered yet, room is left for what stands there.
        UPDATE messaging_conversation SET last_sequence = 1 + CASE WHEN last_sequence > 0 THEN last_sequence
            ELSE (SELECT count(*) FROM messaging_message WHERE conversation_id = NEW.conversation_id) END
        WHERE id = NEW.conversation_id RETURNING last_sequence INTO NEW.sequence;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER messaging_message_numbered BEFORE INSERT ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION messaging_number_message();

CREATE FUNCTION messaging_add_participants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'direct' AND NOT EXISTS (SELECT FROM messaging_participant WHERE conversation_id = NEW.id) THEN
        INSERT INTO messaging_participant
            (conversation_id, user_id, role, joined_at, delivered_sequence, read_sequence)
        VALUES (NEW.id, NEW.buyer_id, 'buyer', NEW.created_at, 0, 0),
            (NEW.id, NEW.seller_id, 'seller', NEW.created_at, 0, 0);
    END IF;
    RETURN NULL;
END $$;
-- Deferred: this release writes them itself, after the conversation.
CREATE CONSTRAINT TRIGGER messaging_conversation_peopled AFTER INSERT ON messaging_conversation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION messaging_add_participants();

CREATE FUNCTION messaging_carry_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_participant AS seat SET read_sequence = mark.sequence,
        delivered_sequence = greatest(seat.delivered_sequence, mark.sequence)
    FROM (VALUES ('buyer', NEW.buyer_read_at, OLD.buyer_read_at), ('seller', NEW.seller_read_at, OLD.seller_read_at))
            AS read (role, at, before)
        CROSS JOIN LATERAL (
            SELECT max(message.sequence) AS sequence FROM messaging_message AS message
            WHERE message.conversation_id = NEW.id AND message.created_at <= read.at
        ) AS mark
    WHERE seat.conversation_id = NEW.id AND seat.role = read.role AND read.at IS DISTINCT FROM read.before
        AND mark.sequence > seat.read_sequence;
    RETURN NULL;
END $$;
-- This release moves the number together with the moment, or the mark before it.
CREATE TRIGGER messaging_conversation_read AFTER UPDATE OF buyer_read_at, seller_read_at ON messaging_conversation
    FOR EACH ROW WHEN (NEW.last_sequence = OLD.last_sequence) EXECUTE FUNCTION messaging_carry_marks();
"""
NO_TRIGGERS = """
DROP TRIGGER messaging_conversation_read ON messaging_conversation;
DROP FUNCTION messaging_carry_marks();
DROP TRIGGER messaging_conversation_peopled ON messaging_conversation;
DROP TRIGGER messaging_message_numbered ON messaging_message;
DROP FUNCTION messaging_add_participants();
DROP FUNCTION messaging_number_message();
"""


def takes_null(model: str, name: str, column: str, field: models.Field) -> migrations.RunSQL:
    """NULL is allowed from now on, and stays allowed when this is taken back."""
    return migrations.RunSQL(
        f"ALTER TABLE messaging_{model} ALTER COLUMN {column} DROP NOT NULL",
        migrations.RunSQL.noop,
        state_operations=[migrations.AlterField(model, name, field)],
    )


class Migration(migrations.Migration):

    dependencies = [
        ('gigs', '0004_old_days'),
        ('messaging', '0001_initial'),
        ('orders', '0007_clocks_of_running_orders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AwayReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField(default=True, verbose_name='in use')),
                ('body', models.TextField(max_length=500, verbose_name='text')),
                ('hours_from', models.TimeField(verbose_name='answers from')),
                ('hours_to', models.TimeField(verbose_name='answers until')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'automatic reply',
                'verbose_name_plural': 'automatic replies',
            },
        ),
        migrations.CreateModel(
            name='MessageRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.TextField(verbose_name='text')),
                ('replaced_at', models.DateTimeField(verbose_name='replaced at')),
            ],
            options={
                'verbose_name': 'earlier wording',
                'verbose_name_plural': 'earlier wordings',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('person', 'Person'), ('support', 'Support')], max_length=7, verbose_name='role')),
                ('joined_at', models.DateTimeField(verbose_name='joined at')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left at')),
                ('delivered_sequence', models.PositiveBigIntegerField(default=0)),
                ('read_sequence', models.PositiveBigIntegerField(default=0)),
                ('muted_until', models.DateTimeField(blank=True, null=True, verbose_name='muted until')),
                ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived at')),
                ('away_told_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'participant',
                'verbose_name_plural': 'participants',
                'ordering': ['pk'],
            },
        ),
        migrations.AlterModelOptions(
            name='conversation',
            options={'ordering': ['-last_message_at', '-pk'], 'permissions': [('answer_as_support', 'Can read and answer where support takes part')], 'verbose_name': 'conversation', 'verbose_name_plural': 'conversations'},
        ),
        migrations.RunSQL(
            "ALTER TABLE messaging_conversation DROP CONSTRAINT IF EXISTS messaging_conversation_pair",
            migrations.RunSQL.noop,
            state_operations=[migrations.RemoveConstraint('conversation', 'messaging_conversation_pair')],
        ),
        migrations.AddField(
            model_name='conversation',
            name='kind',
            field=models.CharField(choices=[('direct', 'Before an order'), ('order', 'About an order'), ('support', 'With support')], db_default='direct', default='direct', max_length=7, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='last_sequence',
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='conversation',
            name='order',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversation', to='orders.order'),
        ),
        migrations.AddField(
            model_name='message',
            name='about',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='gigs.gig'),
        ),
        migrations.AddField(
            model_name='message',
            name='client_id',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='edited_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='edited at'),
        ),
        migrations.AddField(
            model_name='message',
            name='event',
            field=models.CharField(blank=True, choices=[('support_joined', 'Support has joined'), ('support_left', 'Support has left'), ('support_solved', 'Support has marked the question as solved')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('text', 'Message'), ('auto', 'Automatic reply'), ('system', 'From the platform')], db_default='text', default='text', max_length=6, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='message',
            name='quoted',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='message',
            name='sequence',
            field=models.PositiveBigIntegerField(null=True, verbose_name='number'),
        ),
        migrations.AddField(
            model_name='message',
            name='withdrawn_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='withdrawn at'),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='duration_seconds',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='height',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='kind',
            field=models.CharField(choices=[('file', 'File'), ('image', 'Picture'), ('audio', 'Voice message')], db_default='file', default='file', max_length=5),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='previews',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='sha256',
            field=models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AddField(
            model_name='messageattachment',
            name='width',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        takes_null(
            'conversation', 'buyer', 'buyer_id',
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations_as_buyer', to=settings.AUTH_USER_MODEL),
        ),
        takes_null(
            'conversation', 'seller', 'seller_id',
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='conversations_as_seller', to=settings.AUTH_USER_MODEL),
        ),
        takes_null(
            'message', 'sender', 'sender_id',
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        takes_null(
            'messagetemplate', 'owner', 'owner_id',
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='message_templates', to=settings.AUTH_USER_MODEL),
        ),
        AddConstraintNotValid(
            model_name='conversation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('buyer__isnull', False), ('kind', 'direct'), ('order__isnull', True), ('seller__isnull', False)), models.Q(('buyer__isnull', False), ('kind', 'order'), ('order__isnull', False), ('seller__isnull', False)), models.Q(('buyer__isnull', True), ('kind', 'support'), ('order__isnull', True), ('seller__isnull', True)), _connector='OR'), name='messaging_conversation_kind'),
        ),
        migrations.AddField(
            model_name='awayreply',
            name='owner',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='away_reply', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messagerevision',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='participant',
            name='conversation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='messaging.conversation'),
        ),
        migrations.AddField(
            model_name='participant',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='participations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(condition=models.Q(('left_at__isnull', True), ('role', 'support')), fields=['joined_at'], name='messaging_with_support'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('conversation', 'user'), name='messaging_participant_once'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('conversation', 'role'), name='messaging_participant_role'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'support'), ('user__isnull', True)), models.Q(('user__isnull', False), models.Q(('role', 'support'), _negated=True)), _connector='OR'), name='messaging_participant_user'),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
