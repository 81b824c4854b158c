-- A review says that somebody looked at a place and found it right. Where that place changes the review ends, as it does in
-- CATMAID: a treenode that moves loses its reviews; a connector that moves, those of all treenodes linked to it; a link that
-- is made, removed or changed, those of its treenode if it is postsynaptic, else of all treenodes linked to its connector.
-- Reviews of the version that is being written stay: an import or a revert brings them together with what they are of.

CREATE FUNCTION end_reviews(treenode_ids integer[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF cardinality(treenode_ids) > 0 THEN
        DELETE FROM review
         WHERE id IN (SELECT id FROM review
                       WHERE treenode_id = ANY (treenode_ids) AND version IS DISTINCT FROM current_version()
                       ORDER BY id FOR UPDATE);
    END IF;
END
$$;

-- Of links that were made or removed, as three arrays. Projects without reviews have nothing to look up.
CREATE FUNCTION end_reviews_at_links(
    project_ids integer[], treenode_ids integer[], connector_ids integer[], relation_ids integer[]
)
RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    postsynaptic integer[] := ARRAY(SELECT id FROM relation WHERE id = ANY (relation_ids) AND name = 'postsynaptic_to');
    connectors   integer[];
BEGIN
    IF EXISTS (SELECT FROM review
                WHERE project_id = ANY (project_ids) AND version IS DISTINCT FROM current_version()) THEN
        connectors := ARRAY(SELECT DISTINCT l.connector_id
                              FROM unnest(connector_ids, relation_ids) AS l (connector_id, relation_id)
                             WHERE l.relation_id <> ALL (postsynaptic));
        PERFORM end_reviews(ARRAY(
            SELECT l.treenode_id
              FROM unnest(treenode_ids, relation_ids) AS l (treenode_id, relation_id)
             WHERE l.relation_id = ANY (postsynaptic)
             UNION
            SELECT treenode_id FROM connector_link WHERE connector_id = ANY (connectors)));
    END IF;
END
$$;

CREATE FUNCTION end_reviews_of_moved_treenodes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_reviews(ARRAY(
        SELECT id FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved));
    RETURN NULL;
END
$$;

CREATE FUNCTION end_reviews_at_moved_connectors() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    moved integer[] := ARRAY(
        SELECT id FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) m);
BEGIN
    PERFORM end_reviews(ARRAY(SELECT treenode_id FROM connector_link WHERE connector_id = ANY (moved)));
    RETURN NULL;
END
$$;

CREATE FUNCTION end_reviews_at_new_links() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_reviews_at_links(array_agg(DISTINCT project_id), array_agg(treenode_id), array_agg(connector_id),
                                 array_agg(relation_id))
       FROM new_rows HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION end_reviews_at_removed_links() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_reviews_at_links(array_agg(DISTINCT project_id), array_agg(treenode_id), array_agg(connector_id),
                                 array_agg(relation_id))
       FROM old_rows HAVING count(*) > 0;
    RETURN NULL;
END
$$;

-- As what it was, and as what it is.
CREATE FUNCTION end_reviews_at_changed_links() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_reviews_at_links(array_agg(DISTINCT project_id), array_agg(treenode_id), array_agg(connector_id),
                                 array_agg(relation_id))
       FROM ((SELECT id, project_id, treenode_id, connector_id, relation_id FROM new_rows
               EXCEPT
              SELECT id, project_id, treenode_id, connector_id, relation_id FROM old_rows)
              UNION ALL
             (SELECT id, project_id, treenode_id, connector_id, relation_id FROM old_rows
               EXCEPT
              SELECT id, project_id, treenode_id, connector_id, relation_id FROM new_rows)) changed
     HAVING count(*) > 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER end_reviews_of_moved AFTER UPDATE ON treenode
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_of_moved_treenodes();
CREATE TRIGGER end_reviews_at_moved AFTER UPDATE ON connector
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_moved_connectors();
CREATE TRIGGER end_reviews_at_new AFTER INSERT ON connector_link
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_new_links();
CREATE TRIGGER end_reviews_at_removed AFTER DELETE ON connector_link
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_removed_links();
CREATE TRIGGER end_reviews_at_changed AFTER UPDATE ON connector_link
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_changed_links();
