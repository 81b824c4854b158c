-- Reading the past: a version that is settled, and views of every table as of it.

-- A version is settled when no transaction with its id or a lower one runs any more: what is read as of it never changes.
-- Ids rise in the order in which they are drawn, transactions end in any. So each holds a lock that says from which id on
-- its own may be, taken before the id is drawn.
CREATE OR REPLACE FUNCTION begin_version(author integer, project integer, what text, why text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    opened bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(open_version_lock(newest_id.id))
       FROM (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id
               FROM transaction_info_id_seq) newest_id;
    INSERT INTO transaction_info (user_id, project_id, label, note)
    VALUES (author, project, what, why)
    RETURNING id INTO opened;
    PERFORM set_config('catmaid.version', opened::text, true);
    RETURN opened;
END
$$;

-- The key of the lock of a transaction whose id is above this one.
CREATE FUNCTION open_version_lock(above bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (7::bigint << 48) | above;

-- The newest settled version. Statements after this one see all that it has.
CREATE FUNCTION settled_version() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    drawn bigint := (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM transaction_info_id_seq);
BEGIN
    RETURN least(drawn, (
        SELECT min(((classid::bigint & 65535) << 32) | objid::bigint)
          FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 7
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())));
END
$$;

-- The version as of which this transaction reads; NULL if it reads the present.
CREATE FUNCTION as_of_version() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('catmaid.as_of', true), '')::bigint;

-- Who reads as of a version has `past` before `public` in the search path: the same queries find these views instead of
-- the tables.
CREATE SCHEMA past;

-- Views of one versioned table: as it was, and what of its history there was. Derived columns are NULL, if no expression
-- over the row `t` says what they were.
CREATE FUNCTION create_past_views(live regclass, derived jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $create$
DECLARE
    name    text := live::text;
    history text := name || '__history';
    kept    text;
    others  text;
BEGIN
    SELECT string_agg('t.' || quote_ident(attname), ', ' ORDER BY attnum) INTO STRICT kept
      FROM pg_attribute
     WHERE attrelid = history::regclass AND attnum > 0 AND NOT attisdropped
       AND attname NOT IN ('version', 'ended_by', 'sys_period');
    SELECT coalesce(string_agg(format(', (%s)::%s AS %I', coalesce(derived ->> attname, 'NULL'),
                                      format_type(atttypid, atttypmod), attname), '' ORDER BY attnum), '')
      INTO STRICT others
      FROM pg_attribute a
     WHERE attrelid = live AND attnum > 0 AND NOT attisdropped AND attname <> 'version'
       AND NOT EXISTS (SELECT FROM pg_attribute h
                        WHERE h.attrelid = history::regclass AND h.attname = a.attname AND NOT h.attisdropped);
    EXECUTE format($sql$
        CREATE VIEW past.%1$I AS
        SELECT %2$s, t.version%3$s FROM public.%1$I t WHERE t.version <= as_of_version()
         UNION ALL
        SELECT %2$s, t.version%3$s FROM public.%4$I t
         WHERE t.version <= as_of_version() AND t.ended_by > as_of_version();
        CREATE VIEW past.%4$I AS
        SELECT %2$s, t.version, t.ended_by, t.sys_period FROM public.%4$I t WHERE t.ended_by <= as_of_version();
        CREATE VIEW past.%5$I AS
        SELECT %2$s, t.version,
               CASE WHEN t.ended_by <= as_of_version() THEN t.ended_by END AS ended_by,
               CASE WHEN t.ended_by <= as_of_version() THEN t.sys_period
                    ELSE tstzrange(lower(t.sys_period), NULL) END AS sys_period
          FROM public.%5$I t WHERE t.version <= as_of_version()
        $sql$, name, kept, others, history, name || '__with_history');
    -- What a version wrote is looked for by its number.
    EXECUTE format('CREATE INDEX ON %I (version)', history);
END
$create$;

-- Tables that become versioned later get them, too.
ALTER FUNCTION create_history_table(regclass, text[]) RENAME TO create_history_table_0021;
CREATE FUNCTION create_history_table(live regclass, derived text[] DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
    SELECT create_history_table_0021(live, derived);
    SELECT create_past_views(live);
$$;

-- Edges change with the rows of others: where a treenode moves, the edges of its children and links do. What an edge was
-- before a version is kept beside the rows, with the index that boxes are looked up by.
CREATE TABLE treenode_edge_past (
    id       integer  NOT NULL,
    ended_by bigint   NOT NULL,
    edge     geometry NOT NULL,
    PRIMARY KEY (id, ended_by)
);
CREATE TABLE link_edge_past (LIKE treenode_edge_past INCLUDING ALL);
ALTER TABLE link_edge_past ALTER COLUMN id TYPE bigint;
CREATE INDEX treenode_edge_past_xz ON treenode_edge_past USING gist (xz_box(edge));
CREATE INDEX link_edge_past_xz ON link_edge_past USING gist (xz_box(edge));

CREATE FUNCTION keep_edges() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        EXECUTE format('INSERT INTO %I (id, ended_by, edge) SELECT id, current_version(), edge FROM old_rows'
                       ' ON CONFLICT DO NOTHING', TG_ARGV[0]);
    ELSE
        EXECUTE format('INSERT INTO %I (id, ended_by, edge)'
                       ' SELECT id, coalesce(current_version(), 0), edge'
                       '   FROM (SELECT id, edge FROM old_rows EXCEPT SELECT id, edge FROM new_rows) changed'
                       ' ON CONFLICT DO NOTHING', TG_ARGV[0]);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_changed_edges AFTER UPDATE ON treenode REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION keep_edges('treenode_edge_past');
CREATE TRIGGER keep_deleted_edges AFTER DELETE ON treenode REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION keep_edges('treenode_edge_past');
CREATE TRIGGER keep_changed_edges AFTER UPDATE ON connector_link
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION keep_edges('link_edge_past');
CREATE TRIGGER keep_deleted_edges AFTER DELETE ON connector_link REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION keep_edges('link_edge_past');

CREATE FUNCTION past.treenode_edge(of_id integer) RETURNS geometry
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT p.edge FROM public.treenode_edge_past p
                      WHERE p.id = of_id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1),
                    (SELECT t.edge FROM public.treenode t WHERE t.id = of_id))
$$;
CREATE FUNCTION past.link_edge(of_id bigint) RETURNS geometry
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT p.edge FROM public.link_edge_past p
                      WHERE p.id = of_id AND p.ended_by > as_of_version() ORDER BY p.ended_by LIMIT 1),
                    (SELECT l.edge FROM public.connector_link l WHERE l.id = of_id))
$$;

-- The summary of a skeleton is what its rows add up to, in an order of additions that nobody can repeat: it is kept.
SELECT begin_version(NULL, NULL, 'migrations.past') WHERE EXISTS (SELECT FROM skeleton_summary);
SELECT create_history_table_0021('skeleton_summary');

-- Derived data are made anew in a version of its own, if there is none; what is right stays as it is.
CREATE OR REPLACE FUNCTION rebuild_edges() RETURNS void
LANGUAGE sql AS $$
    SELECT begin_version(NULL, NULL, 'rebuild.edges') WHERE current_version() IS NULL;
    UPDATE treenode t SET edge = e.edge
      FROM actual_treenode_edge e WHERE e.id = t.id AND NOT ST_OrderingEquals(t.edge, e.edge);
    UPDATE connector_link l SET edge = e.edge
      FROM actual_link_edge e WHERE e.id = l.id AND NOT ST_OrderingEquals(l.edge, e.edge)
$$;
CREATE OR REPLACE FUNCTION rebuild_skeleton_summaries() RETURNS void
LANGUAGE sql AS $$
    SELECT begin_version(NULL, NULL, 'rebuild.skeleton_summaries') WHERE current_version() IS NULL;
    DELETE FROM skeleton_summary;
    INSERT INTO skeleton_summary (skeleton_id, project_id, num_nodes, cable_length, original_creation_time,
                                  last_edition_time, last_editor_id)
    SELECT skeleton_id, min(project_id), count(*), sum(ST_3DLength(edge)), min(creation_time), max(edition_time),
           (array_agg(editor_id ORDER BY edition_time DESC))[1]
      FROM treenode GROUP BY skeleton_id
$$;

SELECT create_past_views(left(relname, -9)::regclass, CASE relname
           WHEN 'treenode__history' THEN '{"edge": "past.treenode_edge(t.id)"}'
           WHEN 'connector_link__history' THEN '{"edge": "past.link_edge(t.id)"}'
           ELSE '{}' END::jsonb)
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE '%\_\_history';

CREATE VIEW past.transaction_info AS SELECT * FROM public.transaction_info WHERE id <= as_of_version();

-- Treenodes and links to be looked up by where their edges are: in the present by the tables' own indexes, in the past by
-- those of the edges that there were.
CREATE VIEW treenode_in_space AS SELECT * FROM treenode;
CREATE VIEW link_in_space AS SELECT * FROM connector_link;
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
         WHERE p.ended_by = (SELECT min(q.ended_by) FROM public.treenode_edge_past q
                              WHERE q.id = p.id AND q.ended_by > as_of_version())) e
 CROSS JOIN LATERAL (SELECT * FROM past.treenode s WHERE s.id = e.id LIMIT 1) t;
CREATE VIEW past.link_in_space AS
SELECT t.id, t.project_id, t.user_id, t.treenode_id, t.connector_id, t.skeleton_id, t.relation_id, t.confidence,
       t.creation_time, t.edition_time, t.version, e.edge
  FROM (SELECT n.id, n.edge
          FROM public.connector_link n
         WHERE (SELECT min(p.ended_by) FROM public.link_edge_past p
                 WHERE p.id = n.id AND p.ended_by > as_of_version()) IS NULL
         UNION ALL
        SELECT p.id, p.edge
          FROM public.link_edge_past p
         WHERE p.ended_by = (SELECT min(q.ended_by) FROM public.link_edge_past q
                              WHERE q.id = p.id AND q.ended_by > as_of_version())) e
 CROSS JOIN LATERAL (SELECT * FROM past.connector_link s WHERE s.id = e.id LIMIT 1) t;

-- Views over several tables are the same over their past.
DO $$
DECLARE
    definition text := pg_get_viewdef('effective_permission'::regclass);
BEGIN
    SET LOCAL search_path = past, public;
    EXECUTE 'CREATE VIEW past.effective_permission AS ' || definition;
    SET LOCAL search_path = public;
END
$$;

-- Versions with a name. They do not move, and are not taken back: what somebody wrote down stays true.
CREATE TABLE pin (
    id         integer     PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    project_id integer     NOT NULL REFERENCES project (id),
    name       text        NOT NULL,
    version    bigint      NOT NULL,
    user_id    integer     NOT NULL REFERENCES app_user (id),
    time       timestamptz NOT NULL DEFAULT now(),
    note       text        NOT NULL DEFAULT '',
    UNIQUE (project_id, name)
);
CREATE INDEX pin_user_id ON pin (user_id);
COMMENT ON TABLE pin IS 'Names of versions of a project, never changed.';
