-- Versions that cannot be read any more, and what `check` and `rebuild` ask.

CREATE TABLE unreadable_versions (
    first_version bigint      NOT NULL,
    last_version  bigint      NOT NULL,
    reason        text        NOT NULL CHECK (reason IN ('trimmed', 'restored', 'upgraded')),
    time          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (first_version, reason),
    CHECK (first_version <= last_version)
);
COMMENT ON COLUMN unreadable_versions.reason IS
    'trimmed: their history was deleted; restored: given after the backup was taken; upgraded: from before 0026_past';

-- Summaries of skeletons have a history since 0026_past, which wrote them in a version of its own.
INSERT INTO unreadable_versions (first_version, last_version, reason)
SELECT 0, id - 1, 'upgraded' FROM transaction_info WHERE label = 'migrations.past';

-- The first version of those that can be read up to the newest, but for what a restored backup lacked.
CREATE FUNCTION first_readable_version() RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT coalesce(max(last_version) + 1, 0) FROM unreadable_versions WHERE first_version = 0);

CREATE FUNCTION versioned_tables() RETURNS TABLE (name text, keys text[])
LANGUAGE sql STABLE AS $$
    SELECT live.relname::text,
           (SELECT array_agg(a.attname::text ORDER BY k.position)
              FROM pg_index i
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = live.oid AND i.indisprimary)
      FROM pg_class history
      JOIN pg_class live ON history.relname = live.relname || '__history' AND live.relnamespace = history.relnamespace
     WHERE history.relkind = 'r' AND history.relnamespace = 'public'::regnamespace
     ORDER BY 1
$$;

-- The states of a row follow each other: one ends in the version that makes the next. Rows that were deleted come back by
-- a revert, or by an import that keeps ids; rows whose keys are no ids (members of groups, tags) come and go.
CREATE FUNCTION history_problems() RETURNS TABLE (problem text, name text, row_key text, version bigint)
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
               AND NOT EXISTS (SELECT FROM transaction_info i WHERE i.id = s.next_version AND i.label LIKE '%%.import')
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

-- Counters that would give an id again that a row has or had.
CREATE FUNCTION counter_problems() RETURNS TABLE (counter text, name text, newest_id bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    counted record;
BEGIN
    FOR counted IN
        SELECT c.relname AS name, a.attname AS col, s.oid::regclass AS counter,
               EXISTS (SELECT FROM versioned_tables() t WHERE t.name = c.relname) AS versioned
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
          JOIN pg_depend d ON d.deptype = 'i' AND d.classid = 'pg_class'::regclass
                              AND d.refobjid = c.oid AND d.refobjsubid = a.attnum
                           OR d.deptype = 'n' AND d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
          JOIN pg_class s ON s.relkind = 'S' AND s.oid = CASE WHEN d.deptype = 'i' THEN d.objid ELSE d.refobjid END
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, %2$L::text, newest.id
              FROM (SELECT max(id) AS id
                      FROM (SELECT max(%3$I)::bigint AS id FROM %2$I
                             UNION ALL
                            SELECT max(%3$I) FROM %4$I) known) newest
              JOIN %1$s counter ON newest.id > counter.last_value - CASE WHEN counter.is_called THEN 0 ELSE 1 END
            $sql$, counted.counter, counted.name, counted.col,
            counted.name || CASE WHEN counted.versioned THEN '__history' ELSE '' END);
    END LOOP;
END
$$;

-- Triggers fire in the order of their names. What an edge was is kept before the edges of children follow: where a treenode
-- moves together with its parent, its edge changes twice, and what it was in between was never there.
ALTER TRIGGER keep_changed_edges ON treenode RENAME TO changed_edges_are_kept;

-- Edges as the past shows them, and as treenodes and connectors were, before each version that ended one.
CREATE FUNCTION treenode_edges_before(first_version bigint)
RETURNS TABLE (id integer, ended_by bigint, shown geometry, actual geometry)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.ended_by,
           coalesce(m.edge,
                    (SELECT p.edge FROM treenode_edge_past p
                      WHERE p.id = m.id AND p.ended_by >= m.ended_by ORDER BY p.ended_by LIMIT 1),
                    (SELECT t.edge FROM treenode t WHERE t.id = m.id)),
           ST_MakeLine(coalesce(ST_MakePoint(parent.x, parent.y, parent.z), ST_MakePoint(own.x, own.y, own.z)),
                       ST_MakePoint(own.x, own.y, own.z))
      FROM (SELECT id, ended_by, p.edge
              FROM (SELECT h.id, h.ended_by FROM treenode__history h WHERE h.ended_by > first_version) h
              FULL JOIN (SELECT * FROM treenode_edge_past p WHERE p.ended_by > first_version) p USING (id, ended_by)) m
      JOIN LATERAL (SELECT h.parent_id, h.x, h.y, h.z FROM treenode__history h
                     WHERE h.id = m.id AND h.version < m.ended_by AND h.ended_by >= m.ended_by
                     UNION ALL
                    SELECT t.parent_id, t.x, t.y, t.z FROM treenode t
                     WHERE t.id = m.id AND t.version < m.ended_by) own ON true
      LEFT JOIN LATERAL (SELECT h.x, h.y, h.z FROM treenode__history h
                          WHERE h.id = own.parent_id AND h.version < m.ended_by AND h.ended_by >= m.ended_by
                          UNION ALL
                         SELECT t.x, t.y, t.z FROM treenode t
                          WHERE t.id = own.parent_id AND t.version < m.ended_by) parent ON true
$$;

CREATE FUNCTION link_edges_before(first_version bigint)
RETURNS TABLE (id bigint, ended_by bigint, shown geometry, actual geometry)
LANGUAGE sql STABLE AS $$
    SELECT m.id, m.ended_by,
           coalesce(m.edge,
                    (SELECT p.edge FROM link_edge_past p
                      WHERE p.id = m.id AND p.ended_by >= m.ended_by ORDER BY p.ended_by LIMIT 1),
                    (SELECT l.edge FROM connector_link l WHERE l.id = m.id)),
           ST_MakeLine(ST_MakePoint(node.x, node.y, node.z), ST_MakePoint(place.x, place.y, place.z))
      FROM (SELECT id, ended_by, p.edge
              FROM (SELECT h.id, h.ended_by FROM connector_link__history h WHERE h.ended_by > first_version) h
              FULL JOIN (SELECT * FROM link_edge_past p WHERE p.ended_by > first_version) p USING (id, ended_by)) m
      JOIN LATERAL (SELECT h.treenode_id, h.connector_id FROM connector_link__history h
                     WHERE h.id = m.id AND h.version < m.ended_by AND h.ended_by >= m.ended_by
                     UNION ALL
                    SELECT l.treenode_id, l.connector_id FROM connector_link l
                     WHERE l.id = m.id AND l.version < m.ended_by) own ON true
      JOIN LATERAL (SELECT h.x, h.y, h.z FROM treenode__history h
                     WHERE h.id = own.treenode_id AND h.version < m.ended_by AND h.ended_by >= m.ended_by
                     UNION ALL
                    SELECT t.x, t.y, t.z FROM treenode t
                     WHERE t.id = own.treenode_id AND t.version < m.ended_by) node ON true
      JOIN LATERAL (SELECT h.x, h.y, h.z FROM connector__history h
                     WHERE h.id = own.connector_id AND h.version < m.ended_by AND h.ended_by >= m.ended_by
                     UNION ALL
                    SELECT c.x, c.y, c.z FROM connector c
                     WHERE c.id = own.connector_id AND c.version < m.ended_by) place ON true
$$;

-- What edges were, made anew where it is wrong: before each version that the edge, or what it joins, did not outlive.
CREATE FUNCTION rebuild_past_edges() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    since constant bigint := first_readable_version();
    nodes integer[] := (SELECT array_agg(DISTINCT id) FROM treenode_edges_before(since)
                         WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE);
    links bigint[] := (SELECT array_agg(DISTINCT id) FROM link_edges_before(since)
                        WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE);
BEGIN
    INSERT INTO treenode_edge_past (id, ended_by, edge)
    SELECT s.id, h.ended_by, ST_MakeLine(ST_MakePoint(s.x, s.y, s.z), ST_MakePoint(s.x, s.y, s.z))
      FROM treenode__with_history s
      JOIN treenode__history h ON h.id IN (s.id, s.parent_id)
                              AND h.ended_by > s.version AND h.ended_by <= coalesce(s.ended_by, h.ended_by)
     WHERE s.id = ANY (nodes) AND h.ended_by > since
        ON CONFLICT DO NOTHING;
    UPDATE treenode_edge_past p SET edge = e.actual
      FROM treenode_edges_before(since) e
     WHERE p.id = e.id AND p.ended_by = e.ended_by AND p.id = ANY (nodes)
       AND NOT ST_OrderingEquals(p.edge, e.actual);

    INSERT INTO link_edge_past (id, ended_by, edge)
    SELECT s.id, m.ended_by, ST_MakeLine(ST_MakePoint(0, 0, 0), ST_MakePoint(0, 0, 0))
      FROM connector_link__with_history s
     CROSS JOIN LATERAL (SELECT h.ended_by FROM connector_link__history h WHERE h.id = s.id
                          UNION
                         SELECT h.ended_by FROM treenode__history h WHERE h.id = s.treenode_id
                          UNION
                         SELECT h.ended_by FROM connector__history h WHERE h.id = s.connector_id) m
     WHERE s.id = ANY (links) AND m.ended_by > greatest(since, s.version)
       AND m.ended_by <= coalesce(s.ended_by, m.ended_by)
        ON CONFLICT DO NOTHING;
    UPDATE link_edge_past p SET edge = e.actual
      FROM link_edges_before(since) e
     WHERE p.id = e.id AND p.ended_by = e.ended_by AND p.id = ANY (links)
       AND NOT ST_OrderingEquals(p.edge, e.actual);
END
$$;

-- Summaries that are right stay as they are.
CREATE OR REPLACE FUNCTION rebuild_skeleton_summaries() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    wrong integer[] := (SELECT array_agg(id) FROM derived_mismatches WHERE what = 'skeleton_summary');
BEGIN
    IF current_version() IS NULL THEN
        PERFORM begin_version(NULL, NULL, 'rebuild.skeleton_summaries');
    END IF;
    DELETE FROM skeleton_summary WHERE skeleton_id = ANY (wrong);
    INSERT INTO skeleton_summary (skeleton_id, project_id, num_nodes, cable_length, original_creation_time,
                                  last_edition_time, last_editor_id)
    SELECT skeleton_id, min(project_id), count(*), sum(ST_3DLength(edge)), min(creation_time), max(edition_time),
           (array_agg(editor_id ORDER BY edition_time DESC))[1]
      FROM treenode WHERE skeleton_id = ANY (wrong) GROUP BY skeleton_id;
END
$$;

-- How many states of rows ended in a version or before it, by table; no row for tables without any.
CREATE FUNCTION states_ended_by(last_version bigint) RETURNS TABLE (name text, states bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    history text;
BEGIN
    FOR history IN
        SELECT t.name || '__history' FROM versioned_tables() t UNION ALL VALUES ('treenode_edge_past'), ('link_edge_past')
    LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, count(*) FROM %I WHERE ended_by <= $1 HAVING count(*) > 0',
                                    history, history)
            USING last_version;
    END LOOP;
END
$$;

-- Delete them: reads as of this version or a later one do not need them.
CREATE FUNCTION delete_states_ended_by(last_version bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    history text;
BEGIN
    FOR history IN
        SELECT t.name || '__history' FROM versioned_tables() t UNION ALL VALUES ('treenode_edge_past'), ('link_edge_past')
    LOOP
        EXECUTE format('DELETE FROM %I WHERE ended_by <= $1', history) USING last_version;
    END LOOP;
END
$$;

-- Let a role read all tables and views with their history but private ones, and of these all columns but secret ones.
CREATE FUNCTION grant_reading(reader name, private_tables text[], secret_columns text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA public, past TO %I', reader);
    FOR found IN
        SELECT n.nspname, c.relname, t.name,
               (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
                  FROM pg_attribute
                 WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                   AND t.name || '.' || attname <> ALL (secret_columns)) AS readable
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL (SELECT regexp_replace(c.relname, '__(with_)?history$', '') AS name) t
         WHERE n.nspname IN ('public', 'past') AND c.relkind IN ('r', 'v')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                              AND d.deptype = 'e')
    LOOP
        EXECUTE format('REVOKE ALL ON %I.%I FROM %I', found.nspname, found.relname, reader);
        CONTINUE WHEN found.name = ANY (private_tables);
        EXECUTE format('GRANT SELECT (%s) ON %I.%I TO %I', found.readable, found.nspname, found.relname, reader);
    END LOOP;
END
$$;

-- With the column that 0027_reverting added.
CREATE OR REPLACE VIEW past.transaction_info AS SELECT * FROM public.transaction_info WHERE id <= as_of_version();
