-- What PostgreSQL refuses. Each statement is headed by its table; functions by none.

-- on
CREATE OR REPLACE FUNCTION groundwork_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % refused', TG_ARGV[0], lower(TG_OP) USING ERRCODE = 'restrict_violation';
END $$

-- on decisions_logentry
CREATE TRIGGER groundwork_logentry_no_change BEFORE UPDATE OR DELETE ON decisions_logentry
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('The log only grows')

-- on decisions_logentry
CREATE TRIGGER groundwork_logentry_no_truncate BEFORE TRUNCATE ON decisions_logentry
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('The log only grows')

-- on decisions_rowhash
CREATE TRIGGER groundwork_rowhash_no_change BEFORE UPDATE OR DELETE ON decisions_rowhash
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('The log only grows')

-- on decisions_rowhash
CREATE TRIGGER groundwork_rowhash_no_truncate BEFORE TRUNCATE ON decisions_rowhash
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('The log only grows')

-- on decisions_recordrevision
CREATE TRIGGER groundwork_revision_no_change BEFORE UPDATE OR DELETE ON decisions_recordrevision
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Revisions are kept as they were')

-- on decisions_recordrevision
CREATE TRIGGER groundwork_revision_no_truncate BEFORE TRUNCATE ON decisions_recordrevision
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Revisions are kept as they were')

-- on decisions_frameworkversion
CREATE TRIGGER groundwork_framework_no_change BEFORE UPDATE OR DELETE ON decisions_frameworkversion
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Framework versions are kept as they were')

-- on decisions_frameworkversion
CREATE TRIGGER groundwork_framework_no_truncate BEFORE TRUNCATE ON decisions_frameworkversion
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Framework versions are kept as they were')

-- on
CREATE OR REPLACE FUNCTION groundwork_audit_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'address') IS DISTINCT FROM (to_jsonb(NEW) - 'address') OR NEW.address <> '' THEN
        RAISE EXCEPTION 'The audit page only grows: update refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$

-- on decisions_auditevent
CREATE TRIGGER groundwork_audit_frozen BEFORE UPDATE ON decisions_auditevent
FOR EACH ROW EXECUTE FUNCTION groundwork_audit_frozen()

-- on decisions_auditevent
CREATE TRIGGER groundwork_audit_no_delete BEFORE DELETE ON decisions_auditevent
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('The audit page only grows')

-- on decisions_auditevent
CREATE TRIGGER groundwork_audit_no_truncate BEFORE TRUNCATE ON decisions_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('The audit page only grows')

-- on workshops_minute
CREATE TRIGGER groundwork_minute_no_change BEFORE UPDATE OR DELETE ON workshops_minute
FOR EACH ROW EXECUTE FUNCTION groundwork_refuse('Minutes are kept as they were')

-- on workshops_minute
CREATE TRIGGER groundwork_minute_no_truncate BEFORE TRUNCATE ON workshops_minute
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Minutes are kept as they were')

-- on
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

-- on decisions_record
CREATE TRIGGER groundwork_record_frozen BEFORE UPDATE ON decisions_record
FOR EACH ROW WHEN (OLD.state IN ('accepted', 'superseded', 'withdrawn'))
EXECUTE FUNCTION groundwork_record_frozen()

-- on decisions_record
CREATE TRIGGER groundwork_record_no_delete BEFORE DELETE ON decisions_record
FOR EACH ROW WHEN (OLD.number IS NOT NULL)
EXECUTE FUNCTION groundwork_refuse('An accepted record is kept')

-- on decisions_record
CREATE TRIGGER groundwork_record_no_truncate BEFORE TRUNCATE ON decisions_record
FOR EACH STATEMENT EXECUTE FUNCTION groundwork_refuse('Accepted records are kept')

-- on
CREATE OR REPLACE FUNCTION groundwork_supersede() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE decisions_record SET state = 'superseded' WHERE id = NEW.supersedes_id AND state = 'accepted';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Only an accepted record can be superseded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$

-- on decisions_record
CREATE TRIGGER groundwork_record_supersede AFTER UPDATE ON decisions_record
FOR EACH ROW WHEN (NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NEW.supersedes_id IS NOT NULL)
EXECUTE FUNCTION groundwork_supersede()

-- on
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

-- on decisions_signoff
CREATE TRIGGER groundwork_signoff_frozen BEFORE INSERT OR UPDATE OR DELETE ON decisions_signoff
FOR EACH ROW EXECUTE FUNCTION groundwork_signoff_frozen()
