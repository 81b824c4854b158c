-- How well the database of this service does, as CATMAID's front end shows it to administrators.

-- name: of_database
-- Release, transactions, waits, temporary files and reads of this database; shares are of 1, or NULL if there were none.
SELECT version(), round(100.0 * xact_commit / nullif(xact_commit + xact_rollback, 0))::int, deadlocks, conflicts,
       temp_files, pg_size_pretty(temp_bytes), blks_read, blks_hit,
       blks_hit::float8 / nullif(blks_hit + blks_read, 0)
  FROM pg_stat_database
 WHERE datname = current_database();

-- name: of_tables
-- Blocks of tables that were read from disk, and found in memory, and the share of those found.
SELECT sum(heap_blks_read)::bigint, sum(heap_blks_hit)::bigint,
       (sum(heap_blks_hit) / nullif(sum(heap_blks_hit) + sum(heap_blks_read), 0))::float8
  FROM pg_statio_user_tables;

-- name: of_indexes
-- The same of indexes.
SELECT sum(idx_blks_read)::bigint, sum(idx_blks_hit)::bigint,
       (sum(idx_blks_hit) / nullif(sum(idx_blks_hit) + sum(idx_blks_read), 0))::float8
  FROM pg_statio_user_indexes;

-- name: of_transaction_ids
-- Age of the oldest transaction id of the cluster, the age at which vacuum is forced, and the percentages of the way
-- to the end of all ids and to that age.
SELECT oldest, freeze_age, round(100.0 * oldest / 2000000000)::int, round(100.0 * oldest / freeze_age)::int
  FROM (SELECT max(age(datfrozenxid)) AS oldest FROM pg_database WHERE datallowconn) ids,
       (SELECT current_setting('autovacuum_freeze_max_age')::bigint AS freeze_age) settings;
