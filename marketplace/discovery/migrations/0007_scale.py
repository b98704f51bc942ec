"""Documents carry what a search filters and sorts by, kept by the database itself (0005 tells the cluster the same way).

Whatever changes a gig, its figures, its seller's level or account touches the document in the same transaction, and the document's
own trigger reads all of it anew. It runs after the row was locked, so of two changes the later one sees both.
"""

import django.utils.timezone
from django.db import migrations, models

DOCUMENT = "discovery_gigdocument"
# Twenty steps for each factor e of orders, weighed by a rating that is pulled towards 4.6 while there are few (scorer.py).
FUNCTIONS = """
CREATE OR REPLACE FUNCTION discovery_fill_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT gig.seller_id, gig.status = 'live' AND account.is_active, coalesce(profile.level, ''),
           coalesce(figures.price_from_fen, 0), coalesce(figures.delivery_days_from, 0),
           coalesce(figures.orders_completed, 0), coalesce(figures.rating_sum, 0), coalesce(figures.rating_count, 0)
      INTO NEW.seller_id, NEW.is_listed, NEW.level, NEW.price_fen, NEW.delivery_days, NEW.orders, NEW.rating_sum, NEW.rating_count
      FROM gigs_gig gig
      JOIN accounts_user account ON account.id = gig.seller_id
      LEFT JOIN accounts_userprofile profile ON profile.user_id = gig.seller_id
      LEFT JOIN gigs_gigstats figures ON figures.gig_id = gig.id
     WHERE gig.id = NEW.gig_id;
    IF NOT FOUND THEN  -- the foreign key will refuse it at the end of the transaction
        NEW.seller_id := 0; NEW.is_listed := false; NEW.level := ''; NEW.price_fen := 0; NEW.delivery_days := 0;
        NEW.orders := 0; NEW.rating_sum := 0; NEW.rating_count := 0;
    END IF;
    NEW.popularity := round(20 * (1 + ln(1 + NEW.orders) * (46 + NEW.rating_sum) / (10 + NEW.rating_count) / 5));
    IF TG_OP = 'INSERT' THEN
        NEW.words := NEW.words || array_to_tsvector(ARRAY['cat:' || NEW.category_slug, 'cat:' || NEW.subcategory_slug]);
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION discovery_touch_gig() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE discovery_gigdocument SET gig_id = gig_id WHERE gig_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION discovery_touch_figures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE discovery_gigdocument SET gig_id = gig_id WHERE gig_id = NEW.gig_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION discovery_touch_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE discovery_gigdocument SET gig_id = gig_id WHERE gig_id IN (SELECT id FROM gigs_gig WHERE seller_id = NEW.user_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION discovery_outdate_profile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN  -- what is made in Python is made anew within a minute (tasks.catch_up)
    UPDATE discovery_gigdocument SET indexed_at = 'epoch' WHERE gig_id IN (SELECT id FROM gigs_gig WHERE seller_id = NEW.user_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION discovery_touch_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE discovery_gigdocument SET gig_id = gig_id WHERE gig_id IN (SELECT id FROM gigs_gig WHERE seller_id = NEW.id);
    RETURN NULL;
END $$;
"""
_COLUMNS = (
    "words", "title_tokens", "tag_tokens", "body_tokens", "category_slug", "subcategory_slug", "attributes", "seller_id",
    "is_listed", "level", "price_fen", "delivery_days", "orders", "rating_sum", "rating_count",
)
CHANGED = " IS DISTINCT FROM ".join(f"({', '.join(f'{row}.{column}' for column in _COLUMNS)})" for row in ("OLD", "NEW"))
# Name, table, when, condition, function.
TRIGGERS = [
    ("discovery_document_filled", DOCUMENT, "BEFORE INSERT OR UPDATE", "", "discovery_fill_document"),
    # For the cluster (0005). A document that was indexed again and is as it was is no change.
    ("discovery_document_changed", DOCUMENT, "AFTER UPDATE", CHANGED, "discovery_note_document"),
    (
        "discovery_gig_touched", "gigs_gig", "AFTER UPDATE",
        "(OLD.status, OLD.seller_id) IS DISTINCT FROM (NEW.status, NEW.seller_id)", "discovery_touch_gig",
    ),
    ("discovery_figures_made", "gigs_gigstats", "AFTER INSERT", "", "discovery_touch_figures"),
    (
        "discovery_figures_touched", "gigs_gigstats", "AFTER UPDATE",
        "(OLD.price_from_fen, OLD.delivery_days_from, OLD.orders_completed, OLD.rating_sum, OLD.rating_count) IS DISTINCT FROM "
        "(NEW.price_from_fen, NEW.delivery_days_from, NEW.orders_completed, NEW.rating_sum, NEW.rating_count)",
        "discovery_touch_figures",
    ),
    (
        "discovery_profile_touched", "accounts_userprofile", "AFTER UPDATE",
        "OLD.level IS DISTINCT FROM NEW.level", "discovery_touch_profile",
    ),
    (
        "discovery_profile_outdated", "accounts_userprofile", "AFTER UPDATE",
        "(OLD.languages, OLD.display_name) IS DISTINCT FROM (NEW.languages, NEW.display_name)", "discovery_outdate_profile",
    ),
    (
        "discovery_account_touched", "accounts_user", "AFTER UPDATE",
        "OLD.is_active IS DISTINCT FROM NEW.is_active", "discovery_touch_account",
    ),
]  # fmt: skip
FORWARD = FUNCTIONS + "".join(
    f"CREATE OR REPLACE TRIGGER {name} {when} ON {table} FOR EACH ROW {f'WHEN ({condition})' if condition else ''} "
    f"EXECUTE FUNCTION {function}();\n"
    for name, table, when, condition, function in TRIGGERS
)
BACKWARD = "".join(f"DROP TRIGGER IF EXISTS {name} ON {table};\n" for name, table, *_rest in TRIGGERS) + "".join(
    f"DROP FUNCTION IF EXISTS {name}();\n"
    for name in sorted({function for *_rest, function in TRIGGERS if function != "discovery_note_document"})
)


class Migration(migrations.Migration):

    dependencies = [
        ('discovery', '0006_first_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='LexiconSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField(verbose_name='content')),
                ('documents', models.PositiveIntegerField(verbose_name='services counted')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': "count of the catalogue's words",
                'verbose_name_plural': "counts of the catalogue's words",
            },
        ),
        *(
            migrations.AddField('gigdocument', name, field)
            for name, field in (
                ('seller_id', models.BigIntegerField(db_default=0, default=0, editable=False)),
                ('is_listed', models.BooleanField(db_default=False, default=False, editable=False)),
                ('price_fen', models.BigIntegerField(db_default=0, default=0, editable=False)),
                ('delivery_days', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('level', models.CharField(db_default='', default='', editable=False, max_length=8)),
                ('orders', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('rating_sum', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('rating_count', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('popularity', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
            )
        ),
        migrations.AlterField(
            model_name='gigdocument',
            name='indexed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
