-- Remember every row and counter of the schema `public`, and go back to them.

CREATE SCHEMA snapshot;

CREATE TABLE snapshot.contents AS
SELECT c.relname::text AS name,
       string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
   AND c.relname NOT IN ('spatial_ref_sys', 'schema_migration')
 GROUP BY c.relname;

CREATE TABLE snapshot.counters (name text, last_value bigint, is_called boolean);

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.name FROM snapshot.contents c LOOP
        EXECUTE format('CREATE TABLE snapshot.%I AS TABLE public.%I', 'rows_of_' || name, name);
    END LOOP;
    FOR name IN SELECT format('public.%I', sequencename) FROM pg_sequences WHERE schemaname = 'public' LOOP
        EXECUTE format('INSERT INTO snapshot.counters SELECT %L, last_value, is_called FROM %s', name, name);
    END LOOP;
END
$$;

-- Triggers and foreign keys stay silent meanwhile, so that order does not matter and no history is written.
CREATE FUNCTION snapshot.restore() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    part record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR part IN SELECT * FROM snapshot.contents LOOP
        EXECUTE format('DELETE FROM public.%I', part.name);
        EXECUTE format('INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM snapshot.%3$I',
                       part.name, part.columns, 'rows_of_' || part.name);
    END LOOP;
    PERFORM setval(c.name, c.last_value, c.is_called) FROM snapshot.counters c;
    NOTIFY access_changed;
END
$$;
