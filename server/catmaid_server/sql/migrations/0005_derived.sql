-- Derived data, kept by triggers: the edges of treenodes and links, and a summary of each skeleton.
-- rebuild_edges() and rebuild_skeleton_summaries() make them anew; derived_mismatches counts what is wrong.

-- A bulk load gives its edges itself, so these row triggers fire only where somebody did not.
CREATE FUNCTION set_treenode_edge() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    here   geometry := ST_MakePoint(NEW.x, NEW.y, NEW.z);
    parent geometry;
BEGIN
    IF NEW.parent_id IS NOT NULL THEN
        SELECT ST_MakePoint(x, y, z) INTO parent FROM treenode WHERE id = NEW.parent_id;
    END IF;
    NEW.edge := ST_MakeLine(coalesce(parent, here), here);
    RETURN NEW;
END
$$;

CREATE TRIGGER set_edge_of_new BEFORE INSERT ON treenode
    FOR EACH ROW WHEN (NEW.edge IS NULL) EXECUTE FUNCTION set_treenode_edge();
CREATE TRIGGER set_edge_of_moved BEFORE UPDATE ON treenode
    FOR EACH ROW WHEN ((OLD.x, OLD.y, OLD.z, OLD.parent_id) IS DISTINCT FROM (NEW.x, NEW.y, NEW.z, NEW.parent_id))
    EXECUTE FUNCTION set_treenode_edge();

CREATE FUNCTION set_link_edge() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT ST_MakeLine(ST_MakePoint(t.x, t.y, t.z), ST_MakePoint(c.x, c.y, c.z)) INTO NEW.edge
      FROM treenode t, connector c
     WHERE t.id = NEW.treenode_id AND c.id = NEW.connector_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER set_edge_of_new BEFORE INSERT ON connector_link
    FOR EACH ROW WHEN (NEW.edge IS NULL) EXECUTE FUNCTION set_link_edge();
CREATE TRIGGER set_edge_of_changed BEFORE UPDATE ON connector_link
    FOR EACH ROW WHEN ((OLD.treenode_id, OLD.connector_id) IS DISTINCT FROM (NEW.treenode_id, NEW.connector_id))
    EXECUTE FUNCTION set_link_edge();

-- Where a treenode moved, the edges of its children and links start elsewhere.
CREATE FUNCTION follow_moved_treenodes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM new_rows n JOIN old_rows o USING (id)
                WHERE (n.x, n.y, n.z) IS DISTINCT FROM (o.x, o.y, o.z)) THEN
        UPDATE treenode c
           SET edge = ST_MakeLine(ST_MakePoint(n.x, n.y, n.z), ST_MakePoint(c.x, c.y, c.z))
          FROM new_rows n JOIN old_rows o USING (id)
         WHERE c.parent_id = n.id
           AND (n.x, n.y, n.z) IS DISTINCT FROM (o.x, o.y, o.z);
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_MakePoint(n.x, n.y, n.z), ST_EndPoint(l.edge))
          FROM new_rows n JOIN old_rows o USING (id)
         WHERE l.treenode_id = n.id
           AND (n.x, n.y, n.z) IS DISTINCT FROM (o.x, o.y, o.z);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER follow_moved_treenodes AFTER UPDATE ON treenode
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION follow_moved_treenodes();

CREATE FUNCTION follow_moved_connectors() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE connector_link l
       SET edge = ST_MakeLine(ST_StartPoint(l.edge), ST_MakePoint(n.x, n.y, n.z))
      FROM new_rows n JOIN old_rows o USING (id)
     WHERE l.connector_id = n.id
       AND (n.x, n.y, n.z) IS DISTINCT FROM (o.x, o.y, o.z);
    RETURN NULL;
END
$$;

CREATE TRIGGER follow_moved_connectors AFTER UPDATE ON connector
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION follow_moved_connectors();

-- What the edges should be, for rebuilding and checking.
CREATE VIEW actual_treenode_edge AS
SELECT c.id, ST_MakeLine(coalesce(ST_MakePoint(p.x, p.y, p.z), ST_MakePoint(c.x, c.y, c.z)),
                         ST_MakePoint(c.x, c.y, c.z)) AS edge
  FROM treenode c LEFT JOIN treenode p ON p.id = c.parent_id;

CREATE VIEW actual_link_edge AS
SELECT l.id, ST_MakeLine(ST_MakePoint(t.x, t.y, t.z), ST_MakePoint(c.x, c.y, c.z)) AS edge
  FROM connector_link l JOIN treenode t ON t.id = l.treenode_id JOIN connector c ON c.id = l.connector_id;

CREATE FUNCTION rebuild_edges() RETURNS void
LANGUAGE sql AS $$
    UPDATE treenode t SET edge = e.edge FROM actual_treenode_edge e WHERE e.id = t.id;
    UPDATE connector_link l SET edge = e.edge FROM actual_link_edge e WHERE e.id = l.id
$$;

CREATE TABLE skeleton_summary (
    skeleton_id            integer PRIMARY KEY REFERENCES skeleton (id) ON DELETE CASCADE,
    project_id             integer     NOT NULL REFERENCES project (id),
    num_nodes              integer     NOT NULL DEFAULT 0,
    cable_length           float8      NOT NULL DEFAULT 0,
    num_imported_nodes     integer     NOT NULL DEFAULT 0,
    original_creation_time timestamptz NOT NULL DEFAULT now(),
    last_edition_time      timestamptz NOT NULL DEFAULT now(),
    last_editor_id         integer     REFERENCES app_user (id),
    last_summary_update    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN skeleton_summary.cable_length IS 'nm, sum of all edges';
CREATE INDEX skeleton_summary_project_id ON skeleton_summary (project_id, num_nodes);
CREATE INDEX skeleton_summary_last_editor_id ON skeleton_summary (last_editor_id);

-- Add what a statement added and take away what it took, per skeleton.
CREATE FUNCTION summarize_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
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

CREATE FUNCTION summarize_deleted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE skeleton_summary s
       SET num_nodes = s.num_nodes - gone.nodes,
           cable_length = CASE WHEN s.num_nodes - gone.nodes <= 1 THEN 0 ELSE s.cable_length - gone.length END,
           last_edition_time = now(),
           last_editor_id = coalesce((SELECT user_id FROM transaction_info WHERE id = current_version()),
                                     s.last_editor_id),
           last_summary_update = now()
      FROM (SELECT skeleton_id, count(*)::integer AS nodes, sum(ST_3DLength(edge)) AS length
              FROM old_rows GROUP BY skeleton_id) gone
     WHERE s.skeleton_id = gone.skeleton_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION summarize_updated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
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

CREATE TRIGGER summarize_inserted AFTER INSERT ON treenode REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION summarize_inserted();
CREATE TRIGGER summarize_deleted AFTER DELETE ON treenode REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION summarize_deleted();
CREATE TRIGGER summarize_updated AFTER UPDATE ON treenode REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION summarize_updated();

CREATE FUNCTION rebuild_skeleton_summaries() RETURNS void
LANGUAGE sql AS $$
    DELETE FROM skeleton_summary;
    INSERT INTO skeleton_summary (skeleton_id, project_id, num_nodes, cable_length, original_creation_time,
                                  last_edition_time, last_editor_id)
    SELECT skeleton_id, min(project_id), count(*), sum(ST_3DLength(edge)), min(creation_time), max(edition_time),
           (array_agg(editor_id ORDER BY edition_time DESC))[1]
      FROM treenode GROUP BY skeleton_id
$$;

CREATE VIEW derived_mismatches AS
SELECT 'treenode.edge' AS what, t.id
  FROM treenode t JOIN actual_treenode_edge e USING (id)
 WHERE NOT ST_OrderingEquals(t.edge, e.edge)
 UNION ALL
SELECT 'connector_link.edge', l.id
  FROM connector_link l JOIN actual_link_edge e USING (id)
 WHERE NOT ST_OrderingEquals(l.edge, e.edge)
 UNION ALL
SELECT 'skeleton_summary', s.id
  FROM skeleton s
  LEFT JOIN skeleton_summary m ON m.skeleton_id = s.id
  LEFT JOIN (SELECT skeleton_id, count(*) AS nodes, sum(ST_3DLength(edge)) AS length
               FROM treenode GROUP BY skeleton_id) t ON t.skeleton_id = s.id
 WHERE coalesce(m.num_nodes, 0) <> coalesce(t.nodes, 0)
    OR abs(coalesce(m.cable_length, 0) - coalesce(t.length, 0)) > 1e-3 * (1 + coalesce(t.nodes, 0))
 UNION ALL
SELECT 'connector_link.skeleton_id', l.id
  FROM connector_link l JOIN treenode t ON t.id = l.treenode_id
 WHERE l.skeleton_id <> t.skeleton_id;
