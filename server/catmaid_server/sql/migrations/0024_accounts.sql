-- Projects that can be deleted, and API tokens that users tell apart and let expire.

-- Versions of a deleted project stay, with its id.
ALTER TABLE transaction_info DROP CONSTRAINT transaction_info_project_id_fkey;

-- Record what a delete ended: for tables whose columns changed since they became versioned.
CREATE FUNCTION record_deletes_of(live regclass) RETURNS void
LANGUAGE plpgsql AS $create$
DECLARE
    name    text := live::text;
    history text := name || '__history';
    kept    text;      -- the versioned columns: a, b, c
    o_kept  text;      -- o.a, o.b, o.c
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg('o.' || quote_ident(attname), ', ' ORDER BY attnum)
      INTO STRICT kept, o_kept
      FROM pg_attribute
     WHERE attrelid = history::regclass AND attnum > 0 AND NOT attisdropped
       AND attname NOT IN ('version', 'ended_by', 'sys_period');
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION %1$s__record_delete() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF current_version() IS NULL THEN
                RAISE EXCEPTION 'Deleting from %1$s needs a version: call begin_version() first.';
            END IF;
            PERFORM refuse_late_version(version) FROM old_rows WHERE version > current_version() LIMIT 1;
            INSERT INTO %2$s (%3$s, version, ended_by, sys_period)
            SELECT %4$s, o.version, ended.id, validity(began.time, ended.time)
              FROM old_rows o
              JOIN transaction_info began ON began.id = o.version
              JOIN transaction_info ended ON ended.id = current_version()
             WHERE o.version <> ended.id;
            RETURN NULL;
        END
        $body$;
        $sql$, name, history, kept, o_kept);
END
$create$;

ALTER TABLE api_token ADD COLUMN ending text NOT NULL DEFAULT '', ADD COLUMN expiry timestamptz;
COMMENT ON COLUMN api_token.ending IS 'last characters of the token; empty for tokens made before they were kept';
COMMENT ON COLUMN api_token.expiry IS 'from then on the token is refused; NULL: never';
ALTER TABLE api_token__history ADD COLUMN ending text, ADD COLUMN expiry timestamptz;
DROP VIEW api_token__with_history;
CREATE VIEW api_token__with_history AS
SELECT o.id, o.user_id, o.digest, o.name, o.creation_time, o.ending, o.expiry, o.version, NULL::bigint AS ended_by,
       tstzrange(t.time, NULL) AS sys_period
  FROM api_token o JOIN transaction_info t ON t.id = o.version
 UNION ALL
SELECT id, user_id, digest, name, creation_time, ending, expiry, version, ended_by, sys_period FROM api_token__history;
DROP TRIGGER stamp_version ON api_token;
CREATE TRIGGER stamp_version BEFORE UPDATE ON api_token
    FOR EACH ROW WHEN ((OLD.id, OLD.user_id, OLD.digest, OLD.name, OLD.creation_time, OLD.ending, OLD.expiry)
                       IS DISTINCT FROM
                       (NEW.id, NEW.user_id, NEW.digest, NEW.name, NEW.creation_time, NEW.ending, NEW.expiry))
    EXECUTE FUNCTION stamp_version();
SELECT record_updates_of('api_token');
SELECT record_deletes_of('api_token');

-- What a project token grants: who may annotate may do so with an API token, too.
CREATE FUNCTION granted_by_token(default_permissions text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN 'can_annotate' = ANY (default_permissions)
            THEN array_append(default_permissions, 'can_annotate_with_token')
            ELSE default_permissions
       END;

-- Those who applied a token to annotate before this was so.
SELECT begin_version(NULL, NULL, 'migrations.api_tokens_of_guests') WHERE EXISTS (SELECT FROM project_token_use);

INSERT INTO project_permission (project_id, user_id, permission)
SELECT DISTINCT k.project_id, u.user_id, 'can_annotate_with_token'
  FROM project_token_use u
  JOIN project_token k ON k.id = u.project_token_id
  JOIN project_permission own
    ON own.project_id = k.project_id AND own.user_id = u.user_id AND own.permission = 'can_annotate'
 WHERE u.enabled AND 'can_annotate' = ANY (k.default_permissions)
    ON CONFLICT DO NOTHING;
