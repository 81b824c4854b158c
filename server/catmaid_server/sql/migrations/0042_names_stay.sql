-- A name that came into being by its first use stays when that use is taken back and others use it by now.
CREATE FUNCTION used_names() RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT '{annotation, label}'::text[]
$$;
COMMENT ON FUNCTION used_names IS 'The tables of names that are made by their first use.';

-- The condition that nothing refers to a row, named by an alias; it begins with AND.
CREATE FUNCTION is_unused(live text, alias text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT string_agg(format(' AND NOT EXISTS (SELECT FROM %s r WHERE r.%I = %s.%I)',
                             k.conrelid::regclass, rc.attname, alias, tc.attname), '' ORDER BY k.oid)
      FROM pg_constraint k
      JOIN pg_attribute rc ON rc.attrelid = k.conrelid AND rc.attnum = k.conkey[1]
      JOIN pg_attribute tc ON tc.attrelid = k.confrelid AND tc.attnum = k.confkey[1]
     WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND k.confrelid = live::regclass
$$;

-- Why versions cannot be taken back: rows that other versions changed since, and by which of them. No row if they can.
-- wanted: of these versions those whose rows are meant; the others changed some of these rows since, and changed them back.
-- touched: the tables that the wanted ones changed.
CREATE OR REPLACE FUNCTION conflicts_of(versions bigint[], wanted bigint[], touched text[])
RETURNS TABLE (name text, row_key jsonb, version bigint, reason text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live    record;
    key     record;
    same    record;
    other   text;
    history text;
BEGIN
    FOR live IN
        SELECT t.name, t.keys, (SELECT string_agg(format('%L, h.%I', k, k), ', ') FROM unnest(t.keys) AS k) AS key_of_h
          FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        history := live.name || '__history';
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, jsonb_build_object(%2$s), h.ended_by,
                   CASE WHEN EXISTS (SELECT FROM %1$I b WHERE %4$s) THEN 'was changed' ELSE 'was deleted' END
              FROM %3$I h WHERE h.version = ANY ($1) AND h.ended_by <> ALL ($1) AND %6$s
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'was made again'
              FROM %3$I h JOIN %1$I b ON %4$s
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version + 0 = ANY ($1)) AND %6$s
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'was made again'
              FROM %3$I h JOIN %3$I b ON %4$s AND b.version > h.ended_by
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version + 0 = ANY ($1)) AND %6$s
            $sql$, live.name, live.key_of_h, history, same_key(live.keys, 'h', 'b'), same_key(live.keys, 'h', 'c'),
            is_changed_by_wanted(live.name, live.keys, 'h'))
            USING versions, wanted;
    END LOOP;
    FOR same IN
        SELECT u.*, t.keys, u.name || '__history' AS history,
               (SELECT string_agg(format('%L, b.%I', k, k), ', ') FROM unnest(t.keys) AS k) AS key_of_b,
               (SELECT string_agg(format('h.%I::text', k), ' || '' '' || ') FROM unnest(t.keys) AS k) AS h_in_words
          FROM unique_values() u JOIN revertible_tables() t USING (name) WHERE u.name = ANY (touched)
    LOOP
        -- A state comes back whose values another row has by now,
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version,
                   format('has %%s as %%s %%s, which would come back', in_words(%3$L), replace(%1$L, '_', ' '), %4$s)
              FROM %5$I h JOIN %1$I b ON %6$s AND NOT (%7$s)
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version + 0 <> ALL ($1)
               AND b.version > h.ended_by AND %8$s
            $sql$, same.name, same.key_of_b, same.cols, same.h_in_words, same.history,
            same_key(same.cols, 'h', 'b'), same_key(same.keys, 'h', 'b'),
            is_changed_by_wanted(same.name, same.keys, 'h'))
            USING versions, wanted;
        -- or another row that comes back, too, though it began only after this one ended.
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version,
                   format('would have %%s as %%s %%s', in_words(%3$L), replace(%1$L, '_', ' '), b.other)
              FROM (SELECT h.*, lag(%4$s) OVER same AS other, lag(h.ended_by) OVER same AS other_ended
                      FROM %5$I h
                     WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND num_nulls(%6$s) = 0 AND %7$s
                    WINDOW same AS (PARTITION BY %6$s ORDER BY h.version)) b
             WHERE b.other_ended <= b.version AND b.other <> %8$s
            $sql$, same.name, same.key_of_b, same.cols, same.h_in_words, same.history,
            (SELECT string_agg(format('h.%I', col), ', ') FROM unnest(same.cols) AS col),
            is_changed_by_wanted(same.name, same.keys, 'h'), replace(same.h_in_words, 'h.', 'b.'))
            USING versions, wanted;
    END LOOP;
    FOR live IN
        SELECT t.name, t.keys, t.name || '__history' AS history
          FROM revertible_tables() t
         WHERE t.name = ANY ('{annotation, label, neuron, skeleton}') AND t.name = ANY (touched)
    LOOP
        -- Things that stand in lists beside each other have different ids; neurons and skeletons may be given some.
        FOREACH other IN ARRAY array_remove('{neuron, skeleton}'::text[], live.name) LOOP
            RETURN QUERY EXECUTE format($sql$
                SELECT %2$L::text, jsonb_build_object('id', b.id), b.version,
                       format('has the id of %%s %%s, which would come back', %1$L, h.id)
                  FROM %3$I h JOIN %2$I b ON b.id = h.id
                 WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
                   AND b.version > h.ended_by AND %4$s
                $sql$, live.name, other, live.history, is_changed_by_wanted(live.name, live.keys, 'h'))
                USING versions, wanted;
        END LOOP;
    END LOOP;
    FOR key IN
        SELECT r.name AS referring, rc.attname AS referring_column, r.keys AS referring_keys,
               k.confrelid::regclass::text AS referred, t.keys AS referred_keys, tc.attname AS referred_column,
               CASE rc.attname WHEN 'parent_id' THEN 'is a child of' ELSE 'belongs to' END AS belonging,
               CASE rc.attname WHEN 'parent_id' THEN 'would be a child of' ELSE 'would belong to' END AS would_belong,
               (SELECT string_agg(format('%L, h.%I', k, k), ', ') FROM unnest(r.keys) AS k) AS key_of_h
          FROM pg_constraint k
          JOIN revertible_tables() r ON r.name::regclass = k.conrelid
          LEFT JOIN revertible_tables() t ON t.name::regclass = k.confrelid
          JOIN pg_attribute rc ON rc.attrelid = k.conrelid AND rc.attnum = k.conkey[1]
          JOIN pg_attribute tc ON tc.attrelid = k.confrelid AND tc.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND (r.name = ANY (touched) OR t.name = ANY (touched))
           AND k.confrelid <> ALL ('{app_user, project}'::regclass[])      -- never deleted without what refers to them
    LOOP
        IF key.referred = ANY (touched) AND key.referred <> ALL (used_names()) THEN
            RETURN QUERY EXECUTE format($sql$
                SELECT DISTINCT %1$L::text, jsonb_build_object(%2$s), h.version,
                       format('%%s %%s %%s, which would be deleted', %9$L, replace(%3$L, '_', ' '), t.%5$I)
                  FROM %3$I t JOIN %1$I h ON h.%4$I = t.%5$I
                 WHERE t.version = ANY ($1) AND h.version <> ALL ($1)
                   AND NOT EXISTS (SELECT FROM %6$I b WHERE %7$s AND b.ended_by + 0 = ANY ($1)
                                     AND b.version <> ALL ($1))
                   AND %8$s
                $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
                key.referred || '__history', same_key(key.referred_keys, 't', 'b'),
                is_changed_by_wanted(key.referred, key.referred_keys, 't'), key.belonging)
                USING versions, wanted;
        END IF;
        -- Without a version in between, a row could get the state back that one of these gave it, but not its home.
        IF key.referring = ANY (touched) AND key.referred = ANY (touched) AND key.referred <> ALL (used_names())
           AND cardinality(versions) > 1 THEN
            RETURN QUERY EXECUTE format($sql$
                SELECT DISTINCT %1$L::text, jsonb_build_object(%2$s), h.version,
                       format('%%s %%s %%s, which would be deleted', %10$L, replace(%3$L, '_', ' '), t.%5$I)
                  FROM %7$I h JOIN %3$I t ON t.%5$I = h.%4$I
                 WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND t.version + 0 = ANY ($1)
                   AND NOT EXISTS (SELECT FROM %6$I b WHERE %8$s AND b.ended_by + 0 = ANY ($1) AND b.version <> ALL ($1))
                   AND %9$s AND %11$s
                $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
                key.referred || '__history', key.referring || '__history', same_key(key.referred_keys, 't', 'b'),
                is_changed_by_wanted(key.referring, key.referring_keys, 'h'), key.would_belong,
                is_changed_by_wanted(key.referred, key.referred_keys, 't'))
                USING versions, wanted;
        END IF;
        IF key.referring = ANY (touched) THEN
            RETURN QUERY EXECUTE format($sql$
                SELECT DISTINCT %3$L::text, jsonb_build_object(%5$L, h.%4$I),
                       coalesce((SELECT max(x.ended_by) FROM %6$I x WHERE x.%5$I = h.%4$I), 0),
                       format('was deleted, and %%s %%s, which would come back, %%s it',
                              replace(%1$L, '_', ' '), %2$s, %9$L)
                  FROM %7$I h
                 WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND h.%4$I IS NOT NULL
                   AND NOT EXISTS (SELECT FROM %3$I p WHERE p.%5$I = h.%4$I)
                   AND NOT EXISTS (SELECT FROM %6$I x WHERE x.%5$I = h.%4$I AND x.ended_by + 0 = ANY ($1)
                                      AND x.version <> ALL ($1))
                   AND %8$s
                $sql$, key.referring,
                (SELECT string_agg(format('h.%I', k), ' || '' '' || ') FROM unnest(key.referring_keys) AS k),
                key.referred, key.referring_column, key.referred_column,
                key.referred || '__history', key.referring || '__history',
                is_changed_by_wanted(key.referring, key.referring_keys, 'h'), key.belonging)
                USING versions, wanted;
        END IF;
    END LOOP;
END
$$;

DROP FUNCTION homeless_of(bigint[], bigint[], text[]);

-- Take versions back, in the version of this transaction. Nobody else may have changed their rows since, see conflicts_of;
-- foreign keys are checked at the end of the transaction.
CREATE OR REPLACE FUNCTION take_back(versions bigint[], wanted bigint[], touched text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    live     record;
    before   text;
    edge     text;
    old_edge text;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    -- Unique values are checked row by row: they are free before others get them.
    FOR live IN
        SELECT t.*, t.name || '__history' AS history
          FROM revertible_tables() t
         WHERE t.name = ANY (touched) AND t.name IN (SELECT u.name FROM unique_values() u WHERE u.is_enforced)
    LOOP
        EXECUTE format($sql$
            DELETE FROM %1$I t
             WHERE t.version = ANY ($1) AND %2$s
               AND NOT EXISTS (SELECT FROM %3$I h WHERE %4$s AND h.ended_by + 0 = ANY ($1) AND h.version <> ALL ($1)
                                  AND (%5$s) IS NOT DISTINCT FROM (%6$s))
            $sql$, live.name, is_changed_by_wanted(live.name, live.keys, 't'), live.history,
            same_key(live.keys, 't', 'h'), (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(live.kept) AS k),
            (SELECT string_agg(format('h.%I', k), ', ') FROM unnest(live.kept) AS k))
            USING versions, wanted;
    END LOOP;
    FOR live IN
        SELECT t.*, t.name || '__history' AS history FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        SELECT string_agg(format('h.%I', k), ', ') INTO before FROM unnest(live.kept) AS k;
        edge := CASE WHEN live.name IN ('treenode', 'connector_link') THEN ', edge' ELSE '' END;
        old_edge := CASE live.name
            WHEN 'treenode' THEN ', coalesce((SELECT e.edge FROM treenode_edge_past e WHERE e.id = h.id AND'
                                 ' e.ended_by = h.ended_by), ST_MakeLine(ST_MakePoint(h.x, h.y, h.z),'
                                 ' ST_MakePoint(h.x, h.y, h.z)))'
            WHEN 'connector_link' THEN ', (SELECT e.edge FROM link_edge_past e WHERE e.id = h.id'
                                       ' AND e.ended_by = h.ended_by)'
            ELSE '' END;
        EXECUTE format($sql$
            INSERT INTO %1$I (%2$s%3$s) OVERRIDING SYSTEM VALUE
            SELECT %4$s%5$s FROM %6$I h
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %1$I t WHERE %7$s) AND %8$s
            $sql$, live.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(live.kept) AS k), edge, before,
            old_edge, live.history, same_key(live.keys, 't', 'h'), is_changed_by_wanted(live.name, live.keys, 'h'))
            USING versions, wanted;
    END LOOP;
    FOR live IN
        SELECT t.*, t.name || '__history' AS history FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        EXECUTE format($sql$
            UPDATE %1$I t SET (%2$s) = ROW (%3$s)
              FROM %4$I h
             WHERE %5$s AND t.version = ANY ($1) AND h.ended_by + 0 = ANY ($1) AND h.version <> ALL ($1)
               AND (%6$s) IS DISTINCT FROM (%3$s) AND %7$s
            $sql$, live.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(live.kept) AS k),
            (SELECT string_agg(format('h.%I', k), ', ') FROM unnest(live.kept) AS k), live.history,
            same_key(live.keys, 't', 'h'), (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(live.kept) AS k),
            is_changed_by_wanted(live.name, live.keys, 'h'))
            USING versions, wanted;
    END LOOP;
    -- Names come last, when it is known what still uses them.
    FOR live IN
        SELECT t.*, t.name || '__history' AS history
          FROM revertible_tables() t
         WHERE t.name = ANY (touched)
         ORDER BY t.name = ANY (used_names())
    LOOP
        EXECUTE format($sql$
            DELETE FROM %1$I t
             WHERE t.version = ANY ($1)
               AND NOT EXISTS (SELECT FROM %2$I h WHERE %3$s AND h.ended_by + 0 = ANY ($1) AND h.version <> ALL ($1))
               AND %4$s%5$s
            $sql$, live.name, live.history, same_key(live.keys, 't', 'h'),
            is_changed_by_wanted(live.name, live.keys, 't'),
            CASE WHEN live.name = ANY (used_names()) THEN is_unused(live.name, 't') ELSE '' END)
            USING versions, wanted;
    END LOOP;
    UPDATE treenode t SET edge = e.edge
      FROM actual_treenode_edge e
     WHERE e.id = t.id AND NOT ST_OrderingEquals(t.edge, e.edge)
       AND t.id IN (SELECT id FROM treenode WHERE version = current_version()
                     UNION
                    SELECT c.id FROM treenode p JOIN treenode c ON c.parent_id = p.id
                     WHERE p.version = current_version());
    UPDATE connector_link l SET edge = e.edge
      FROM actual_link_edge e
     WHERE e.id = l.id AND NOT ST_OrderingEquals(l.edge, e.edge)
       AND l.id IN (SELECT id FROM connector_link WHERE version = current_version()
                     UNION
                    SELECT o.id FROM treenode p JOIN connector_link o ON o.treenode_id = p.id
                     WHERE p.version = current_version()
                     UNION
                    SELECT o.id FROM connector p JOIN connector_link o ON o.connector_id = p.id
                     WHERE p.version = current_version());
END
$$;
