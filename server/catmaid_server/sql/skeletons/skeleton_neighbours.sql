-- Skeletons around a treenode.

-- name: around
-- Skeletons with treenodes inside of the cube of a half width (nm) around one.
-- single: those with one there (true), with more (false), or both (NULL).
-- Cost: by the index on the extent of edges in x and z; y is checked on the row.
SELECT t.skeleton_id
  FROM treenode centre
  JOIN treenode_in_space t
    ON xz_box(t.edge) && box(point(centre.x - %(distance)s, centre.z - %(distance)s),
                             point(centre.x + %(distance)s, centre.z + %(distance)s))
   AND t.project_id = centre.project_id
   AND abs(t.x - centre.x) < %(distance)s AND abs(t.y - centre.y) < %(distance)s
   AND abs(t.z - centre.z) < %(distance)s
 WHERE centre.id = %(treenode_id)s AND centre.project_id = %(project_id)s
 GROUP BY t.skeleton_id
HAVING %(single)s::boolean IS NULL OR (count(*) = 1) = %(single)s::boolean
 ORDER BY t.skeleton_id
 LIMIT %(count)s;

-- name: treenode_exists
-- Whether the project has a treenode.
SELECT EXISTS (SELECT FROM treenode WHERE id = %(treenode_id)s AND project_id = %(project_id)s);
