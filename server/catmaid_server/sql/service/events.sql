-- Versions of a project, for those who watch it.

-- name: newest_version
-- The id of the newest version of a project; NULL if it has none.
SELECT max(id) FROM transaction_info WHERE project_id = %(project_id)s;

-- name: recent_versions
-- The last versions of a project, oldest first. By commit, not by id: a slow transaction with a lower id
-- appears here later than a fast one with a higher id, and is new when it does.
SELECT id AS version, label, user_id, time
  FROM (SELECT id, label, user_id, time
          FROM transaction_info
         WHERE project_id = %(project_id)s
         ORDER BY id DESC
         LIMIT 200) recent
 ORDER BY id;
