-- Where versions changed what viewports show: around each edge that a changed treenode, link or connector has or had, since
-- what a viewport tells of an edge includes both its ends. Boxes of six numbers, one after the other: lowest x, y, z, highest
-- x, y, z (nm). NULL if there are more than `most` rows of one kind.
-- By id and index only, whatever statistics say: versions may have a row or a million.
CREATE FUNCTION changed_places(versions bigint[], most integer) RETURNS double precision[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    node_ids      integer[];
    connector_ids integer[];
    link_ids      bigint[];
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
    IF greatest(cardinality(node_ids), cardinality(connector_ids), cardinality(link_ids)) > most THEN
        RETURN NULL;
    END IF;
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
    IF greatest(cardinality(node_ids), cardinality(link_ids)) > most THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(
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
