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

-- Where treenodes moved, the edges of their children and links start elsewhere, and their reviews end.
CREATE OR REPLACE FUNCTION follow_moved_treenodes() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ids integer[];
    xs  float8[];
    ys  float8[];
    zs  float8[];
BEGIN
    SELECT array_agg(id), array_agg(x), array_agg(y), array_agg(z)
      INTO ids, xs, ys, zs
      FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved;
    IF ids IS NOT NULL THEN
        UPDATE treenode c
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_MakePoint(c.x, c.y, c.z))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE c.parent_id = moved.id;
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_EndPoint(l.edge))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE l.treenode_id = moved.id;
        PERFORM end_reviews(ids);
    END IF;
    RETURN NULL;
END
$$;

-- Where connectors moved, the edges of their links end elsewhere, and the reviews of what is linked to them end.
CREATE OR REPLACE FUNCTION follow_moved_connectors() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ids integer[];
    xs  float8[];
    ys  float8[];
    zs  float8[];
BEGIN
    SELECT array_agg(id), array_agg(x), array_agg(y), array_agg(z)
      INTO ids, xs, ys, zs
      FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved;
    IF ids IS NOT NULL THEN
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_StartPoint(l.edge), ST_MakePoint(moved.x, moved.y, moved.z))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE l.connector_id = moved.id;
        PERFORM end_reviews(ARRAY(SELECT treenode_id FROM connector_link WHERE connector_id = ANY (ids)));
    END IF;
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

-- One link, as what it was and as what it is: by row, since hardly any update changes what a link is between.
CREATE FUNCTION end_reviews_at_changed_link() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_reviews_at_links(ARRAY[OLD.project_id, NEW.project_id], ARRAY[OLD.treenode_id, NEW.treenode_id],
                                 ARRAY[OLD.connector_id, NEW.connector_id], ARRAY[OLD.relation_id, NEW.relation_id]);
    RETURN NULL;
END
$$;

CREATE TRIGGER end_reviews_at_new AFTER INSERT ON connector_link
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_new_links();
CREATE TRIGGER end_reviews_at_removed AFTER DELETE ON connector_link
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION end_reviews_at_removed_links();
CREATE TRIGGER end_reviews_at_changed AFTER UPDATE ON connector_link
    FOR EACH ROW WHEN ((OLD.treenode_id, OLD.connector_id, OLD.relation_id)
                       IS DISTINCT FROM (NEW.treenode_id, NEW.connector_id, NEW.relation_id))
    EXECUTE FUNCTION end_reviews_at_changed_link();
