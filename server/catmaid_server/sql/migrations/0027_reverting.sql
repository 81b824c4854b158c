-- Taking versions back: what they created goes, what they changed or deleted is as it was, with its ids.

-- Foreign keys are checked at the end of a transaction that asks for it: rows come back in any order.
DO $$
DECLARE
    key record;
BEGIN
    FOR key IN
        SELECT conrelid::regclass AS live, conname
          FROM pg_constraint
         WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT condeferrable
           AND EXISTS (SELECT FROM pg_class h
                        WHERE h.relname = conrelid::regclass::text || '__history' AND h.relkind = 'r')
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY IMMEDIATE', key.live, key.conname);
    END LOOP;
END
$$;

-- An edit may need several requests, each a version of its own: they are undone together.
ALTER TABLE transaction_info ADD COLUMN edit_group uuid;
COMMENT ON COLUMN transaction_info.edit_group IS 'the same for all versions of one edit; null for edits of one version';

CREATE OR REPLACE VIEW past.transaction_info AS SELECT * FROM public.transaction_info WHERE id <= as_of_version();

DROP FUNCTION begin_version(integer, integer, text, text);
CREATE FUNCTION begin_version(
    author integer, project integer, what text, why text DEFAULT NULL, together uuid DEFAULT NULL
)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    opened bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(open_version_lock(newest_id.id))
       FROM (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS id
               FROM transaction_info_id_seq) newest_id;
    INSERT INTO transaction_info (user_id, project_id, label, note, edit_group)
    VALUES (author, project, what, why, together)
    RETURNING id INTO opened;
    PERFORM set_config('catmaid.version', opened::text, true);
    RETURN opened;
END
$$;

-- Which versions took which back. An undone edit has an undo as the last of its rows; `reverts` is the version whose
-- states were taken back: the edit's own, or that of its last redo or undo.
CREATE TABLE reverted_version (
    version bigint NOT NULL REFERENCES transaction_info (id),
    kind    text   NOT NULL CHECK (kind IN ('revert', 'undo', 'redo')),
    edit    bigint NOT NULL REFERENCES transaction_info (id),
    reverts bigint NOT NULL REFERENCES transaction_info (id),
    PRIMARY KEY (version, edit, reverts)
);
CREATE INDEX reverted_version_edit ON reverted_version (edit, version);
CREATE INDEX reverted_version_reverts ON reverted_version (reverts);
COMMENT ON TABLE reverted_version IS 'One row for each version that another took back; never changed.';

-- Tables of what people make in a project, with the columns of their keys and of their history. Accounts, permissions,
-- images, messages, settings and the log are not taken back.
CREATE FUNCTION revertible_tables() RETURNS TABLE (name text, keys text[], kept text[])
LANGUAGE sql STABLE AS $$
    SELECT live.relname::text,
           (SELECT array_agg(a.attname::text ORDER BY k.position)
              FROM pg_index i
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid = live.oid AND i.indisprimary),
           (SELECT array_agg(a.attname::text ORDER BY a.attnum)
              FROM pg_attribute a
              JOIN pg_attribute h ON h.attrelid = history.oid AND h.attname = a.attname AND NOT h.attisdropped
             WHERE a.attrelid = live.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
               AND a.attname <> 'version')
      FROM pg_class history
      JOIN pg_class live ON history.relname = live.relname || '__history' AND live.relnamespace = history.relnamespace
     WHERE history.relkind = 'r' AND history.relnamespace = 'public'::regnamespace
       AND live.relname <> ALL ('{api_token, app_user, broken_section, client_datastore, client_datum, data_source,
                                  data_view, data_view_type, deep_link, group_member, log_entry, message, project,
                                  project_favorite, project_permission, project_stack, project_token,
                                  project_token_use, relation, relation_detail, reviewer_whitelist, skeleton_summary,
                                  stack, stack_group, stack_group_member, stack_mirror, stack_tag, user_group,
                                  user_profile}'::text[])
     ORDER BY 1
$$;

-- One condition over the key columns of two rows.
CREATE FUNCTION same_key(keys text[], a text, b text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(format('%s.%I = %s.%I', a, key, b, key), ' AND ') FROM unnest(keys) AS key
$$;

-- How many rows of each table some versions created, changed and deleted; no row for tables that they left alone.
CREATE FUNCTION changes_of(versions bigint[]) RETURNS TABLE (name text, created bigint, changed bigint, deleted bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
BEGIN
    FOR live IN SELECT t.name, t.keys, array_to_string(t.keys, ', ') AS key FROM revertible_tables() t LOOP
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

-- Lock what versions left behind, in the order of all edits: connectors, skeletons, treenodes, links, and the rest.
CREATE FUNCTION lock_changes_of(versions bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    live record;
BEGIN
    PERFORM FROM skeleton
      WHERE id IN (SELECT skeleton_id FROM treenode WHERE version = ANY (versions)
                    UNION
                   SELECT skeleton_id FROM treenode__history WHERE ended_by = ANY (versions)
                    UNION
                   SELECT id FROM skeleton WHERE version = ANY (versions))
      ORDER BY id FOR UPDATE;
    FOR live IN
        SELECT t.name, array_to_string(t.keys, ', ') AS key
          FROM revertible_tables() t
         ORDER BY array_position('{treenode, connector_link}'::text[], t.name), t.name
    LOOP
        EXECUTE format('SELECT FROM %I WHERE version = ANY ($1) ORDER BY %s FOR UPDATE', live.name, live.key)
          USING versions;
    END LOOP;
END
$$;

-- Why versions cannot be taken back: rows that other versions changed since, and by which of them. No row if they can.
CREATE FUNCTION conflicts_of(versions bigint[])
RETURNS TABLE (name text, row_key jsonb, version bigint, reason text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    touched   text[] := (SELECT array_agg(c.name) FROM changes_of(versions) c);
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
              FROM %3$I h WHERE h.version = ANY ($1) AND h.ended_by <> ALL ($1)
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'made again'
              FROM %3$I h JOIN %1$I b ON %4$s
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version = ANY ($1))
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s), b.version, 'made again'
              FROM %3$I h JOIN %3$I b ON %4$s AND b.version > h.ended_by
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND b.version <> ALL ($1)
               AND NOT EXISTS (SELECT FROM %3$I c WHERE %5$s AND c.version = ANY ($1))
            $sql$, live.name, live.key_of_h, history, same_key(live.keys, 'h', 'b'), same_key(live.keys, 'h', 'c'))
            USING versions;
    END LOOP;
    FOR key IN
        SELECT r.name AS referring, rc.attname AS referring_column, t.name AS referred, t.keys AS referred_keys,
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
             UNION
            SELECT %1$L::text, jsonb_build_object(%2$s),
                   coalesce((SELECT max(x.ended_by) FROM %6$I x WHERE x.%5$I = h.%4$I), 0), 'needs what is gone'
              FROM %7$I h
             WHERE h.ended_by = ANY ($1) AND h.version <> ALL ($1) AND h.%4$I IS NOT NULL
               AND NOT EXISTS (SELECT FROM %3$I p WHERE p.%5$I = h.%4$I)
               AND NOT EXISTS (SELECT FROM %6$I x WHERE x.%5$I = h.%4$I AND x.ended_by = ANY ($1)
                                  AND x.version <> ALL ($1))
            $sql$, key.referring, key.key_of_h, key.referred, key.referring_column, key.referred_column,
            key.referred || '__history', key.referring || '__history', same_key(key.referred_keys, 't', 'b'))
            USING versions;
    END LOOP;
END
$$;

-- Take versions back, in the version of this transaction. Nobody else may have changed their rows since, see conflicts_of;
-- foreign keys are checked at the end of the transaction.
CREATE FUNCTION take_back(versions bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    touched  text[] := (SELECT array_agg(c.name) FROM changes_of(versions) c);
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
               AND NOT EXISTS (SELECT FROM %1$I t WHERE %7$s)
            $sql$, live.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(live.kept) AS k), edge, before,
            old_edge, live.history, same_key(live.keys, 't', 'h'))
            USING versions;
    END LOOP;
    FOR live IN
        SELECT t.*, t.name || '__history' AS history FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        EXECUTE format($sql$
            UPDATE %1$I t SET (%2$s) = ROW (%3$s)
              FROM %4$I h
             WHERE %5$s AND t.version = ANY ($1) AND h.ended_by = ANY ($1) AND h.version <> ALL ($1)
               AND (%6$s) IS DISTINCT FROM (%3$s)
            $sql$, live.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(live.kept) AS k),
            (SELECT string_agg(format('h.%I', k), ', ') FROM unnest(live.kept) AS k), live.history,
            same_key(live.keys, 't', 'h'), (SELECT string_agg(format('t.%I', k), ', ') FROM unnest(live.kept) AS k))
            USING versions;
    END LOOP;
    FOR live IN
        SELECT t.*, t.name || '__history' AS history FROM revertible_tables() t WHERE t.name = ANY (touched)
    LOOP
        EXECUTE format($sql$
            DELETE FROM %1$I t
             WHERE t.version = ANY ($1)
               AND NOT EXISTS (SELECT FROM %2$I h WHERE %3$s AND h.ended_by = ANY ($1) AND h.version <> ALL ($1))
            $sql$, live.name, live.history, same_key(live.keys, 't', 'h'))
            USING versions;
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
