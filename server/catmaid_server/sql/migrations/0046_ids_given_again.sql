-- An administrator may give a skeleton or neuron an id that it, or another one, had before: that is no fault of the history.

-- The states of a row follow each other: one ends in the version that makes the next. Rows that were deleted come back by
-- a revert, by an import that keeps ids, or where an administrator gives an id again; rows whose keys are no ids (members
-- of groups, tags) come and go.
CREATE OR REPLACE FUNCTION history_problems() RETURNS TABLE (problem text, name text, row_key text, version bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
BEGIN
    FOR live IN
        SELECT t.name, t.keys, t.name || '__history' AS history, array_to_string(t.keys, ', ') AS key,
               (SELECT string_agg(format('s.%I', k), ', ') FROM unnest(t.keys) AS k) AS key_of_s
          FROM versioned_tables() t
    LOOP
        RETURN QUERY EXECUTE format($sql$
            WITH state AS (
                SELECT %2$s, version, ended_by, lead(version) OVER (PARTITION BY %2$s ORDER BY version) AS next_version
                  FROM %3$I
            ), followed AS (
                SELECT %4$s, s.version, s.ended_by, coalesce(s.next_version, t.version) AS next_version
                  FROM state s LEFT JOIN %1$I t ON %5$s AND s.next_version IS NULL
            )
            SELECT 'overlap', %1$L::text, concat_ws(' ', %4$s), s.version
              FROM followed s WHERE s.next_version < s.ended_by OR s.ended_by <= s.version
             UNION ALL
            SELECT 'gap', %1$L, concat_ws(' ', %4$s), s.ended_by
              FROM followed s
             WHERE %6$L AND s.next_version > s.ended_by
               AND NOT EXISTS (SELECT FROM reverted_version r WHERE r.version = s.next_version)
               AND NOT EXISTS (SELECT FROM transaction_info i
                                WHERE i.id = s.next_version
                                  AND (i.label LIKE '%%.import' OR i.label = 'skeletons.update_id'))
             UNION ALL
            SELECT 'unknown version', %1$L, concat_ws(' ', %4$s), s.version
              FROM %1$I s WHERE NOT EXISTS (SELECT FROM transaction_info i WHERE i.id = s.version)
             UNION ALL
            SELECT 'unknown version', %1$L, concat_ws(' ', %4$s), s.ended_by
              FROM %3$I s WHERE NOT EXISTS (SELECT FROM transaction_info i WHERE i.id = s.ended_by)
            $sql$, live.name, live.key, live.history, live.key_of_s, same_key(live.keys, 't', 's'),
            live.keys = '{id}');
    END LOOP;
END
$$;
