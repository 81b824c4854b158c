-- To take a version back, only the tables that it changed are looked through, and only the keys between them and others.
CREATE OR REPLACE FUNCTION changes_of(versions bigint[]) RETURNS TABLE (name text, created bigint, changed bigint, deleted bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live  record;
    found boolean;
BEGIN
    FOR live IN SELECT t.name, t.keys, array_to_string(t.keys, ', ') AS key FROM revertible_tables() t LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %1$I WHERE version = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE ended_by = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE version = ANY ($1))',
                       live.name, live.name || '__history') INTO found USING versions;
        CONTINUE WHEN NOT found;
        RETURN QUERY EXECUTE format($sql$
            WITH before AS (
                SELECT DISTINCT %4$s FROM %2$I WHERE ended_by = ANY ($1) AND version <> ALL ($1)
            ), after AS (
                SELECT %4$s FROM %1$I WHERE version = ANY ($1)
                 UNION
                SELECT %4$s FROM %2$I WHERE version = ANY ($1) AND ended_by <> ALL ($1)
            ), number AS (
                SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM before b WHERE %3$s)) AS created,
                       count(*) FILTER (WHERE EXISTS (SELECT FROM before b WHERE %3$s)) AS changed,
                       (SELECT count(*) FROM before b WHERE NOT EXISTS (SELECT FROM after a WHERE %3$s)) AS deleted
                  FROM after a
            )
            SELECT %1$L::text, n.created, n.changed, n.deleted
              FROM number n WHERE n.created + n.changed + n.deleted > 0
            $sql$, live.name, live.name || '__history', same_key(live.keys, 'a', 'b'), live.key)
            USING versions;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION conflicts_of(versions bigint[], wanted bigint[], touched text[])
RETURNS TABLE (name text, row_key jsonb, version bigint, reason text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live      record;
    key       record;
    history   text;
BEGIN
    FOR live IN
        SELECT t.name, t.keys, (SELECT string_agg(format('%L, h.%I', k, k), ', ') FROM unnest(t.keys) AS k) AS key_of_h
          FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        history := live.name || '__history';
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, jsonb_build_object(%2$s), h.ended_by, 'changed'
              FROM %3$I h WHERE h.version = ANY ($1) AND h.ended_by <> ALL ($1) AND %6$s
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'made again'
              FROM %3$I h JOIN %1$I b ON %4$s
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version = ANY ($1)) AND %6$s
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'made again'
              FROM %3$I h JOIN %3$I b ON %4$s AND b.version > h.ended_by
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version = ANY ($1)) AND %6$s
            $sql$, live.name, live.key_of_h, history, same_key(live.keys, 'h', 'b'), same_key(live.keys, 'h', 'c'),
            is_changed_by_wanted(live.name, live.keys, 'h'))
            USING versions, wanted;
    END LOOP;
    FOR key IN
        SELECT r.name AS referring, rc.attname AS referring_column, r.keys AS referring_keys, t.name AS referred,
               t.keys AS referred_keys,
               tc.attname AS referred_column,
               (SELECT string_agg(format('%L, h.%I', k, k), ', ') FROM unnest(r.keys) AS k) AS key_of_h
          FROM pg_constraint k
          JOIN revertible_tables() r ON r.name::regclass = k.conrelid
          JOIN revertible_tables() t ON t.name::regclass = k.confrelid
          JOIN pg_attribute rc ON rc.attrelid = k.conrelid AND rc.attnum = k.conkey[1]
          JOIN pg_attribute tc ON tc.attrelid = k.confrelid AND tc.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND (r.name = ANY (touched) OR t.name = ANY (touched))
    LOOP
        IF key.referred = ANY (touched) THEN
            RETURN QUERY EXECUTE format($sql$
                SELECT DISTINCT %1$L::text, jsonb_build_object(%2$s), h.version, 'hangs on what would go'
                  FROM %3$I t JOIN %1$I h ON h.%4$I = t.%5$I
                 WHERE t.version = ANY ($1) AND h.version <> ALL ($1)
                   AND NOT EXISTS (SELECT FROM %6$I b WHERE %7$s AND b.ended_by = ANY ($1) AND b.version <> ALL ($1))
                   AND %8$s
                $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
                key.referred || '__history', same_key(key.referred_keys, 't', 'b'),
                is_changed_by_wanted(key.referred, key.referred_keys, 't'))
                USING versions, wanted;
        END IF;
        IF key.referring = ANY (touched) THEN
            RETURN QUERY EXECUTE format($sql$
                SELECT DISTINCT %1$L::text, jsonb_build_object(%2$s),
                       coalesce((SELECT max(x.ended_by) FROM %6$I x WHERE x.%5$I = h.%4$I), 0), 'needs what is gone'
                  FROM %7$I h
                 WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND h.%4$I IS NOT NULL
                   AND NOT EXISTS (SELECT FROM %3$I p WHERE p.%5$I = h.%4$I)
                   AND NOT EXISTS (SELECT FROM %6$I x WHERE x.%5$I = h.%4$I AND x.ended_by = ANY ($1)
                                      AND x.version <> ALL ($1))
                   AND %8$s
                $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
                key.referred || '__history', key.referring || '__history',
                is_changed_by_wanted(key.referring, key.referring_keys, 'h'))
                USING versions, wanted;
        END IF;
    END LOOP;
END
$$;
