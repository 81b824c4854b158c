-- The last change of a treenode or connector.

-- name: last_change
-- The version that a node is of or that deleted it, who made it, and when; no row if there never was one.
-- After versions with a trimmed log, the name is that of nobody.
WITH state AS (
    SELECT version AS version, false AS is_deleted, 0 AS age
      FROM treenode WHERE id = %(node_id)s AND project_id = %(project_id)s
     UNION ALL
    SELECT version, false, 0 FROM connector WHERE id = %(node_id)s AND project_id = %(project_id)s
     UNION ALL
    SELECT ended_by, true, 1 FROM treenode__history WHERE id = %(node_id)s AND project_id = %(project_id)s
     UNION ALL
    SELECT ended_by, true, 1 FROM connector__history WHERE id = %(node_id)s AND project_id = %(project_id)s
)
SELECT s.version, coalesce(i.label, ''), i.user_id, u.username, i.time, s.is_deleted
  FROM state s
  LEFT JOIN transaction_info i ON i.id = s.version
  LEFT JOIN app_user u ON u.id = i.user_id
 ORDER BY s.age, s.version DESC
 LIMIT 1;

-- name: remaining_ancestor
-- The nearest ancestor of a deleted treenode that exists: id, skeleton and place (nm); no row if there is none.
WITH RECURSIVE above AS (
    (SELECT parent_id, 1 AS step
       FROM treenode__history
      WHERE id = %(node_id)s AND project_id = %(project_id)s
      ORDER BY version DESC
      LIMIT 1)
     UNION ALL
    SELECT h.parent_id, a.step + 1
      FROM above a
     CROSS JOIN LATERAL (SELECT parent_id FROM treenode__history
                          WHERE id = a.parent_id ORDER BY version DESC LIMIT 1) h
     WHERE a.step < 100000 AND NOT EXISTS (SELECT FROM treenode t WHERE t.id = a.parent_id)
)
SELECT t.id, t.skeleton_id, t.x, t.y, t.z FROM above a JOIN treenode t ON t.id = a.parent_id LIMIT 1;
