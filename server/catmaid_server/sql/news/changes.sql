-- What was committed since things were read that are kept in memory.

-- name: settled
-- The newest settled version: statements after this one see all versions up to it; the newest version, and its time as text.
SELECT settled_version(), coalesce(max(id), 0), coalesce(max(time)::text, '')
  FROM (SELECT id, time FROM transaction_info ORDER BY id DESC LIMIT 1) newest;

-- name: news
-- What a project has that was not known; no row if nothing was committed at all since `snapshot`. Versions above `settled`
-- that are not among `known`; whether derived data were made anew, which changes no row's version; where they changed
-- something, of which skeletons, and which skeletons they linked, each NULL if too much; the version up to which the
-- history was trimmed; the newest settled version; the names of relations by id, as JSON; the time of version `newest`,
-- empty if there is none; the newest version and its time.
-- Versions of no project are looked at, too.
SELECT pg_current_snapshot()::text, new.versions,
       EXISTS (SELECT FROM transaction_info WHERE id = ANY (new.versions) AND label = 'operations.rebuild'),
       changed_places(new.versions, %(most)s), changed_skeletons(new.versions, %(most)s),
       linked_skeletons(new.versions, %(most)s),
       (SELECT coalesce(max(last_version), 0) FROM unreadable_versions), settled_version(),
       (SELECT coalesce(json_object_agg(id, name), '{}') FROM relation WHERE project_id = %(project_id)s)::text,
       coalesce((SELECT time FROM transaction_info WHERE id = %(newest)s)::text, ''),
       (SELECT ARRAY[id::text, time::text] FROM transaction_info ORDER BY id DESC LIMIT 1)
  FROM (SELECT ARRAY(SELECT id FROM transaction_info
                      WHERE id > %(settled)s AND id <> ALL (%(known)s::bigint[])
                        AND (project_id = %(project_id)s OR project_id IS NULL)) AS versions) new
 WHERE pg_current_snapshot()::text <> %(snapshot)s;
