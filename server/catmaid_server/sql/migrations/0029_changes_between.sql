-- What changed between two versions, and looking up versions by what they wrote and where.

-- Skeletons that a neuron once had, and connectors that once were in a place.
CREATE INDEX skeleton__history_neuron_id ON skeleton__history (neuron_id);
CREATE INDEX connector__history_place ON connector__history USING gist (point(x, z));

-- How many rows of each table a project had at one version and not at another, before it, and the other way round, and how
-- many had other values; no row for tables in which nothing is different. What changed and was taken back does not count.
CREATE FUNCTION changes_between(of_project integer, old bigint, new bigint)
RETURNS TABLE (name text, added bigint, changed bigint, removed bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
    kept text;
    here text;
BEGIN
    FOR live IN SELECT t.name, t.keys, t.kept FROM revertible_tables() t LOOP
        SELECT string_agg(format('h.%I', k), ', ') INTO kept FROM unnest(live.kept) AS k;
        here := CASE WHEN 'project_id' = ANY (live.kept) THEN 'h.project_id = $1'
                     ELSE 'EXISTS (SELECT FROM transaction_info t WHERE t.id = %s AND t.project_id = $1)' END;
        RETURN QUERY EXECUTE format($sql$
            WITH before AS MATERIALIZED (
                SELECT %2$s FROM %3$I h
                 WHERE h.ended_by > $2 AND h.ended_by <= $3 AND h.version <= $2 AND %4$s
            ), after AS MATERIALIZED (
                SELECT %2$s FROM %1$I h WHERE h.version > $2 AND h.version <= $3 AND %5$s
                 UNION ALL
                SELECT %2$s FROM %3$I h
                 WHERE h.version > $2 AND h.version <= $3 AND h.ended_by > $3 AND %5$s
            ), number AS (
                SELECT count(*) FILTER (WHERE b.%6$I IS NULL) AS added,
                       count(*) FILTER (WHERE a.%6$I IS NOT NULL AND b.%6$I IS NOT NULL
                                          AND b IS DISTINCT FROM a) AS changed,
                       count(*) FILTER (WHERE a.%6$I IS NULL) AS removed
                  FROM before b FULL JOIN after a ON %7$s
            )
            SELECT %1$L::text, n.added, n.changed, n.removed
              FROM number n WHERE n.added + n.changed + n.removed > 0
            $sql$, live.name, kept, live.name || '__history', format(here, 'h.ended_by'), format(here, 'h.version'),
            live.keys[1], same_key(live.keys, 'a', 'b'))
            USING of_project, old, new;
    END LOOP;
END
$$;
