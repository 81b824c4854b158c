-- Skeletons as text.

-- name: swc
-- Treenodes for SWC, by id: id, x, y, z, radius (nm, unset as 0), parent.
SELECT id, x, y, z, greatest(radius, 0), parent_id
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: somata
-- Treenodes of a skeleton with the label soma.
SELECT DISTINCT t.id
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id AND b.name = 'soma'
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 ORDER BY t.id;

-- name: eswc
-- Treenodes for eSWC: as for SWC, and who made and edited them when, and their confidence.
SELECT t.id, t.x, t.y, t.z, greatest(t.radius, 0), t.parent_id,
       maker.username, t.creation_time, editor.username, t.edition_time, t.confidence
  FROM treenode t
  JOIN app_user maker ON maker.id = t.user_id
  JOIN app_user editor ON editor.id = t.editor_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 ORDER BY t.id;

-- name: importing_user
-- Who imported a treenode: the author of the import that made its first version.
SELECT i.user_id
  FROM treenode t
  LEFT JOIN transaction_info i
    ON i.id = coalesce((SELECT min(h.version) FROM treenode__history h WHERE h.id = t.id), t.version)
   AND i.label IN ('skeletons.import', 'projects.import')
 WHERE t.id = %(treenode_id)s AND t.project_id = %(project_id)s;
