-- Versions that may be read.

-- name: settled
-- The newest version that will not change any more.
SELECT settled_version();

-- name: pinned
-- The version that a name stands for in a project.
SELECT version FROM public.pin WHERE project_id = %(project_id)s AND name = %(name)s;

-- name: newest_pins
-- Names of pins of a project, the newest first.
SELECT name FROM public.pin WHERE project_id = %(project_id)s ORDER BY id DESC LIMIT %(most)s;

-- name: at_time
-- The last version that began at a time or before it, of those up to a version; NULL if there is none.
-- Cost: by index.
SELECT id FROM transaction_info WHERE time <= %(time)s AND id <= %(newest)s ORDER BY time DESC, id DESC LIMIT 1;

-- name: time_read
-- The time whose state this transaction reads: when the version began as of which it reads, or now.
SELECT coalesce((SELECT time FROM public.transaction_info WHERE id = as_of_version()), now());

-- name: state_read
-- The version as of which this transaction reads, and when it began.
SELECT id || ' ' || extract(epoch FROM time) FROM public.transaction_info WHERE id = as_of_version();

-- name: newest
-- The newest committed version, settled or not; to a transaction that writes, of those before its own.
SELECT coalesce(max(id), 0) FROM transaction_info WHERE current_version() IS NULL OR id < current_version();

-- name: drawn
-- The newest version that was given to a transaction, which may not be committed yet.
SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM public.transaction_info_id_seq;

-- name: clock
-- The time by the database's clock, which gives versions theirs.
SELECT now();

-- name: unreadable
-- Why a version cannot be read: reason, the first version after it that can, and since when; no row if it can.
SELECT reason, last_version + 1, time
  FROM unreadable_versions
 WHERE %(version)s BETWEEN first_version AND last_version
 ORDER BY last_version DESC, time DESC
 LIMIT 1;

-- name: trimmed
-- The version before which the history was trimmed, and when; no row if it is all there.
SELECT last_version + 1, time FROM unreadable_versions WHERE reason = 'trimmed';
