-- Projects that nobody edits any more: they are readable, and not in the usual lists.
CREATE TABLE project_archive (
    project_id integer     PRIMARY KEY REFERENCES project (id) ON DELETE CASCADE,
    user_id    integer     NOT NULL REFERENCES app_user (id),
    time       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE project_archive IS 'Archived projects, and who archived them when.';
CREATE INDEX project_archive_user_id ON project_archive (user_id);
SELECT create_history_table('project_archive');

CREATE TRIGGER notify_access_change AFTER INSERT OR UPDATE OR DELETE ON project_archive
    FOR EACH STATEMENT EXECUTE FUNCTION notify_access_change();

CREATE OR REPLACE FUNCTION tables_without_undo() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT '{api_token, app_user, broken_section, client_datastore, client_datum, course, course_assignment,
           course_message, course_seed, course_student, data_source, data_view, data_view_type,
           deep_link, group_member, log_entry, message, project, project_archive, project_favorite,
           project_permission, project_stack, project_token, project_token_use, relation,
           relation_detail, reviewer_whitelist, skeleton_summary, stack, stack_group,
           stack_group_member, stack_mirror, stack_tag, user_group, user_profile}'::text[] $$;

-- What is done with an archived project and does not edit it: who may enter it, what is one's own, and its end.
CREATE FUNCTION leaves_archived_as_it_is(label text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN label IN ('projects.archive', 'projects.restore', 'projects.delete', 'projects.fork', 'projects.add_favorite',
                 'projects.remove_favorite', 'reviewer_whitelist.update')
    OR split_part(label, '.', 1) IN ('permissions', 'project_tokens', 'groups', 'users', 'datastores', 'messages');

CREATE OR REPLACE FUNCTION begin_version(
    author integer, project integer, what text, why text DEFAULT NULL, together uuid DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    opened bigint;
BEGIN
    IF EXISTS (SELECT FROM project_archive a WHERE a.project_id = project) AND NOT leaves_archived_as_it_is(what) THEN
        RAISE EXCEPTION 'Project % is archived.', project USING ERRCODE = 'CJ001';
    END IF;
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
