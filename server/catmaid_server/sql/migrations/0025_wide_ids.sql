-- Links, labels of nodes, reviews and log entries are many, and come and go: they get ids of 64 bits from counters of their
-- own, and no longer use up the ids of neurons and skeletons, which clients read as 32 bits. Uses of annotations get wide ids,
-- too, but are still counted with annotations, neurons and skeletons, as CATMAID does: there they share a table with the links
-- of skeletons to neurons. Skeletons of other servers may have wide ids, too.

-- Make a column bigint in a table and in its history. Triggers that name columns are made anew.
CREATE FUNCTION widen(live regclass, col name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    queries text[] := '{}';
    query   text;
    found   record;
BEGIN
    FOR found IN
        SELECT tgname, pg_get_triggerdef(oid) AS definition
          FROM pg_trigger
         WHERE tgrelid = live AND NOT tgisinternal AND (tgattr::text <> '' OR tgqual IS NOT NULL)
    LOOP
        queries := queries || found.definition;
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, live);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint', live, col);
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE bigint', live || '__history', col);
    FOREACH query IN ARRAY queries LOOP
        EXECUTE query;
    END LOOP;
END
$$;

DO $$
DECLARE
    views   text[] := '{}';
    queries text[] := '{}';
    found   record;
    live    text;
BEGIN
    FOR found IN
        SELECT c.relname, pg_get_viewdef(c.oid) AS query
          FROM pg_class c
         WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
           AND c.relname IN ('actual_link_edge', 'derived_mismatches', 'connector_link__with_history',
                             'node_label__with_history', 'annotation_link__with_history', 'review__with_history',
                             'log_entry__with_history', 'skeleton_origin__with_history')
         ORDER BY c.oid      -- what depends on others was made later
    LOOP
        views := views || found.relname::text;
        queries := queries || found.query;
    END LOOP;
    FOR i IN REVERSE cardinality(views)..1 LOOP
        EXECUTE format('DROP VIEW %I', views[i]);
    END LOOP;

    PERFORM widen('annotation_link', 'id'), widen('skeleton_origin', 'source_id');
    FOREACH live IN ARRAY ARRAY['connector_link', 'node_label', 'review', 'log_entry'] LOOP
        PERFORM widen(live::regclass, 'id');
        EXECUTE format('CREATE SEQUENCE %1$I AS bigint OWNED BY %2$I.id', live || '_id_seq', live);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', live, live || '_id_seq');
        EXECUTE format('SELECT setval(%L, (SELECT last_value FROM concept_id_seq))', live || '_id_seq');
    END LOOP;

    FOR i IN 1..cardinality(views) LOOP
        EXECUTE format('CREATE VIEW %I AS %s', views[i], queries[i]);
    END LOOP;
END
$$;

DROP FUNCTION widen(regclass, name);
