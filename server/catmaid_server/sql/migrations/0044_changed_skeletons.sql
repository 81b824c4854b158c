-- Skeletons whose treenodes or reviews versions changed; NULL if they changed more than 10 * `most` rows.
-- By index only, whatever statistics say: versions may have a row or a million.
CREATE FUNCTION changed_skeletons(versions bigint[], most integer) RETURNS integer[]
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    skeleton_ids integer[];
BEGIN
    skeleton_ids := ARRAY(
        SELECT skeleton_id FROM (SELECT skeleton_id FROM treenode WHERE version = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM treenode__history WHERE ended_by = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM review WHERE version = ANY (versions)
                                  UNION ALL
                                 SELECT skeleton_id FROM review__history WHERE ended_by = ANY (versions)) n
         LIMIT 10 * most + 1);
    IF cardinality(skeleton_ids) > 10 * most THEN
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
