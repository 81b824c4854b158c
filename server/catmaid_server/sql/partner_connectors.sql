-- By which connectors skeletons are partners.

-- name: connectors_between
-- mine, theirs: relations on both sides. Rows: source, partner, connector; sources and partners NULL for any.
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
SELECT id, ARRAY[x, y, z] FROM connector WHERE id = ANY (%(connector_ids)s::integer[]);

-- name: link_counts
-- Links of skeletons by relation, where the other side of the connector has a link of the target relations.
SELECT s.skeleton_id, r.id, r.name, count(*)
  FROM connector_link s
  JOIN relation r ON r.id = s.relation_id
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.id <> s.id
  JOIN relation t ON t.id = p.relation_id
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND r.name = ANY (%(source_relations)s::text[]) AND t.name = ANY (%(target_relations)s::text[])
 GROUP BY s.skeleton_id, r.id
 ORDER BY s.skeleton_id, r.id;
