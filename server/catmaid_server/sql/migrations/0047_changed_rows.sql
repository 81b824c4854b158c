-- What versions changed in viewports, and where: the same as `changed_places`, with the ids of what changed, so that who keeps
-- viewports can replace these rows alone.
-- places: around each edge that a changed treenode, link or connector has or had, boxes of six numbers, one after the other:
-- lowest x, y, z, highest x, y, z (nm). node_ids: treenodes that are or were changed, and their children, whose edges end there;
-- connector_ids: connectors that are or were changed; link_ids: links that are or were, and those of the treenodes and
-- connectors. All NULL if there are more than `most` rows of one kind.
-- By id and index only, whatever statistics say: versions may have a row or a million.
CREATE FUNCTION changed_rows(
    versions bigint[], most integer,
    OUT places double precision[], OUT node_ids integer[], OUT connector_ids integer[], OUT link_ids bigint[])
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    node_ids := ARRAY(
        SELECT id FROM (SELECT id FROM treenode WHERE version = ANY (versions)
                         UNION ALL
                        SELECT id FROM treenode__history WHERE ended_by = ANY (versions)) n
         LIMIT most + 1);
    connector_ids := ARRAY(
        SELECT id FROM (SELECT id FROM connector WHERE version = ANY (versions)
                         UNION ALL
                        SELECT id FROM connector__history WHERE ended_by = ANY (versions)) c
         LIMIT most + 1);
    link_ids := ARRAY(
        SELECT id FROM (SELECT id FROM connector_link WHERE version = ANY (versions)
                         UNION ALL
                        SELECT id FROM connector_link__history WHERE ended_by = ANY (versions)) l
         LIMIT most + 1);
    IF greatest(cardinality(node_ids), cardinality(connector_ids), cardinality(link_ids)) <= most THEN
        link_ids := ARRAY(
            SELECT unnest(link_ids)
             UNION
            SELECT id FROM connector_link WHERE treenode_id = ANY (node_ids)
             UNION
            SELECT id FROM connector_link WHERE connector_id = ANY (connector_ids)
             LIMIT most + 1);
        node_ids := ARRAY(
            SELECT unnest(node_ids)
             UNION
            SELECT id FROM treenode WHERE parent_id = ANY (node_ids)
             LIMIT most + 1);
    END IF;
    IF greatest(cardinality(node_ids), cardinality(connector_ids), cardinality(link_ids)) > most THEN
        node_ids := NULL; connector_ids := NULL; link_ids := NULL;
        RETURN;
    END IF;
    places := ARRAY(
        SELECT unnest(ARRAY[x1, y1, z1, x2, y2, z2])
          FROM (SELECT ST_XMin(edge) AS x1, ST_YMin(edge) AS y1, ST_ZMin(edge) AS z1,
                       ST_XMax(edge) AS x2, ST_YMax(edge) AS y2, ST_ZMax(edge) AS z2
                  FROM (SELECT edge FROM treenode WHERE id = ANY (node_ids)
                         UNION ALL
                        SELECT edge FROM treenode_edge_past WHERE id = ANY (node_ids) AND ended_by = ANY (versions)
                         UNION ALL
                        SELECT edge FROM connector_link WHERE id = ANY (link_ids)
                         UNION ALL
                        SELECT edge FROM link_edge_past WHERE id = ANY (link_ids) AND ended_by = ANY (versions)) e
                 UNION
                SELECT x, y, z, x, y, z
                  FROM (SELECT x, y, z FROM connector WHERE id = ANY (connector_ids)
                         UNION ALL
                        SELECT x, y, z FROM connector__history WHERE ended_by = ANY (versions)) c) place);
END
$$;

DROP FUNCTION changed_places(bigint[], integer);
