-- What an edit of few rows costs. A setting of a function holds for the triggers that its statements fire, too: with
-- force_custom_plan each statement of all of them was planned anew for each moved treenode, which took three times as long as
-- to run them. All of these go by index whatever the numbers are, so that one plan is right for all.
ALTER FUNCTION end_reviews(integer[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION follow_moved_connectors() SET plan_cache_mode = force_generic_plan;
-- Whether a project has reviews: of one plan, nobody knows that most projects have none, for which all reviews would be read.
ALTER FUNCTION end_reviews_at_links(integer[], integer[], integer[], integer[])
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off;

-- Where treenodes moved, the edges of their children and links start elsewhere, and their reviews end. A statement that finds
-- no row fires its triggers, too, so none runs where nothing hangs on what moved.
CREATE OR REPLACE FUNCTION follow_moved_treenodes() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    ids integer[];
    xs  float8[];
    ys  float8[];
    zs  float8[];
BEGIN
    SELECT array_agg(id), array_agg(x), array_agg(y), array_agg(z)
      INTO ids, xs, ys, zs
      FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM treenode WHERE parent_id = ANY (ids)) THEN
        UPDATE treenode c
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_MakePoint(c.x, c.y, c.z))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE c.parent_id = moved.id;
    END IF;
    IF EXISTS (SELECT FROM connector_link WHERE treenode_id = ANY (ids)) THEN
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_EndPoint(l.edge))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE l.treenode_id = moved.id;
    END IF;
    PERFORM end_reviews(ids);
    RETURN NULL;
END
$$;

-- What edges were before they changed or went, for each of the two tables: statements that are put together as text are planned
-- at each call. The first large edit finds the table of the past empty: a plan that reads all of it for each row would read what
-- this edit adds.
DO $create$
DECLARE
    live text;
    past text;
BEGIN
    FOR live, past IN VALUES ('treenode', 'treenode_edge_past'), ('connector_link', 'link_edge_past') LOOP
        EXECUTE format($sql$
            CREATE FUNCTION %1$s__keep_edges() RETURNS trigger
            LANGUAGE plpgsql SET enable_seqscan = off AS $body$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    INSERT INTO %2$s (id, since, ended_by, edge)
                    SELECT id, edge_since((SELECT max(p.ended_by) FROM %2$s p WHERE p.id = gone.id)),
                           current_version(), edge
                      FROM old_rows gone
                    ON CONFLICT DO NOTHING;
                ELSE
                    INSERT INTO %2$s (id, since, ended_by, edge)
                    SELECT id, edge_since((SELECT max(p.ended_by) FROM %2$s p WHERE p.id = changed.id)),
                           current_version(), edge
                      FROM (SELECT id, edge FROM old_rows EXCEPT SELECT id, edge FROM new_rows) changed
                    ON CONFLICT DO NOTHING;
                END IF;
                RETURN NULL;
            END
            $body$
            $sql$, live, past);
    END LOOP;
END
$create$;

DROP TRIGGER changed_edges_are_kept ON treenode;
CREATE TRIGGER changed_edges_are_kept AFTER UPDATE ON treenode
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION treenode__keep_edges();
DROP TRIGGER keep_deleted_edges ON treenode;
CREATE TRIGGER keep_deleted_edges AFTER DELETE ON treenode
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION treenode__keep_edges();
DROP TRIGGER keep_changed_edges ON connector_link;
CREATE TRIGGER keep_changed_edges AFTER UPDATE ON connector_link
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION connector_link__keep_edges();
DROP TRIGGER keep_deleted_edges ON connector_link;
CREATE TRIGGER keep_deleted_edges AFTER DELETE ON connector_link
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION connector_link__keep_edges();
DROP FUNCTION keep_edges();
