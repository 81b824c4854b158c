-- Links, labels of nodes, reviews and log entries are many, and come and go: they get ids of 64 bits from counters of their
-- own, and no longer use up the ids of neurons and skeletons, which clients read as 32 bits. Uses of annotations get wide ids,
-- too, but are still counted with annotations, neurons and skeletons, as CATMAID does: there they share a table with the links
-- of skeletons to neurons.
DO $$
DECLARE
    views text[] := '{}';      -- names
    texts text[] := '{}';      -- their queries
    triggers text[];           -- those that name columns
    found record;
    live  text;
    query text;
BEGIN
    FOR found IN
        SELECT DISTINCT c.oid, c.relname, pg_get_viewdef(c.oid) AS query
          FROM pg_class c
         WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
           AND c.relname IN ('actual_link_edge', 'derived_mismatches', 'connector_link__with_history',
                             'node_label__with_history', 'annotation_link__with_history', 'review__with_history',
                             'log_entry__with_history')
         ORDER BY c.oid      -- what depends on others was made later
    LOOP
        views := views || found.relname::text;
        texts := texts || found.query;
    END LOOP;
    FOR i IN REVERSE cardinality(views)..1 LOOP
        EXECUTE format('DROP VIEW %I', views[i]);
    END LOOP;

    FOREACH live IN ARRAY ARRAY['connector_link', 'node_label', 'annotation_link', 'review', 'log_entry'] LOOP
        triggers := '{}';
        FOR found IN
            SELECT tgname, pg_get_triggerdef(oid) AS query
              FROM pg_trigger
             WHERE tgrelid = live::regclass AND NOT tgisinternal AND (tgattr::text <> '' OR tgqual IS NOT NULL)
        LOOP
            triggers := triggers || found.query;
            EXECUTE format('DROP TRIGGER %I ON %I', found.tgname, live);
        END LOOP;
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id TYPE bigint', live);
        FOREACH query IN ARRAY triggers LOOP
            EXECUTE query;
        END LOOP;
        IF to_regclass(live || '__history') IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %I ALTER COLUMN id TYPE bigint', live || '__history');
        END IF;
        CONTINUE WHEN live = 'annotation_link';
        EXECUTE format('CREATE SEQUENCE %1$I AS bigint OWNED BY %2$I.id', live || '_id_seq', live);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', live, live || '_id_seq');
        EXECUTE format('SELECT setval(%L, (SELECT last_value FROM concept_id_seq))', live || '_id_seq');
    END LOOP;

    FOR i IN 1..cardinality(views) LOOP
        EXECUTE format('CREATE VIEW %I AS %s', views[i], texts[i]);
    END LOOP;
END
$$;
