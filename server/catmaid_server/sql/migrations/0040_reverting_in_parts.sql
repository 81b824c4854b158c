-- Where versions are taken back without one in between: a row gets the state back that this one gave it, though what it
-- belongs to there would be deleted.
CREATE FUNCTION homeless_of(versions bigint[], wanted bigint[], touched text[])
RETURNS TABLE (name text, row_key jsonb, version bigint, reason text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT r.name AS referring, rc.attname AS referring_column, r.keys AS referring_keys, t.name AS referred,
               t.keys AS referred_keys, tc.attname AS referred_column,
               CASE rc.attname WHEN 'parent_id' THEN 'would be a child of' ELSE 'would belong to' END AS belonging,
               (SELECT string_agg(format('%L, h.%I', k, k), ', ') FROM unnest(r.keys) AS k) AS key_of_h
          FROM pg_constraint k
          JOIN revertible_tables() r ON r.name::regclass = k.conrelid
          JOIN revertible_tables() t ON t.name::regclass = k.confrelid
          JOIN pg_attribute rc ON rc.attrelid = k.conrelid AND rc.attnum = k.conkey[1]
          JOIN pg_attribute tc ON tc.attrelid = k.confrelid AND tc.attnum = k.confkey[1]
         WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 AND r.name = ANY (touched) AND t.name = ANY (touched)
    LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT DISTINCT %1$L::text, jsonb_build_object(%2$s), h.version,
                   format('%%s %%s %%s, which would be deleted', %10$L, replace(%3$L, '_', ' '), t.%5$I)
              FROM %7$I h JOIN %3$I t ON t.%5$I = h.%4$I
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND t.version + 0 = ANY ($1)
               AND NOT EXISTS (SELECT FROM %6$I b WHERE %8$s AND b.ended_by + 0 = ANY ($1) AND b.version <> ALL ($1))
               AND %9$s AND %11$s
            $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
            key.referred || '__history', key.referring || '__history', same_key(key.referred_keys, 't', 'b'),
            is_changed_by_wanted(key.referring, key.referring_keys, 'h'), key.belonging,
            is_changed_by_wanted(key.referred, key.referred_keys, 't'))
            USING versions, wanted;
    END LOOP;
END
$$;
