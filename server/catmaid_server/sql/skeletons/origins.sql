-- Where imported skeletons came from, and what was imported.

-- name: ensure_source
-- Add a source of data unless the project has it.
INSERT INTO data_source (project_id, name, url, source_project_id, user_id)
VALUES (%(project_id)s, %(name)s, %(url)s, %(source_project_id)s, %(user_id)s)
ON CONFLICT (project_id, url, source_project_id) DO NOTHING;

-- name: source
-- A statement of its own, to see what another transaction made while `ensure_source` waited for it.
SELECT id FROM data_source
 WHERE project_id = %(project_id)s AND url = %(url)s AND source_project_id = %(source_project_id)s;

-- name: add
-- Add the origin of a skeleton.
INSERT INTO skeleton_origin (skeleton_id, project_id, data_source_id, source_id, user_id)
VALUES (%(skeleton_id)s, %(project_id)s, %(data_source_id)s, %(source_id)s, %(user_id)s);

-- name: sources
-- Sources of data of a project: id, name, URL, project there.
SELECT id, name, url, source_project_id FROM data_source WHERE project_id = %(project_id)s ORDER BY id;

-- name: of_skeletons
-- Origins of skeletons: skeleton, source, id there, and the source's name, URL and project.
SELECT o.skeleton_id, o.data_source_id, o.source_id, d.name, d.url, d.source_project_id
  FROM skeleton_origin o JOIN data_source d ON d.id = o.data_source_id
 WHERE o.project_id = %(project_id)s AND o.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY o.skeleton_id;

-- name: from_source
-- Skeletons by the id that they have in a source.
SELECT o.source_id, array_agg(o.skeleton_id ORDER BY o.skeleton_id)
  FROM skeleton_origin o JOIN data_source d ON d.id = o.data_source_id
 WHERE o.project_id = %(project_id)s AND o.source_id = ANY (%(source_ids)s::bigint[])
   AND d.url = %(url)s AND d.source_project_id = %(source_project_id)s
 GROUP BY o.source_id
 ORDER BY o.source_id;

-- name: imported_treenodes
-- The treenodes of each skeleton whose first version an import made; none for a skeleton without any.
-- Cost: for each treenode one index lookup in its history.
SELECT s.id, coalesce(array_agg(t.id ORDER BY t.id) FILTER (WHERE i.id IS NOT NULL), '{}')
  FROM skeleton s
  LEFT JOIN treenode t ON t.skeleton_id = s.id
  LEFT JOIN transaction_info i
    ON i.id = coalesce((SELECT min(h.version) FROM treenode__history h WHERE h.id = t.id), t.version)
   AND i.label IN ('skeletons.import', 'projects.import')
 WHERE s.project_id = %(project_id)s AND s.id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY s.id;
