"""What the search cluster has not been told of yet, noted by the database itself, so that no way to change a gig is forgotten.

Nothing is noted while no cluster is kept (discovery_searchreplica is empty). Rows are only ever added here: nobody waits.
"""

from django.db import migrations, models
from django.db.models.functions import Now

_NOTE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM discovery_searchreplica) THEN
        INSERT INTO discovery_searchchange (gig_id, created_at) {gigs};
    END IF;
    RETURN NULL;
END $$;
"""
FUNCTIONS = {
    "discovery_note_document": "VALUES (NEW.gig_id, clock_timestamp())",
    "discovery_note_gone": "VALUES (OLD.gig_id, clock_timestamp())",
    "discovery_note_gig": "VALUES (NEW.id, clock_timestamp())",
    "discovery_note_profile": "SELECT id, clock_timestamp() FROM gigs_gig WHERE seller_id = NEW.user_id",
}
# Name, table, when, function. The columns are those that replica/documents.py writes down and the document itself has not: a change
# of price, level, status and the like changes the document (0007), and that is noted once.
TRIGGERS = [
    ("discovery_document_made", "discovery_gigdocument", "INSERT", "", "discovery_note_document"),
    ("discovery_document_gone", "discovery_gigdocument", "DELETE", "", "discovery_note_gone"),
    (
        "discovery_gig_changed", "gigs_gig", "UPDATE",
        "OLD.title IS DISTINCT FROM NEW.title", "discovery_note_gig",
    ),
    (
        "discovery_profile_changed", "accounts_userprofile", "UPDATE",
        "OLD.display_name IS DISTINCT FROM NEW.display_name", "discovery_note_profile",
    ),
]
FORWARD = "".join(_NOTE.format(name=name, gigs=gigs) for name, gigs in FUNCTIONS.items()) + "".join(
    f"CREATE OR REPLACE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW {f'WHEN ({condition})' if condition else ''} "
    f"EXECUTE FUNCTION {function}();\n"
    for name, table, when, condition, function in TRIGGERS
)
BACKWARD = "".join(f"DROP TRIGGER IF EXISTS {name} ON {table};\n" for name, table, *_rest in TRIGGERS) + "".join(
    f"DROP FUNCTION IF EXISTS {name}();\n" for name in FUNCTIONS
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('discovery', '0004_thesaurus'),
        ('gigs', '0002_services'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchReplica',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='name')),
                ('since', models.DateTimeField(auto_now_add=True, verbose_name='since')),
            ],
            options={
                'verbose_name': 'search cluster',
                'verbose_name_plural': 'search clusters',
            },
        ),
        migrations.CreateModel(
            name='SearchChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gig_id', models.BigIntegerField(verbose_name='service')),
                ('created_at', models.DateTimeField(db_default=Now(), verbose_name='created at')),
            ],
            options={
                'verbose_name': 'change to send',
                'verbose_name_plural': 'changes to send',
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
