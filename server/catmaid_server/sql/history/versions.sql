-- Versions that may be read.

-- name: settled
-- The newest version that will not change any more.
SELECT settled_version();

-- name: pinned
-- The version that a name stands for in a project.
SELECT version FROM public.pin WHERE project_id = %(project_id)s AND name = %(name)s;

-- name: at_time
-- The newest settled version that began at a time or before it; NULL if there is none.
-- Cost: goes back from the newest version.
SELECT id FROM transaction_info WHERE time <= %(time)s AND id <= %(settled)s ORDER BY id DESC LIMIT 1;

-- name: time_read
-- The time whose state this transaction reads: when the version began as of which it reads, or now.
SELECT coalesce((SELECT time FROM public.transaction_info WHERE id = as_of_version()), now());

-- name: newest
-- The newest version that others committed, settled or not.
SELECT coalesce(max(id), 0) FROM transaction_info WHERE current_version() IS NULL OR id <> current_version();

-- name: unreadable
-- Why a version cannot be read: reason, the first version after it that can, and since when; no row if it can.
SELECT reason, last_version + 1, time
  FROM unreadable_versions
 WHERE %(version)s BETWEEN first_version AND last_version
 ORDER BY last_version DESC, time DESC
 LIMIT 1;

-- name: trimmed
-- Since when the history of the first of these versions is gone, and up to which version; no row if it is there.
SELECT last_version + 1, time FROM unreadable_versions WHERE reason = 'trimmed' AND %(version)s <= last_version + 1;
