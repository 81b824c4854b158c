-- The past by index, and versions that are taken back after one look at what they changed.

-- A state is looked up by its row and by the version that ended it: as of a version it is the first that ended later. The
-- index says which began before, too, so that other states of the row are not read.
CREATE FUNCTION index_states(live text, keys text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %1$I DROP CONSTRAINT IF EXISTS %2$I, ADD CONSTRAINT %2$I PRIMARY KEY (%3$s, ended_by, version)',
                   live || '__history', live || '__history_pkey',
                   (SELECT string_agg(quote_ident(key), ', ') FROM unnest(keys) AS key));
END
$$;
SELECT index_states(name, keys) FROM versioned_tables();

-- Tables that become versioned later get it, too.
ALTER FUNCTION create_history_table(regclass, text[]) RENAME TO create_history_table_0026;
CREATE FUNCTION create_history_table(live regclass, derived text[] DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
    SELECT create_history_table_0026(live, derived);
    SELECT index_states(name, keys) FROM versioned_tables() WHERE name = live::text;
$$;

-- What reads look up by another row, in the present as in the past.
DROP INDEX IF EXISTS treenode__history_skeleton_id, connector_link__history_skeleton_id, node_label__history_treenode_id,
                     review__history_skeleton_id, annotation_link__history_neuron_id, skeleton__history_neuron_id;
CREATE INDEX treenode__history_skeleton_id ON treenode__history (skeleton_id, ended_by, version);
CREATE INDEX treenode__history_parent_id ON treenode__history (parent_id, ended_by, version);
CREATE INDEX connector_link__history_skeleton_id ON connector_link__history (skeleton_id, ended_by, version);
CREATE INDEX connector_link__history_treenode_id ON connector_link__history (treenode_id, ended_by, version);
CREATE INDEX connector_link__history_connector_id ON connector_link__history (connector_id, ended_by, version);
CREATE INDEX node_label__history_treenode_id ON node_label__history (treenode_id, ended_by, version);
CREATE INDEX node_label__history_connector_id ON node_label__history (connector_id, ended_by, version);
CREATE INDEX review__history_skeleton_id ON review__history (skeleton_id, ended_by, version);
CREATE INDEX review__history_treenode_id ON review__history (treenode_id, ended_by, version);
CREATE INDEX annotation_link__history_neuron_id ON annotation_link__history (neuron_id, ended_by, version);
CREATE INDEX annotation_link__history_annotation_id ON annotation_link__history (annotation_id, ended_by, version);
CREATE INDEX skeleton__history_neuron_id ON skeleton__history (neuron_id, ended_by, version);

-- Since which version an edge was as it is here: that which ended the one before; 0 if there is none.
DROP VIEW past.treenode_in_space, past.link_in_space;
CREATE TABLE treenode_edge_past_0033 AS
SELECT id, coalesce(lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by), 0) AS since, ended_by,
       edge::geometry(LineStringZ) AS edge
  FROM treenode_edge_past;
CREATE TABLE link_edge_past_0033 AS
SELECT id, coalesce(lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by), 0) AS since, ended_by,
       edge::geometry(LineStringZ) AS edge
  FROM link_edge_past;
DROP TABLE treenode_edge_past, link_edge_past;
ALTER TABLE treenode_edge_past_0033 RENAME TO treenode_edge_past;
ALTER TABLE link_edge_past_0033 RENAME TO link_edge_past;
ALTER TABLE treenode_edge_past
    ALTER since SET NOT NULL, ALTER since SET DEFAULT 0, ALTER ended_by SET NOT NULL, ALTER edge SET NOT NULL,
    ADD PRIMARY KEY (id, ended_by);
ALTER TABLE link_edge_past
    ALTER since SET NOT NULL, ALTER since SET DEFAULT 0, ALTER ended_by SET NOT NULL, ALTER edge SET NOT NULL,
    ADD PRIMARY KEY (id, ended_by);
-- Of an edge that was elsewhere often, a box as of a version finds what it was then alone.
CREATE INDEX treenode_edge_past_xz ON treenode_edge_past USING gist (xz_box(edge), int8range(since, ended_by));
CREATE INDEX link_edge_past_xz ON link_edge_past USING gist (xz_box(edge), int8range(since, ended_by));

-- The edge of a treenode changes with its parent, too. A transaction that began first and comes to it last must try again, as
-- where it comes to a row.
CREATE FUNCTION edge_since(ended bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    IF ended > current_version() THEN
        PERFORM refuse_late_version(ended);
    END IF;
    RETURN coalesce(ended, 0);
END
$$;

CREATE OR REPLACE FUNCTION keep_edges() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    kept constant text := 'INSERT INTO %1$I (id, since, ended_by, edge)'
        ' SELECT id, edge_since((SELECT max(p.ended_by) FROM %1$I p WHERE p.id = changed.id)), current_version(), edge'
        '   FROM (%2$s) changed ON CONFLICT DO NOTHING';
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE format(kept, TG_ARGV[0], 'SELECT id, edge FROM old_rows');
    ELSE
        EXECUTE format(kept, TG_ARGV[0], 'SELECT id, edge FROM old_rows EXCEPT SELECT id, edge FROM new_rows');
    END IF;
    RETURN NULL;
END
$$;

-- Edges are looked up where they are asked for, and nowhere else: a function would be called for each row.
CREATE OR REPLACE VIEW past.treenode AS
SELECT t.id, t.project_id, t.skeleton_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id, t.editor_id,
       t.creation_time, t.edition_time, t.version,
       coalesce((SELECT p.edge FROM public.treenode_edge_past p
                  WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1), t.edge) AS edge
  FROM public.treenode t WHERE t.version <= as_of_version()
 UNION ALL
SELECT t.id, t.project_id, t.skeleton_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id, t.editor_id,
       t.creation_time, t.edition_time, t.version,
       coalesce((SELECT p.edge FROM public.treenode_edge_past p
                  WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1),
                (SELECT n.edge FROM public.treenode n WHERE n.id = t.id))
  FROM public.treenode__history t WHERE t.version <= as_of_version() AND t.ended_by > as_of_version();
CREATE OR REPLACE VIEW past.connector_link AS
SELECT t.id, t.project_id, t.relation_id, t.connector_id, t.treenode_id, t.skeleton_id, t.confidence, t.user_id,
       t.creation_time, t.edition_time, t.version,
       coalesce((SELECT p.edge FROM public.link_edge_past p
                  WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1), t.edge) AS edge
  FROM public.connector_link t WHERE t.version <= as_of_version()
 UNION ALL
SELECT t.id, t.project_id, t.relation_id, t.connector_id, t.treenode_id, t.skeleton_id, t.confidence, t.user_id,
       t.creation_time, t.edition_time, t.version,
       coalesce((SELECT p.edge FROM public.link_edge_past p
                  WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1),
                (SELECT l.edge FROM public.connector_link l WHERE l.id = t.id))
  FROM public.connector_link__history t WHERE t.version <= as_of_version() AND t.ended_by > as_of_version();

-- Subqueries that are not taken apart: for the few rows of a box, each row is looked up by its id.
CREATE VIEW past.treenode_in_space AS
SELECT t.id, t.project_id, t.skeleton_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id, t.editor_id,
       t.creation_time, t.edition_time, t.version, e.edge
  FROM (SELECT n.id, n.edge
          FROM public.treenode n
         WHERE (SELECT min(p.ended_by) FROM public.treenode_edge_past p
                 WHERE p.id = n.id AND p.ended_by > as_of_version()) IS NULL
         UNION ALL
        SELECT p.id, p.edge
          FROM public.treenode_edge_past p
         WHERE int8range(p.since, p.ended_by) @> as_of_version()) e
 CROSS JOIN LATERAL (SELECT * FROM past.treenode s WHERE s.id = e.id LIMIT 1) t;
CREATE VIEW past.link_in_space AS
SELECT t.id, t.project_id, t.relation_id, t.connector_id, t.treenode_id, t.skeleton_id, t.confidence, t.user_id,
       t.creation_time, t.edition_time, t.version, e.edge
  FROM (SELECT n.id, n.edge
          FROM public.connector_link n
         WHERE (SELECT min(p.ended_by) FROM public.link_edge_past p
                 WHERE p.id = n.id AND p.ended_by > as_of_version()) IS NULL
         UNION ALL
        SELECT p.id, p.edge
          FROM public.link_edge_past p
         WHERE int8range(p.since, p.ended_by) @> as_of_version()) e
 CROSS JOIN LATERAL (SELECT * FROM past.connector_link s WHERE s.id = e.id LIMIT 1) t;

CREATE OR REPLACE FUNCTION rebuild_past_edges() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    first_version constant bigint := first_readable_version();
    nodes integer[] := (SELECT array_agg(DISTINCT id) FROM treenode_edges_before(first_version)
                         WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE);
    links bigint[] := (SELECT array_agg(DISTINCT id) FROM link_edges_before(first_version)
                        WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE);
BEGIN
    INSERT INTO treenode_edge_past (id, ended_by, edge)
    SELECT s.id, h.ended_by, ST_MakeLine(ST_MakePoint(s.x, s.y, s.z), ST_MakePoint(s.x, s.y, s.z))
      FROM treenode__with_history s
      JOIN treenode__history h ON h.id IN (s.id, s.parent_id)
                              AND h.ended_by > s.version AND h.ended_by <= coalesce(s.ended_by, h.ended_by)
     WHERE s.id = ANY (nodes) AND h.ended_by > first_version
        ON CONFLICT DO NOTHING;
    UPDATE treenode_edge_past p SET edge = e.actual
      FROM treenode_edges_before(first_version) e
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
     WHERE s.id = ANY (links) AND m.ended_by > greatest(first_version, s.version)
       AND m.ended_by <= coalesce(s.ended_by, m.ended_by)
        ON CONFLICT DO NOTHING;
    UPDATE link_edge_past p SET edge = e.actual
      FROM link_edges_before(first_version) e
     WHERE p.id = e.id AND p.ended_by = e.ended_by AND p.id = ANY (links)
       AND NOT ST_OrderingEquals(p.edge, e.actual);
    UPDATE treenode_edge_past p SET since = s.since
      FROM (SELECT id, ended_by, lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by) AS since FROM treenode_edge_past) s
     WHERE p.id = s.id AND p.ended_by = s.ended_by AND p.since <> s.since;
    UPDATE link_edge_past p SET since = s.since
      FROM (SELECT id, ended_by, lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by) AS since FROM link_edge_past) s
     WHERE p.id = s.id AND p.ended_by = s.ended_by AND p.since <> s.since;
END
$$;

-- Whether versions changed anything that can be taken back.
CREATE FUNCTION are_revertible(versions bigint[]) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live  text;
    found boolean;
BEGIN
    FOR live IN SELECT t.name FROM revertible_tables() t LOOP
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

-- The condition that a row, named by an alias, is one of those that the versions $2 changed.
CREATE FUNCTION is_changed_by_wanted(live text, keys text[], alias text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('($1 = $2 OR EXISTS (SELECT FROM %1$I w WHERE %3$s AND w.version = ANY ($2))'
                  '         OR EXISTS (SELECT FROM %2$I w WHERE %3$s AND (w.version = ANY ($2) OR w.ended_by = ANY ($2))))',
                  live, live || '__history', same_key(keys, 'w', alias))
$$;

-- Why versions cannot be taken back: rows that other versions changed since, and by which of them. No row if they can.
-- wanted: of these versions those whose rows are meant; the others changed some of these rows since, and changed them back.
-- touched: the tables that the wanted ones changed.
DROP FUNCTION conflicts_of(bigint[]);
CREATE FUNCTION conflicts_of(versions bigint[], wanted bigint[], touched text[])
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
        RETURN QUERY EXECUTE format($sql$
            SELECT %1$L::text, jsonb_build_object(%2$s), h.version, 'hangs on what would go'
              FROM %3$I t JOIN %1$I h ON h.%4$I = t.%5$I
             WHERE t.version = ANY ($1) AND h.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %6$I b WHERE %8$s AND b.ended_by = ANY ($1) AND b.version <> ALL ($1))
               AND %9$s
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s),
                   coalesce((SELECT max(x.ended_by) FROM %6$I x WHERE x.%5$I = h.%4$I), 0), 'needs what is gone'
              FROM %7$I h
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND h.%4$I IS NOT NULL
               AND NOT EXISTS (SELECT FROM %3$I p WHERE p.%5$I = h.%4$I)
               AND NOT EXISTS (SELECT FROM %6$I x WHERE x.%5$I = h.%4$I AND x.ended_by = ANY ($1)
                                  AND x.version <> ALL ($1))
               AND %10$s
            $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
            key.referred || '__history', key.referring || '__history', same_key(key.referred_keys, 't', 'b'),
            is_changed_by_wanted(key.referred, key.referred_keys, 't'),
            is_changed_by_wanted(key.referring, key.referring_keys, 'h'))
            USING versions, wanted;
    END LOOP;
END
$$;

-- Take versions back, in the version of this transaction. Nobody else may have changed their rows since, see conflicts_of;
-- foreign keys are checked at the end of the transaction.
DROP FUNCTION take_back(bigint[]);
CREATE FUNCTION take_back(versions bigint[], wanted bigint[], touched text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    live     record;
    before   text;
    edge     text;
    old_edge text;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
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
             WHERE %5$s AND t.version = ANY ($1) AND h.ended_by = ANY ($1) AND h.version <> ALL ($1)
               AND (%6$s) IS DISTINCT FROM (%3$s) AND %7$s
            $sql$, live.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(live.kept) AS k),
            (SELECT string_agg(format('h.%I', k), ', ') FROM unnest(live.kept) AS k), live.history,
            same_key(live.keys, 't', 'h'), (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(live.kept) AS k),
            is_changed_by_wanted(live.name, live.keys, 'h'))
            USING versions, wanted;
    END LOOP;
    FOR live IN
        SELECT t.*, t.name || '__history' AS history FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        EXECUTE format($sql$
            DELETE FROM %1$I t
             WHERE t.version = ANY ($1)
               AND NOT EXISTS (SELECT FROM %2$I h WHERE %3$s AND h.ended_by = ANY ($1) AND h.version <> ALL ($1))
               AND %4$s
            $sql$, live.name, live.history, same_key(live.keys, 't', 'h'),
            is_changed_by_wanted(live.name, live.keys, 't'))
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
