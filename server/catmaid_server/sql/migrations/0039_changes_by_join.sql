-- What versions changed is counted in a time that grows with the number of rows, not with its square.
CREATE OR REPLACE FUNCTION changes_of(versions bigint[]) RETURNS TABLE (name text, created bigint, changed bigint, deleted bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live  record;
    found boolean;
BEGIN
    FOR live IN
        SELECT t.name, t.keys, t.keys[1] AS first_key, array_to_string(t.keys, ', ') AS key FROM revertible_tables() t
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %1$I WHERE version = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE ended_by = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE version = ANY ($1))',
                       live.name, live.name || '__history') INTO found USING versions;
        CONTINUE WHEN NOT found;
        RETURN QUERY EXECUTE format($sql$
            WITH before AS (
                SELECT DISTINCT %3$s FROM %2$I WHERE ended_by = ANY ($1) AND version <> ALL ($1)
            ), after AS (
                SELECT %3$s FROM %1$I WHERE version = ANY ($1)
                 UNION
                SELECT %3$s FROM %2$I WHERE version = ANY ($1) AND ended_by <> ALL ($1)
            ), number AS (
                SELECT count(*) FILTER (WHERE b.%4$I IS NULL) AS created,
                       count(*) FILTER (WHERE a.%4$I = b.%4$I) AS changed,
                       count(*) FILTER (WHERE a.%4$I IS NULL) AS deleted
                  FROM after a FULL JOIN before b USING (%3$s)
            )
            SELECT %1$L::text, n.created, n.changed, n.deleted
              FROM number n WHERE n.created + n.changed + n.deleted > 0
            $sql$, live.name, live.name || '__history', live.key, live.first_key)
            USING versions;
    END LOOP;
END
$$;

-- Whether versions changed anything that can be taken back. Most changed nodes or what is on them: these are looked at first.
CREATE OR REPLACE FUNCTION are_revertible(versions bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live  text;
    found boolean;
BEGIN
    FOR live IN
        SELECT t.name
          FROM revertible_tables() t
         ORDER BY array_position('{treenode, connector_link, node_label, review, annotation_link}'::text[], t.name), t.name
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %1$I WHERE version = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE ended_by = ANY ($1) AND version <> ALL ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE version = ANY ($1) AND ended_by <> ALL ($1))',
                       live, live || '__history') INTO found USING versions;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
