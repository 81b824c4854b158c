-- What a backup notes of its database, and what is written into a restored one.

-- name: newest_settled
-- The newest version of which nothing is being written any more.
SELECT settled_version();

-- name: newest_pinned
-- The newest version that has a name.
SELECT coalesce(max(version), 0) FROM pin;

-- name: newest
-- The newest version.
SELECT coalesce(max(id), 0) FROM transaction_info;

-- name: has_settled_versions
-- Whether the schema knows settled versions: since 0026_past.
SELECT to_regprocedure('settled_version()') IS NOT NULL;

-- name: migrations
-- Names of the applied migrations.
SELECT name FROM schema_migration ORDER BY name;

-- name: has_migrations
-- Whether this is a database of this service.
SELECT to_regclass('schema_migration') IS NOT NULL;

-- name: postgis
-- Version of PostGIS.
SELECT extversion FROM pg_extension WHERE extname = 'postgis';

-- name: export_snapshot
-- Name this transaction's state, so that other programs see the same.
SELECT pg_export_snapshot();

-- name: schemas
-- Schemas that hold what is ours.
SELECT nspname FROM pg_namespace WHERE nspname = ANY (%(names)s) ORDER BY nspname DESC;

-- name: occupied
-- Whether a database has tables, views or sequences that no extension made.
SELECT EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%%'
       AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.deptype = 'e'));

-- name: extension_postgis
-- The extension that tables need.
CREATE EXTENSION IF NOT EXISTS postgis;

-- name: extension_pg_trgm
-- The extension that indexes of names need.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- name: skip_ids
-- Leave out ids that may have been given after the backup was taken: 10,000 in small tables, 10 million elsewhere, but
-- never more than a tenth of what a counter has left.
SELECT setval(s.seqrelid, counter.last_value
              + least(CASE WHEN c.relname IN ('concept_id_seq', 'location_id_seq') OR s.seqtypid = 'bigint'::regtype
                           THEN 10000000 ELSE 10000 END, (s.seqmax - counter.last_value) / 10))
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid AND c.relnamespace = 'public'::regnamespace
 CROSS JOIN LATERAL (SELECT coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart) AS last_value) counter;

-- name: open_version
-- Open the version of the restore, in the name of the superuser.
SELECT begin_version((SELECT min(id) FROM app_user WHERE is_superuser), NULL, 'operations.restore', %(note)s);

-- name: add_unreadable
-- Versions that the old service may have given after the backup was taken.
INSERT INTO unreadable_versions (first_version, last_version, reason)
SELECT %(settled)s::bigint + 1, current_version() - 1, 'restored' WHERE current_version() - 1 > %(settled)s;
