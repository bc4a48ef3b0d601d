-- What SQLite refuses. Each statement is headed by its table; CHANGED stands for "any other column differs".

-- on decisions_logentry
CREATE TRIGGER groundwork_logentry_no_update BEFORE UPDATE ON decisions_logentry
BEGIN SELECT RAISE(ABORT, 'The log only grows: update refused'); END

-- on decisions_logentry
CREATE TRIGGER groundwork_logentry_no_delete BEFORE DELETE ON decisions_logentry
BEGIN SELECT RAISE(ABORT, 'The log only grows: delete refused'); END

-- on decisions_rowhash
CREATE TRIGGER groundwork_rowhash_no_update BEFORE UPDATE ON decisions_rowhash
BEGIN SELECT RAISE(ABORT, 'The log only grows: update refused'); END

-- on decisions_rowhash
CREATE TRIGGER groundwork_rowhash_no_delete BEFORE DELETE ON decisions_rowhash
BEGIN SELECT RAISE(ABORT, 'The log only grows: delete refused'); END

-- on decisions_recordrevision
CREATE TRIGGER groundwork_revision_no_update BEFORE UPDATE ON decisions_recordrevision
BEGIN SELECT RAISE(ABORT, 'Revisions are kept as they were: update refused'); END

-- on decisions_recordrevision
CREATE TRIGGER groundwork_revision_no_delete BEFORE DELETE ON decisions_recordrevision
BEGIN SELECT RAISE(ABORT, 'Revisions are kept as they were: delete refused'); END

-- on decisions_frameworkversion
CREATE TRIGGER groundwork_framework_no_update BEFORE UPDATE ON decisions_frameworkversion
BEGIN SELECT RAISE(ABORT, 'Framework versions are kept as they were: update refused'); END

-- on decisions_frameworkversion
CREATE TRIGGER groundwork_framework_no_delete BEFORE DELETE ON decisions_frameworkversion
BEGIN SELECT RAISE(ABORT, 'Framework versions are kept as they were: delete refused'); END

-- on decisions_auditevent but address
CREATE TRIGGER groundwork_audit_no_update BEFORE UPDATE ON decisions_auditevent
WHEN (CHANGED) OR NEW.address <> ''
BEGIN SELECT RAISE(ABORT, 'The audit page only grows: update refused'); END

-- on decisions_auditevent
CREATE TRIGGER groundwork_audit_no_delete BEFORE DELETE ON decisions_auditevent
BEGIN SELECT RAISE(ABORT, 'The audit page only grows: delete refused'); END

-- on workshops_minute
CREATE TRIGGER groundwork_minute_no_update BEFORE UPDATE ON workshops_minute
BEGIN SELECT RAISE(ABORT, 'Minutes are kept as they were: update refused'); END

-- on workshops_minute
CREATE TRIGGER groundwork_minute_no_delete BEFORE DELETE ON workshops_minute
BEGIN SELECT RAISE(ABORT, 'Minutes are kept as they were: delete refused'); END

-- on decisions_record but state withdrawn_at withdrawn_why updated_at created_by_id
CREATE TRIGGER groundwork_record_frozen BEFORE UPDATE ON decisions_record
WHEN OLD.state IN ('accepted', 'superseded', 'withdrawn') AND (
    (CHANGED)
    OR (OLD.state <> 'accepted' AND NEW.state <> OLD.state)
    OR NEW.state NOT IN ('accepted', 'superseded', 'withdrawn')
    OR (OLD.state = 'accepted' AND NEW.state = 'superseded' AND NOT EXISTS (
        SELECT 1 FROM decisions_record r WHERE r.supersedes_id = OLD.id AND r.number IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'An accepted record never changes'); END

-- on decisions_record
CREATE TRIGGER groundwork_record_no_delete BEFORE DELETE ON decisions_record
WHEN OLD.number IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'An accepted record is never deleted'); END

-- on decisions_record
CREATE TRIGGER groundwork_record_supersede AFTER UPDATE ON decisions_record
WHEN NEW.state = 'accepted' AND OLD.state <> 'accepted' AND NEW.supersedes_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'Only an accepted record can be superseded')
    WHERE NOT EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = NEW.supersedes_id AND r.state = 'accepted');
    UPDATE decisions_record SET state = 'superseded' WHERE id = NEW.supersedes_id;
END

-- on decisions_signoff
CREATE TRIGGER groundwork_signoff_no_insert BEFORE INSERT ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = NEW.record_id AND r.number IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END

-- on decisions_signoff but user_id
CREATE TRIGGER groundwork_signoff_no_update BEFORE UPDATE ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = OLD.record_id AND r.number IS NOT NULL) AND (CHANGED)
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END

-- on decisions_signoff
CREATE TRIGGER groundwork_signoff_no_delete BEFORE DELETE ON decisions_signoff
WHEN EXISTS (SELECT 1 FROM decisions_record r WHERE r.id = OLD.record_id AND r.number IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'The sign-offs of an accepted record never change'); END
