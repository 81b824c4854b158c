-- The past has all columns, and what others made is taken back only by who may edit all of it.

-- Generated columns have no history: they are made again from the columns that they are made of.
CREATE OR REPLACE VIEW past.volume AS
SELECT t.id, t.project_id, t.user_id, t.editor_id, t.entity_id, t.name, t.comment, t.creation_time, t.edition_time,
       t.corners, t.area, t.volume, t.watertight, t.version, box_around(t.corners) AS box
  FROM public.volume t WHERE t.version <= as_of_version()
 UNION ALL
SELECT t.id, t.project_id, t.user_id, t.editor_id, t.entity_id, t.name, t.comment, t.creation_time, t.edition_time,
       t.corners, t.area, t.volume, t.watertight, t.version, box_around(t.corners)
  FROM public.volume__history t WHERE t.version <= as_of_version() AND t.ended_by > as_of_version();

-- The users to whom rows belong that versions made, changed or deleted.
CREATE FUNCTION owners_of(versions bigint[]) RETURNS SETOF integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
BEGIN
    FOR live IN
        SELECT t.name, owner.col
          FROM revertible_tables() t
          JOIN LATERAL (SELECT col FROM unnest(t.kept) AS col WHERE col IN ('user_id', 'reviewer_id')) owner ON true
         WHERE t.name <> 'skeleton'      -- belongs to whose treenodes it has
    LOOP
        RETURN QUERY EXECUTE format('SELECT DISTINCT %1$I FROM %2$I WHERE version = ANY ($1)'
                                    ' UNION SELECT %1$I FROM %3$I WHERE ended_by = ANY ($1)',
                                    live.col, live.name, live.name || '__history')
            USING versions;
    END LOOP;
END
$$;
