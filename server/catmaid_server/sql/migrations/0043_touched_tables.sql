-- What is asked of the system catalog to take versions back is kept; it changes with the schema alone.

-- The tables whose rows are taken back, their keys, and the columns of which history keeps values. Made anew after
-- migrations.
CREATE MATERIALIZED VIEW revertible_table AS
SELECT live.relname::text AS name,
       (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM pg_index i
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
         WHERE i.indrelid = live.oid AND i.indisprimary) AS keys,
       (SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM pg_attribute a
          JOIN pg_attribute h ON h.attrelid = history.oid AND h.attname = a.attname AND NOT h.attisdropped
         WHERE a.attrelid = live.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
           AND a.attname <> 'version') AS kept
  FROM pg_class history
  JOIN pg_class live ON history.relname = live.relname || '__history' AND live.relnamespace = history.relnamespace
 WHERE history.relkind = 'r' AND history.relnamespace = 'public'::regnamespace
   AND live.relname <> ALL ('{api_token, app_user, broken_section, client_datastore, client_datum, data_source,
                              data_view, data_view_type, deep_link, group_member, log_entry, message, project,
                              project_favorite, project_permission, project_stack, project_token,
                              project_token_use, relation, relation_detail, reviewer_whitelist, skeleton_summary,
                              stack, stack_group, stack_group_member, stack_mirror, stack_tag, user_group,
                              user_profile}'::text[]);
COMMENT ON MATERIALIZED VIEW revertible_table IS 'Tables whose rows are taken back; made anew after migrations.';

CREATE OR REPLACE FUNCTION revertible_tables() RETURNS TABLE (name text, keys text[], kept text[])
LANGUAGE sql STABLE AS $$
    SELECT name, keys, kept FROM revertible_table ORDER BY name
$$;

-- Columns whose values together no two rows of a table have: what the database enforces, and what edits keep. Made anew
-- after migrations.
CREATE MATERIALIZED VIEW unique_value AS
SELECT t.name, (SELECT array_agg(a.attname::text ORDER BY k.position)
                  FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS cols, true AS is_enforced
  FROM revertible_table t
  JOIN pg_class c ON c.relname = t.name AND c.relnamespace = 'public'::regnamespace
  JOIN pg_index i ON i.indrelid = c.oid
 WHERE i.indisunique AND NOT i.indisprimary AND i.indexprs IS NULL AND i.indpred IS NULL
 UNION ALL
VALUES ('annotation', '{project_id, name}'::text[], false),
       ('annotation_link', '{annotation_id, neuron_id}', false),
       ('annotation_link', '{annotation_id, target_annotation_id}', false),
       ('class_instance_link', '{relation_id, instance_a_id, instance_b_id}', false),
       ('connector_link', '{connector_id, treenode_id, relation_id}', false),
       ('label', '{project_id, name}', false),
       ('landmark', '{project_id, name}', false),
       ('landmark_group', '{project_id, name}', false),
       ('node_label', '{label_id, treenode_id}', false),
       ('node_label', '{label_id, connector_id}', false),
       ('review', '{treenode_id, reviewer_id}', false),
       ('volume_annotation', '{annotation_id, volume_id}', false);
COMMENT ON MATERIALIZED VIEW unique_value IS 'Columns whose values no two rows share; made anew after migrations.';

CREATE OR REPLACE FUNCTION unique_values() RETURNS TABLE (name text, cols text[], is_enforced boolean)
LANGUAGE sql STABLE AS $$
    SELECT name, cols, is_enforced FROM unique_value
$$;

-- The tables in which versions wrote.
CREATE FUNCTION touched_by(versions bigint[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live  text;
    found boolean;
BEGIN
    FOR live IN SELECT name FROM revertible_table ORDER BY name LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %1$I WHERE version = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE ended_by = ANY ($1))'
                       '    OR EXISTS (SELECT FROM %2$I WHERE version = ANY ($1))',
                       live, live || '__history') INTO found USING versions;
        IF found THEN
            RETURN NEXT live;
        END IF;
    END LOOP;
END
$$;

-- How many rows of these tables versions created, changed and deleted; no row for tables that they left as they were.
DROP FUNCTION changes_of(bigint[]);
CREATE FUNCTION changes_of(versions bigint[], touched text[])
RETURNS TABLE (name text, created bigint, changed bigint, deleted bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
BEGIN
    FOR live IN
        SELECT t.name, t.keys[1] AS first_key, array_to_string(t.keys, ', ') AS key
          FROM revertible_table t
         WHERE t.name = ANY (touched)
         ORDER BY t.name
    LOOP
        RETURN QUERY EXECUTE format($sql$
            WITH before AS (
                SELECT DISTINCT %3$s FROM %2$I WHERE ended_by = ANY ($1) AND version <> ALL ($1)
            ), after AS (
                SELECT %3$s FROM %1$I WHERE version = ANY ($1)
                 UNION
                SELECT %3$s FROM %2$I WHERE version = ANY ($1) AND ended_by <> ALL ($1)
            ), number AS (
                SELECT count(*) FILTER (WHERE b.%4$I IS NULL) AS created,
                       count(*) FILTER (WHERE a.%4$I = b.%4$I) AS changed,
                       count(*) FILTER (WHERE a.%4$I IS NULL) AS deleted
                  FROM after a FULL JOIN before b USING (%3$s)
            )
            SELECT %1$L::text, n.created, n.changed, n.deleted
              FROM number n WHERE n.created + n.changed + n.deleted > 0
            $sql$, live.name, live.name || '__history', live.key, live.first_key)
            USING versions;
    END LOOP;
END
$$;

-- The users to whom rows of these tables belong that versions made, changed or deleted.
DROP FUNCTION owners_of(bigint[]);
CREATE FUNCTION owners_of(versions bigint[], touched text[]) RETURNS SETOF integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    live record;
BEGIN
    FOR live IN
        SELECT t.name, owner.col
          FROM revertible_table t
          JOIN LATERAL (SELECT col FROM unnest(t.kept) AS col WHERE col IN ('user_id', 'reviewer_id')) owner ON true
         WHERE t.name = ANY (touched) AND t.name <> 'skeleton'      -- belongs to whose treenodes it has
    LOOP
        RETURN QUERY EXECUTE format('SELECT DISTINCT %1$I FROM %2$I WHERE version = ANY ($1)'
                                    ' UNION SELECT %1$I FROM %3$I WHERE ended_by = ANY ($1)',
                                    live.col, live.name, live.name || '__history')
            USING versions;
    END LOOP;
END
$$;

-- What versions left behind and what comes back is locked, in the order of all edits: connectors, skeletons, treenodes,
-- links, and the rest; last the names that two could give at once.
DROP FUNCTION lock_changes_of(bigint[]);
CREATE FUNCTION lock_changes_of(versions bigint[], touched text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    live record;
BEGIN
    PERFORM FROM connector
      WHERE id IN (SELECT id FROM connector WHERE version = ANY (versions)
                    UNION
                   SELECT connector_id FROM connector_link WHERE version = ANY (versions)
                    UNION
                   SELECT connector_id FROM connector_link__history WHERE ended_by = ANY (versions))
      ORDER BY id FOR UPDATE;
    PERFORM FROM skeleton
      WHERE id IN (SELECT skeleton_id FROM treenode WHERE version = ANY (versions)
                    UNION
                   SELECT skeleton_id FROM treenode__history WHERE ended_by = ANY (versions)
                    UNION
                   SELECT id FROM skeleton WHERE version = ANY (versions))
      ORDER BY id FOR UPDATE;
    FOR live IN
        SELECT t.name, array_to_string(t.keys, ', ') AS key
          FROM revertible_table t
         WHERE t.name = ANY (touched)
         ORDER BY array_position('{treenode, connector_link}'::text[], t.name), t.name
    LOOP
        EXECUTE format('SELECT FROM %I WHERE version = ANY ($1) ORDER BY %s FOR UPDATE', live.name, live.key)
          USING versions;
    END LOOP;
    -- As annotating, labelling, landmarks and classification lock them.
    PERFORM pg_advisory_xact_lock(hashtext('annotation names'), project_id)
       FROM (SELECT DISTINCT project_id FROM annotation__history WHERE ended_by = ANY (versions)
              UNION
             SELECT project_id FROM annotation_link__history WHERE ended_by = ANY (versions)
              UNION
             SELECT project_id FROM volume_annotation__history WHERE ended_by = ANY (versions) ORDER BY 1) a;
    PERFORM pg_advisory_xact_lock(project_id, number)
       FROM (SELECT DISTINCT project_id, hashtext(name) AS number
               FROM label__history WHERE ended_by = ANY (versions) ORDER BY 1, 2) l;
    PERFORM pg_advisory_xact_lock(project_id, hashtext('landmarks'))
       FROM (SELECT DISTINCT project_id FROM landmark__history WHERE ended_by = ANY (versions)
              UNION
             SELECT project_id FROM landmark_group__history WHERE ended_by = ANY (versions) ORDER BY 1) m;
    PERFORM pg_advisory_xact_lock(hashtext('classification'), project_id)
       FROM (SELECT DISTINCT project_id FROM class_instance__history WHERE ended_by = ANY (versions)
              UNION
             SELECT project_id FROM class_instance_link__history WHERE ended_by = ANY (versions) ORDER BY 1) c;
END
$$;
