"""The database refuses to change what only grows. A copy of its day; what stands is in `decisions/ledger/guards/`."""

from django.db import migrations

POSTGRESQL = (
    """
CREATE OR REPLACE FUNCTION groundwork_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % refused', TG_ARGV[0], lower(TG_OP) USING ERRCODE = 'restrict_violation';
END $$
""",
    """
CREATE TRIGGER groundwork_logentry_no_change BEFORE UPDATE OR DELETE ON decisions_logentry
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('The log only grows')
""",
    """
CREATE TRIGGER groundwork_logentry_no_truncate BEFORE TRUNCATE ON decisions_logentry
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('The log only grows')
""",
    """
CREATE TRIGGER groundwork_revision_no_change BEFORE UPDATE OR DELETE ON decisions_recordrevision
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Revisions are kept as they were')
""",
    """
CREATE TRIGGER groundwork_revision_no_truncate BEFORE TRUNCATE ON decisions_recordrevision
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Revisions are kept as they were')
""",
    """
CREATE TRIGGER groundwork_framework_no_change BEFORE UPDATE OR DELETE ON decisions_frameworkversion
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Framework versions are kept as they were')
""",
    """
CREATE TRIGGER groundwork_framework_no_truncate BEFORE TRUNCATE ON decisions_frameworkversion
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Framework versions are kept as they were')
""",
    """
CREATE OR REPLACE FUNCTION groundwork_record_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['state', 'withdrawn_at', 'withdrawn_why', 'updated_at', 'created_by_id'];
BEGIN
    IF (to_jsonb(OLD) - may_change) IS DISTINCT FROM (to_jsonb(NEW) - may_change)
        OR (OLD.state <> 'accepted' AND NEW.state <> OLD.state)
        OR NEW.state NOT IN ('accepted', 'superseded', 'withdrawn')
        OR (OLD.state = 'accepted' AND NEW.state = 'superseded' AND NOT EXISTS (
            SELECT 1 FROM decisions_record r WHERE r.supersedes_id = OLD.id AND r.number IS NOT NULL))
    THEN
        RAISE EXCEPTION 'An accepted record never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER groundwork_record_frozen BEFORE UPDATE ON decisions_record
FOR EACH ROW WHEN (OLD.state IN ('accepted', 'superseded', 'withdrawn'))
EXECUTE FUNCTION groundwork_record_frozen()
""",
    """
CREATE TRIGGER groundwork_record_no_delete BEFORE DELETE ON decisions_record
FOR EACH ROW WHEN (OLD.number IS NOT NULL)
EXECUTE FUNCTION groundwork_refuse('An accepted record is kept')
""",
    """
CREATE TRIGGER groundwork_record_no_truncate BEFORE TRUNCATE ON decisions_record
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Accepted records are kept')
""",
    """
CREATE OR REPLACE FUNCTION groundwork_supersede() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE decisions_record SET state = 'superseded' WHERE id = NEW.supersedes_id AND state = 'accepted';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only an accepted record can be superseded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER groundwork_record_supersede AFTER UPDATE ON decisions_record
FOR EACH ROW WHEN (NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NEW.supersedes_id IS NOT NULL)
EXECUTE FUNCTION groundwork_supersede()
""",
    """
CREATE OR REPLACE FUNCTION groundwork_signoff_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_record uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.record_id ELSE OLD.record_id END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'user_id') = (to_jsonb(NEW) - 'user_id') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = the_record AND r.number IS NOT NULL) THEN
        RAISE EXCEPTION 'The sign-offs of an accepted record never change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER groundwork_signoff_frozen BEFORE INSERT OR UPDATE OR DELETE ON decisions_signoff
FOR EACH ROW EXECUTE FUNCTION groundwork_signoff_frozen()
""",
)
SQLITE = (
    """
CREATE TRIGGER groundwork_logentry_no_update BEFORE UPDATE ON decisions_logentry
BEGIN SELECT RAISE(ABORT, 'The log only grows: update refused'); END
""",
    """
CREATE TRIGGER groundwork_logentry_no_delete BEFORE DELETE ON decisions_logentry
BEGIN SELECT RAISE(ABORT, 'The log only grows: delete refused'); END
""",
    """
CREATE TRIGGER groundwork_revision_no_update BEFORE UPDATE ON decisions_recordrevision
BEGIN SELECT RAISE(ABORT, 'Revisions are kept as they were: update refused'); END
""",
    """
CREATE TRIGGER groundwork_revision_no_delete BEFORE DELETE ON decisions_recordrevision
BEGIN SELECT RAISE(ABORT, 'Revisions are kept as they were: delete refused'); END
""",
    """
CREATE TRIGGER groundwork_framework_no_update BEFORE UPDATE ON decisions_frameworkversion
BEGIN SELECT RAISE(ABORT, 'Framework versions are kept as they were: update refused'); END
""",
    """
CREATE TRIGGER groundwork_framework_no_delete BEFORE DELETE ON decisions_frameworkversion
BEGIN SELECT RAISE(ABORT, 'Framework versions are kept as they were: delete refused'); END
""",
    """
CREATE TRIGGER groundwork_record_frozen BEFORE UPDATE ON decisions_record
WHEN OLD.state IN ('accepted', 'superseded', 'withdrawn') AND (
    (OLD."id" IS NOT NEW."id" OR OLD."number" IS NOT NEW."number" OR OLD."content" IS NOT NEW."content" OR OLD."canonical" IS NOT NEW."canonical" OR OLD."content_hash" IS NOT NEW."content_hash" OR OLD."revision" IS NOT NEW."revision" OR OLD."section_versions" IS NOT NEW."section_versions" OR OLD."minutes" IS NOT NEW."minutes" OR OLD."owner_contacts" IS NOT NEW."owner_contacts" OR OLD."approach" IS NOT NEW."approach" OR OLD."workshop_ref" IS NOT NEW."workshop_ref" OR OLD."created_at" IS NOT NEW."created_at" OR OLD."sign_off_opened_at" IS NOT NEW."sign_off_opened_at" OR OLD."accepted_at" IS NOT NEW."accepted_at" OR OLD."accepted_by" IS NOT NEW."accepted_by" OR OLD."document" IS NOT NEW."document" OR OLD."decision_id" IS NOT NEW."decision_id" OR OLD."team_id" IS NOT NEW."team_id" OR OLD."supersedes_id" IS NOT NEW."supersedes_id")
    OR (OLD.state <> 'accepted' AND NEW.state <> OLD.state)
    OR NEW.state NOT IN ('accepted', 'superseded', 'withdrawn')
    OR (OLD.state = 'accepted' AND NEW.state = 'superseded' AND NOT EXISTS (
        SELECT 1 FROM decisions_record r WHERE r.supersedes_id = OLD.id AND r.number IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'An accepted record never changes'); END
""",
    """
CREATE TRIGGER groundwork_record_no_delete BEFORE DELETE ON decisions_record
WHEN OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'An accepted record is never deleted'); END
""",
    """
CREATE TRIGGER groundwork_record_supersede AFTER UPDATE ON decisions_record
WHEN NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NEW.supersedes_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'Only an accepted record can be superseded')
    WHERE NOT EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = NEW.supersedes_id AND r.state = 'accepted');
    UPDATE decisions_record SET state = 'superseded' WHERE id = NEW.supersedes_id;
END
""",
    """
CREATE TRIGGER groundwork_signoff_no_insert BEFORE INSERT ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = NEW.record_id AND r.number IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END
""",
    """
CREATE TRIGGER groundwork_signoff_no_update BEFORE UPDATE ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = OLD.record_id AND r.number IS NOT NULL) AND (OLD."id" IS NOT NEW."id" OR OLD."role" IS NOT NEW."role" OR OLD."name" IS NOT NEW."name" OR OLD."email" IS NOT NEW."email" OR OLD."token_hash" IS NOT NEW."token_hash" OR OLD."position" IS NOT NEW."position" OR OLD."note" IS NOT NEW."note" OR OLD."content_hash" IS NOT NEW."content_hash" OR OLD."signed_at" IS NOT NEW."signed_at" OR OLD."voided_at" IS NOT NEW."voided_at" OR OLD."voided_why" IS NOT NEW."voided_why" OR OLD."record_id" IS NOT NEW."record_id")
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END
""",
    """
CREATE TRIGGER groundwork_signoff_no_delete BEFORE DELETE ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = OLD.record_id AND r.number IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END
""",
)
POSTGRESQL_TRIGGERS = (
    ("groundwork_logentry_no_change", "decisions_logentry"),
    ("groundwork_logentry_no_truncate", "decisions_logentry"),
    ("groundwork_revision_no_change", "decisions_recordrevision"),
    ("groundwork_revision_no_truncate", "decisions_recordrevision"),
    ("groundwork_framework_no_change", "decisions_frameworkversion"),
    ("groundwork_framework_no_truncate", "decisions_frameworkversion"),
    ("groundwork_record_frozen", "decisions_record"),
    ("groundwork_record_no_delete", "decisions_record"),
    ("groundwork_record_no_truncate", "decisions_record"),
    ("groundwork_record_supersede", "decisions_record"),
    ("groundwork_signoff_frozen", "decisions_signoff"),
)
SQLITE_TRIGGERS = (
    "groundwork_logentry_no_update",
    "groundwork_logentry_no_delete",
    "groundwork_revision_no_update",
    "groundwork_revision_no_delete",
    "groundwork_framework_no_update",
    "groundwork_framework_no_delete",
    "groundwork_record_frozen",
    "groundwork_record_no_delete",
    "groundwork_record_supersede",
    "groundwork_signoff_no_insert",
    "groundwork_signoff_no_update",
    "groundwork_signoff_no_delete",
)
FUNCTIONS = (
    "groundwork_refuse",
    "groundwork_record_frozen",
    "groundwork_supersede",
    "groundwork_signoff_frozen",
)


def install(apps, schema_editor):
    """Anew: a migrate that stopped on the way has put the guards of today in place."""
    drop(schema_editor)
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)


def drop(schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table in POSTGRESQL_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}", None)
    else:
        for name in SQLITE_TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", None)


def remove(apps, schema_editor):
    drop(schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        for name in FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE", None)


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
