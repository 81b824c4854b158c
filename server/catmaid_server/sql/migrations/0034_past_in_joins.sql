-- The past is looked up by index where tables are joined, too.

-- The view of a versioned table as it was. Its conditions stand outside of the union: so PostgreSQL takes table and history
-- for parts of one table, and a join looks up rows in the indexes of both. With conditions inside of the union, a join reads
-- all of the past.
-- derived: for derived columns, what they were: an expression over the row `t`, in which the column itself is its value in the
-- present, NULL for states that ended. Without an expression they are NULL.
CREATE FUNCTION replace_past_view(live regclass, derived jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $create$
DECLARE
    name     text := live::text;
    history  text := name || '__history';
    kept     text;
    present  text;
    no_value text;
    others   text;
BEGIN
    SELECT string_agg('t.' || quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT kept
      FROM pg_attribute
     WHERE attrelid = history::regclass AND attnum > 0 AND NOT attisdropped
       AND attname NOT IN ('version', 'ended_by', 'sys_period');
    SELECT coalesce(string_agg(format(', t.%I', attname), '' ORDER BY attnum), ''),
           coalesce(string_agg(format(', NULL::%s', type), '' ORDER BY attnum), ''),
           coalesce(string_agg(format(', (%s)::%s AS %I', coalesce(derived ->> attname, 'NULL'), type, attname), ''
                               ORDER BY attnum), '')
      INTO STRICT present, no_value, others
      FROM (SELECT attname, attnum, format_type(atttypid, atttypmod) AS type
              FROM pg_attribute a
             WHERE attrelid = live AND attnum > 0 AND NOT attisdropped AND attname <> 'version'
               AND NOT EXISTS (SELECT FROM pg_attribute h
                                WHERE h.attrelid = history::regclass AND h.attname = a.attname AND NOT h.attisdropped)
           ) without_history;
    EXECUTE format($sql$
        CREATE OR REPLACE VIEW past.%1$I AS
        SELECT %2$s, t.version%3$s
          FROM (SELECT %2$s, t.version, 9223372036854775807 AS ended_by%4$s FROM public.%1$I t
                 UNION ALL
                SELECT %2$s, t.version, t.ended_by%5$s FROM public.%6$I t) t
         WHERE t.version <= as_of_version() AND t.ended_by > as_of_version()
        $sql$, name, kept, others, present, no_value, history);
END
$create$;

SELECT replace_past_view(left(relname, -9)::regclass, CASE relname
           WHEN 'treenode__history' THEN jsonb_build_object('edge',
               'coalesce((SELECT p.edge FROM public.treenode_edge_past p'
               ' WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1), t.edge,'
               ' (SELECT n.edge FROM public.treenode n WHERE n.id = t.id))')
           WHEN 'connector_link__history' THEN jsonb_build_object('edge',
               'coalesce((SELECT p.edge FROM public.link_edge_past p'
               ' WHERE p.id = t.id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1), t.edge,'
               ' (SELECT l.edge FROM public.connector_link l WHERE l.id = t.id))')
           WHEN 'volume__history' THEN '{"box": "box_around(t.corners)"}'
           ELSE '{}' END::jsonb)
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE '%\_\_history';

-- Tables that become versioned later get it, too.
ALTER FUNCTION create_past_views(regclass, jsonb) RENAME TO create_past_views_0026;
CREATE FUNCTION create_past_views(live regclass, derived jsonb DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
    SELECT create_past_views_0026(live, derived);
    SELECT replace_past_view(live, derived);
$$;

-- Edges as they were, with the versions since which and before which: an edge of the present is as it is since the last of
-- its past ended.
CREATE OR REPLACE VIEW past.treenode_in_space AS
SELECT t.id, t.project_id, t.skeleton_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id, t.editor_id,
       t.creation_time, t.edition_time, t.version, e.edge
  FROM (SELECT n.id, n.edge,
               coalesce((SELECT max(p.ended_by) FROM public.treenode_edge_past p WHERE p.id = n.id), 0) AS since,
               9223372036854775807 AS ended_by
          FROM public.treenode n
         UNION ALL
        SELECT p.id, p.edge, p.since, p.ended_by FROM public.treenode_edge_past p) e
 CROSS JOIN LATERAL (SELECT * FROM past.treenode s WHERE s.id = e.id LIMIT 1) t
 WHERE int8range(e.since, e.ended_by) @> as_of_version();
CREATE OR REPLACE VIEW past.link_in_space AS
SELECT t.id, t.project_id, t.relation_id, t.connector_id, t.treenode_id, t.skeleton_id, t.confidence, t.user_id,
       t.creation_time, t.edition_time, t.version, e.edge
  FROM (SELECT n.id, n.edge,
               coalesce((SELECT max(p.ended_by) FROM public.link_edge_past p WHERE p.id = n.id), 0) AS since,
               9223372036854775807 AS ended_by
          FROM public.connector_link n
         UNION ALL
        SELECT p.id, p.edge, p.since, p.ended_by FROM public.link_edge_past p) e
 CROSS JOIN LATERAL (SELECT * FROM past.connector_link s WHERE s.id = e.id LIMIT 1) t
 WHERE int8range(e.since, e.ended_by) @> as_of_version();

-- What is counted of a whole project in the past is read from an index alone: states by the version that ended them, with
-- what counts are about. It stands in for the index on that version.
DROP INDEX treenode__history_ended_by_idx, connector__history_ended_by_idx;
CREATE INDEX treenode__history_ended_by ON treenode__history (ended_by, version)
    INCLUDE (id, project_id, user_id, editor_id);
CREATE INDEX connector__history_ended_by ON connector__history (ended_by, version)
    INCLUDE (project_id);
-- What a user made, and when.
CREATE INDEX treenode__history_user_id ON treenode__history (user_id, creation_time);
CREATE INDEX connector__history_user_id ON connector__history (user_id, creation_time);

-- The pins that there were: those that were made up to a version. When a pin was made is the time of its transaction.
ALTER TABLE pin ADD COLUMN made_in bigint;
UPDATE pin p SET made_in = coalesce(
    (SELECT max(t.id) FROM transaction_info t
      WHERE t.project_id = p.project_id AND t.user_id = p.user_id AND t.time = p.time), p.version);
ALTER TABLE pin ALTER made_in SET NOT NULL, ALTER made_in SET DEFAULT current_version();
CREATE VIEW past.pin AS SELECT * FROM public.pin WHERE made_in <= as_of_version();
