-- Skeletons of which versions changed treenodes, reviews, labels, or connectors that they are linked to; NULL if more than
-- 10 * `most` rows. By index only, whatever statistics say: versions may have a row or a million.
CREATE FUNCTION changed_skeletons(versions bigint[], most integer) RETURNS integer[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    label_ids     integer[];
    node_ids      integer[];
    connector_ids integer[];
    skeleton_ids  integer[];
BEGIN
    label_ids := ARRAY(SELECT id FROM label WHERE version = ANY (versions) LIMIT most + 1);
    node_ids := ARRAY(
        SELECT treenode_id FROM (SELECT treenode_id FROM node_label WHERE version = ANY (versions)
                                  UNION ALL
                                 SELECT treenode_id FROM node_label__history WHERE ended_by = ANY (versions)
                                  UNION ALL
                                 SELECT treenode_id FROM node_label WHERE label_id = ANY (label_ids)) l
         WHERE treenode_id IS NOT NULL
         LIMIT 10 * most + 1);
    connector_ids := ARRAY(SELECT id FROM connector WHERE version = ANY (versions) LIMIT most + 1);
    skeleton_ids := ARRAY(
        SELECT skeleton_id FROM (SELECT skeleton_id FROM treenode WHERE version = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM treenode__history WHERE ended_by = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM review WHERE version = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM review__history WHERE ended_by = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM treenode WHERE id = ANY (node_ids)
                                  UNION ALL
                                 SELECT skeleton_id FROM connector_link WHERE connector_id = ANY (connector_ids)) n
         LIMIT 10 * most + 1);
    IF greatest(cardinality(label_ids), cardinality(connector_ids)) > most
       OR greatest(cardinality(node_ids), cardinality(skeleton_ids)) > 10 * most THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT DISTINCT unnest(skeleton_ids));
END
$$;

-- Skeletons that got or lost links by versions, and those that share a connector with these; NULL if the connectors, or
-- the changed links, are more than `most`.
CREATE FUNCTION linked_skeletons(versions bigint[], most integer) RETURNS integer[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    connector_ids integer[];
BEGIN
    connector_ids := ARRAY(
        SELECT connector_id FROM (SELECT connector_id FROM connector_link WHERE version = ANY (versions)
                                   UNION ALL
                                  SELECT connector_id FROM connector_link__history WHERE ended_by = ANY (versions)) l
         LIMIT most + 1);
    IF cardinality(connector_ids) > most THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(
        SELECT skeleton_id FROM connector_link WHERE connector_id = ANY (connector_ids)
         UNION
        SELECT skeleton_id FROM connector_link__history WHERE ended_by = ANY (versions));
END
$$;
