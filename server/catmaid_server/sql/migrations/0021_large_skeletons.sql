-- Triggers whose cost grows with the rows that a statement changes, not with their square: an edit may change 100,000
-- treenodes. Transition tables have no index, so where they are joined with each other, nested loops are switched off; their
-- plans are cached, and a plan made for an edit of one row is used for the next one of many.

-- Record what an update ended. All rows that it stamped are of the current version.
CREATE FUNCTION record_updates_of(live regclass) RETURNS void
LANGUAGE plpgsql AS $create$
DECLARE
    name      text := live::text;
    history   text := name || '__history';
    kept      text;      -- the versioned columns: a, b, c
    o_kept    text;      -- o.a, o.b, o.c
    key_match text;      -- o.key = n.key
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg('o.' || quote_ident(attname), ', ' ORDER BY attnum)
      INTO STRICT kept, o_kept
      FROM pg_attribute
     WHERE attrelid = history::regclass AND attnum > 0 AND NOT attisdropped
       AND attname NOT IN ('version', 'ended_by', 'sys_period');
    SELECT string_agg(format('o.%1$I = n.%1$I', a.attname), ' AND ' ORDER BY k.position)
      INTO STRICT key_match
      FROM pg_index i
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = live AND i.indisprimary;
    EXECUTE format($sql$
        CREATE OR REPLACE FUNCTION %1$s__record_update() RETURNS trigger LANGUAGE plpgsql
        SET enable_nestloop = off AS $body$
        DECLARE
            ended timestamptz := (SELECT time FROM transaction_info WHERE id = current_version());
        BEGIN
            INSERT INTO %2$s (%3$s, version, ended_by, sys_period)
            SELECT %4$s, o.version, n.version,
                   validity((SELECT began.time FROM transaction_info began WHERE began.id = o.version), ended)
              FROM old_rows o JOIN new_rows n ON %5$s AND o.version <> n.version;
            RETURN NULL;
        END
        $body$;
        $sql$, name, history, kept, o_kept, key_match);
END
$create$;

SELECT record_updates_of(replace(relname, '__history', '')::regclass)
  FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname LIKE '%\_\_history';

-- Tables that become versioned later get the same trigger.
ALTER FUNCTION create_history_table(regclass, text[]) RENAME TO create_history_table_0001;
CREATE FUNCTION create_history_table(live regclass, derived text[] DEFAULT '{}') RETURNS void
LANGUAGE sql AS $$
    SELECT create_history_table_0001(live, derived);
    SELECT record_updates_of(live);
$$;

-- Where treenodes moved, the edges of their children and links start elsewhere. What moved is found as a difference of sets,
-- which is linear; what hangs on it, by index.
CREATE OR REPLACE FUNCTION follow_moved_treenodes() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ids integer[];
    xs  float8[];
    ys  float8[];
    zs  float8[];
BEGIN
    SELECT array_agg(id), array_agg(x), array_agg(y), array_agg(z)
      INTO ids, xs, ys, zs
      FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved;
    IF ids IS NOT NULL THEN
        UPDATE treenode c
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_MakePoint(c.x, c.y, c.z))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE c.parent_id = moved.id;
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_MakePoint(moved.x, moved.y, moved.z), ST_EndPoint(l.edge))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE l.treenode_id = moved.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION follow_moved_connectors() RETURNS trigger
LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    ids integer[];
    xs  float8[];
    ys  float8[];
    zs  float8[];
BEGIN
    SELECT array_agg(id), array_agg(x), array_agg(y), array_agg(z)
      INTO ids, xs, ys, zs
      FROM (SELECT id, x, y, z FROM new_rows EXCEPT SELECT id, x, y, z FROM old_rows) moved;
    IF ids IS NOT NULL THEN
        UPDATE connector_link l
           SET edge = ST_MakeLine(ST_StartPoint(l.edge), ST_MakePoint(moved.x, moved.y, moved.z))
          FROM unnest(ids, xs, ys, zs) AS moved (id, x, y, z)
         WHERE l.connector_id = moved.id;
    END IF;
    RETURN NULL;
END
$$;
