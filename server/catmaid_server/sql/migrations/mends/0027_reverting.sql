-- What the first text of 0027_reverting did not do.

-- An edit may need several requests, each a version of its own: they are undone together.
ALTER TABLE transaction_info ADD COLUMN edit_group uuid;
COMMENT ON COLUMN transaction_info.edit_group IS 'the same for all versions of one edit; null for edits of one version';

DROP FUNCTION begin_version(integer, integer, text, text);
CREATE FUNCTION begin_version(
    author integer, project integer, what text, why text DEFAULT NULL, together uuid DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    opened bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(open_version_lock(newest_id.id))
       FROM (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id
               FROM transaction_info_id_seq) newest_id;
    INSERT INTO transaction_info (user_id, project_id, label, note, edit_group)
    VALUES (author, project, what, why, together)
    RETURNING id INTO opened;
    PERFORM set_config('catmaid.version', opened::text, true);
    RETURN opened;
END
$$;

ALTER TABLE reverted_version DROP CONSTRAINT reverted_version_pkey, ADD PRIMARY KEY (version, edit, reverts);
