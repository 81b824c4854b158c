-- Project tokens that end, by a date or by how many people may use them, and for whom they were meant.

ALTER TABLE project_token
    ADD COLUMN expiry    timestamptz,
    ADD COLUMN most_uses integer CHECK (most_uses > 0),
    ADD COLUMN email   text NOT NULL DEFAULT '';
COMMENT ON COLUMN project_token.expiry IS 'from then on it lets nobody in; NULL: never';
COMMENT ON COLUMN project_token.most_uses IS 'how many people it lets in; NULL: any number';
COMMENT ON COLUMN project_token.email IS 'e-mail address of the person for whom it was made; empty: for whoever has it';

ALTER TABLE project_token__history
    ADD COLUMN expiry timestamptz, ADD COLUMN most_uses integer, ADD COLUMN email text DEFAULT '';
DROP VIEW past.project_token, past.project_token__history, past.project_token__with_history, project_token__with_history;
DROP INDEX project_token__history_version_idx; -- create_past_views() makes it anew
CREATE VIEW project_token__with_history AS
SELECT o.id, o.project_id, o.user_id, o.name, o.token, o.needs_approval, o.enabled, o.default_permissions,
       o.creation_time, o.edition_time, o.expiry, o.most_uses, o.email, o.version, NULL::bigint AS ended_by,
       tstzrange(t.time, NULL) AS sys_period
  FROM project_token o JOIN transaction_info t ON t.id = o.version
 UNION ALL
SELECT id, project_id, user_id, name, token, needs_approval, enabled, default_permissions, creation_time, edition_time,
       expiry, most_uses, email, version, ended_by, sys_period
  FROM project_token__history;
SELECT create_past_views('project_token');
DROP TRIGGER stamp_version ON project_token;
CREATE TRIGGER stamp_version BEFORE UPDATE ON project_token
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION stamp_version();
SELECT record_updates_of('project_token');
SELECT record_deletes_of('project_token');
