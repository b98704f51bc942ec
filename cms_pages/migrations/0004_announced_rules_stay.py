"""What was announced stays as it was announced: the database refuses to change or delete it, whoever asks.

What may still be written: the withdrawal, how far members were told, when its figures were put into force and which held.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION cms_announced_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.announced_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'version % of % was announced: it cannot be deleted', OLD.number, OLD.document
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.document, OLD.number, OLD.changes_zh, OLD.changes_en, OLD.body_zh, OLD.body_en, OLD.announced_at,
        OLD.comments_until, OLD.effective_at, OLD.new_figures)
       IS DISTINCT FROM
       (NEW.id, NEW.document, NEW.number, NEW.changes_zh, NEW.changes_en, NEW.body_zh, NEW.body_en, NEW.announced_at,
        NEW.comments_until, NEW.effective_at, NEW.new_figures)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
       OR (OLD.applied_at IS NOT NULL AND NEW.applied_at IS DISTINCT FROM OLD.applied_at)
    THEN
        RAISE EXCEPTION 'version % of % was announced: it cannot be changed', OLD.number, OLD.document
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER cms_announced_rules_stay BEFORE UPDATE OR DELETE ON cms_pages_rulestext
    FOR EACH ROW EXECUTE FUNCTION cms_announced_rules_stay();
"""

BACKWARD = """
DROP TRIGGER cms_announced_rules_stay ON cms_pages_rulestext;
DROP FUNCTION cms_announced_rules_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("cms_pages", "0003_documents_of_pages")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
