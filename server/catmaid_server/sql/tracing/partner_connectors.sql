-- By which connectors skeletons are partners.

-- name: connectors_between
-- Connectors between two sets of skeletons: source, partner, connector. mine, theirs: the relations of source and
-- partner; partner_ids, connector_ids: NULL for any.
SELECT s.skeleton_id, p.skeleton_id, s.connector_id
  FROM connector_link s
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.id <> s.id
 WHERE s.project_id = %(project_id)s
   AND s.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
   AND p.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(theirs)s)
   AND s.skeleton_id = ANY (%(source_ids)s::integer[])
   AND (%(partner_ids)s::integer[] IS NULL OR p.skeleton_id = ANY (%(partner_ids)s::integer[]))
   AND (%(connector_ids)s::integer[] IS NULL OR s.connector_id = ANY (%(connector_ids)s::integer[]))
 ORDER BY s.skeleton_id, p.skeleton_id, s.connector_id;

-- name: places
-- Places of connectors: id, array of x, y, z (nm).
SELECT id, ARRAY[x, y, z] FROM connector WHERE id = ANY (%(connector_ids)s::integer[]);

-- name: partners_at
-- Other skeletons at connectors of one skeleton, linked to them by another relation than it.
-- theirs: their relation, NULL for any. single: whether they have exactly one treenode, NULL for any number.
SELECT DISTINCT p.skeleton_id
  FROM connector_link s
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.skeleton_id <> s.skeleton_id
   AND p.relation_id <> s.relation_id
  JOIN relation r ON r.id = p.relation_id AND (%(theirs)s::text IS NULL OR r.name = %(theirs)s)
  JOIN skeleton_summary y ON y.skeleton_id = p.skeleton_id
   AND (%(single)s::boolean IS NULL OR (y.num_nodes = 1) = %(single)s)
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = %(skeleton_id)s
   AND s.connector_id = ANY (%(connector_ids)s::integer[])
 ORDER BY 1;

-- name: polyadicity
-- Other links at the connectors of skeletons, by the skeletons' relation; NULL: any connector, any relation.
SELECT s.skeleton_id, r.name, s.connector_id, count(*)
  FROM connector_link s
  JOIN relation r ON r.id = s.relation_id AND (%(mine)s::text IS NULL OR r.name = %(mine)s)
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.id <> s.id
  JOIN relation t ON t.id = p.relation_id AND (%(theirs)s::text IS NULL OR t.name = %(theirs)s)
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND (%(connector_ids)s::integer[] IS NULL OR s.connector_id = ANY (%(connector_ids)s::integer[]))
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3;
