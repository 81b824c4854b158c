-- Taking versions back.

-- name: keep_history
-- Nothing is trimmed until this transaction ends.
LOCK TABLE unreadable_versions IN ROW SHARE MODE;

-- name: versions
-- Versions of a project, with who wrote them.
SELECT id, coalesce(user_id, 0), label FROM transaction_info
 WHERE id = ANY (%(versions)s) AND project_id = %(project_id)s AND id <> coalesce(current_version(), 0)
 ORDER BY id;

-- name: taken_back_since
-- Versions of a project above one that took others back, newest first: version, and those that it took back.
SELECT r.version, array_agg(r.reverts)
  FROM reverted_version r JOIN transaction_info t ON t.id = r.version
 WHERE r.version > %(version)s AND t.project_id = %(project_id)s
 GROUP BY r.version
 ORDER BY r.version DESC;

-- name: touched
-- The tables in which versions wrote; it stays so whatever others write.
SELECT touched_by(%(versions)s);

-- name: changes
-- Rows of these tables that versions created, changed and deleted, by table.
SELECT name, created, changed, deleted FROM changes_of(%(versions)s, %(touched)s);

-- name: are_revertible
-- Whether versions changed anything that can be taken back.
SELECT are_revertible(%(versions)s);

-- name: lock
-- Lock what versions left behind in these tables.
SELECT lock_changes_of(%(versions)s, %(touched)s);

-- name: conflicts
-- Rows of these tables that others changed since: table, key, version, why, by whom, when. At most so many.
SELECT c.name, c.row_key::text, c.version, c.reason, coalesce(u.username, 'nobody'), t.time
  FROM conflicts_of(%(versions)s, %(wanted)s, %(touched)s) c
  LEFT JOIN transaction_info t ON t.id = c.version
  LEFT JOIN app_user u ON u.id = t.user_id
 ORDER BY c.version DESC, c.name, c.row_key::text
 LIMIT %(most)s;

-- name: neurons
-- The neurons of the skeletons that versions touched: those that there are, and those that there were.
SELECT DISTINCT k.neuron_id
  FROM skeleton k
 WHERE k.id IN (SELECT skeleton_id FROM treenode WHERE version = ANY (%(versions)s)
                 UNION
                SELECT skeleton_id FROM treenode__history WHERE ended_by = ANY (%(versions)s)
                 UNION
                SELECT skeleton_id FROM connector_link WHERE version = ANY (%(versions)s)
                 UNION
                SELECT id FROM skeleton WHERE version = ANY (%(versions)s))
 UNION
SELECT id FROM neuron WHERE version = ANY (%(versions)s);

-- name: owners
-- To whom the rows of these tables belong that versions touched.
SELECT DISTINCT user_id FROM owners_of(%(versions)s, %(touched)s) AS touched (user_id) WHERE user_id IS NOT NULL;

-- name: take_back
-- Undo what versions did to these tables, in the version of this transaction.
SELECT take_back(%(versions)s, %(wanted)s, %(touched)s);

-- name: check_keys
-- Check the foreign keys now, so that what does not fit is an error of this statement.
SET CONSTRAINTS ALL IMMEDIATE;

-- name: note
-- Keep which versions this one took back.
INSERT INTO reverted_version (version, kind, edit, reverts)
SELECT current_version(), %(kind)s, edit, reverts
  FROM unnest(%(edits)s::bigint[], %(reverts)s::bigint[]) AS taken (edit, reverts);

-- name: skeletons
-- Skeletons of the treenodes that this version changed.
SELECT DISTINCT skeleton_id FROM treenode WHERE version = current_version();

-- name: changed_node
-- The treenode that this version changed and that was edited last: id, skeleton, place (nm).
SELECT id, skeleton_id, x, y, z
  FROM treenode WHERE version = current_version() ORDER BY edition_time DESC, id DESC LIMIT 1;

-- name: gone
-- Where the last treenode or connector is that this version deleted (nm); no row if none was.
SELECT x, y, z
  FROM (SELECT x, y, z, edition_time, id FROM treenode__history WHERE ended_by = current_version()
         UNION ALL
        SELECT x, y, z, edition_time, id FROM connector__history WHERE ended_by = current_version()
         UNION ALL
        SELECT x, y, z, edition_time, id FROM connector WHERE version = current_version()) n
 ORDER BY edition_time DESC, id DESC
 LIMIT 1;

-- name: edits_of_group
-- Those of a group, as in `own_edits`; the versions of one edit are near each other.
SELECT t.id, t.label, t.time, t.edit_group, last.version, last.kind
  FROM transaction_info t
  LEFT JOIN LATERAL (SELECT r.version, r.kind FROM reverted_version r
                      WHERE r.edit = t.id AND r.kind IN ('undo', 'redo')
                        AND r.version <= coalesce(as_of_version(), r.version)
                      ORDER BY r.version DESC LIMIT 1) last ON true
 WHERE t.user_id = %(user_id)s AND t.project_id = %(project_id)s
   AND t.id BETWEEN %(lowest)s AND %(highest)s AND t.edit_group = %(group)s
 ORDER BY t.id;

-- name: own_edits
-- A user's edits of a project, newest first: version, label, time, the group of versions that are one edit, the last
-- version that undid or redid each, and how.
SELECT t.id, t.label, t.time, t.edit_group, last.version, last.kind
  FROM transaction_info t
  LEFT JOIN LATERAL (SELECT r.version, r.kind FROM reverted_version r
                      WHERE r.edit = t.id AND r.kind IN ('undo', 'redo')
                        AND r.version <= coalesce(as_of_version(), r.version)
                      ORDER BY r.version DESC LIMIT 1) last ON true
 WHERE t.user_id = %(user_id)s AND t.project_id = %(project_id)s AND t.id < %(below)s
   AND NOT EXISTS (SELECT FROM reverted_version r WHERE r.version = t.id AND r.kind IN ('undo', 'redo'))
   AND NOT EXISTS (SELECT FROM unreadable_versions u WHERE u.reason = 'trimmed' AND t.id <= u.last_version + 1)
 ORDER BY t.id DESC
 LIMIT %(most)s;
