-- What the upkeep of summaries costs an edit of one treenode, which most edits are: to group one row, to look for a conflict
-- and to compare column by column took longer than to change the summary.

CREATE OR REPLACE FUNCTION summarize_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) few) = 1 THEN
        UPDATE skeleton_summary s
           SET num_nodes = s.num_nodes + 1,
               cable_length = s.cable_length + ST_3DLength(n.edge),
               original_creation_time = least(s.original_creation_time, n.creation_time),
               last_edition_time = n.edition_time,
               last_editor_id = n.editor_id,
               last_summary_update = now()
          FROM new_rows n
         WHERE s.skeleton_id = n.skeleton_id;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO skeleton_summary AS s (skeleton_id, project_id, num_nodes, cable_length, original_creation_time,
                                       last_edition_time, last_editor_id)
    SELECT skeleton_id, min(project_id), count(*), sum(ST_3DLength(edge)), min(creation_time), max(edition_time),
           (array_agg(editor_id ORDER BY edition_time DESC))[1]
      FROM new_rows GROUP BY skeleton_id
    ON CONFLICT (skeleton_id) DO UPDATE
       SET num_nodes = s.num_nodes + excluded.num_nodes,
           cable_length = s.cable_length + excluded.cable_length,
           original_creation_time = least(s.original_creation_time, excluded.original_creation_time),
           last_edition_time = excluded.last_edition_time,
           last_editor_id = excluded.last_editor_id,
           last_summary_update = now();
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION summarize_updated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- One treenode that stayed in its skeleton. The editor is the one of the row that is the newer.
    IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) few) = 1 THEN
        UPDATE skeleton_summary s
           SET cable_length = s.cable_length + (ST_3DLength(n.edge) - ST_3DLength(o.edge)),
               last_edition_time = greatest(s.last_edition_time, n.edition_time, o.edition_time),
               last_editor_id = CASE WHEN o.edition_time > n.edition_time THEN o.editor_id ELSE n.editor_id END,
               last_summary_update = now()
          FROM new_rows n, old_rows o  -- one row of each
         WHERE s.skeleton_id = n.skeleton_id AND o.skeleton_id = n.skeleton_id;
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO skeleton_summary AS s (skeleton_id, project_id, num_nodes, cable_length, original_creation_time,
                                       last_edition_time, last_editor_id)
    SELECT skeleton_id, min(project_id), sum(nodes), sum(length), min(creation_time), max(edition_time),
           (array_agg(editor_id ORDER BY edition_time DESC))[1]
      FROM (SELECT skeleton_id, project_id, 1 AS nodes, ST_3DLength(edge) AS length, creation_time, edition_time,
                   editor_id
              FROM new_rows
             UNION ALL
            SELECT skeleton_id, project_id, -1, -ST_3DLength(edge), creation_time, edition_time, editor_id
              FROM old_rows) change
     GROUP BY skeleton_id
    ON CONFLICT (skeleton_id) DO UPDATE
       SET num_nodes = s.num_nodes + excluded.num_nodes,
           cable_length = s.cable_length + excluded.cable_length,
           last_edition_time = greatest(s.last_edition_time, excluded.last_edition_time),
           last_editor_id = excluded.last_editor_id,
           last_summary_update = now();
    RETURN NULL;
END
$$;

-- Rows as wholes: PostgreSQL reads a condition anew for each statement, and one column costs it as much as one row.
DROP TRIGGER stamp_version ON skeleton_summary;
CREATE TRIGGER stamp_version BEFORE UPDATE ON skeleton_summary
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION stamp_version();
