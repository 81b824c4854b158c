-- Where the treenodes of many skeletons are, for drawing them. The version of a skeleton is that which changed its
-- treenodes last, as its summary has it; before summaries had versions it is the version that is read. 0: there is none.
-- Treenodes are read of the skeletons that were found: in the past, too, where the planner knows little of their number.

-- name: versions
-- Per skeleton: id, version, number of treenodes. Cost: two lookups by primary key for each.
SELECT k.id, coalesce(s.version, as_of_version(), 0), coalesce(s.num_nodes, 0)
  FROM skeleton k
  LEFT JOIN LATERAL (SELECT version, num_nodes FROM skeleton_summary WHERE skeleton_id = k.id OFFSET 0) s ON true
 WHERE k.id = ANY (%(skeleton_ids)s::integer[]) AND k.project_id = %(project_id)s;

-- name: nodes
-- Per skeleton: id, version, and its treenodes without order, 32 bytes each: id, parent (-1 at a root), x, y, z (nm). One
-- statement, so that the treenodes are those of the version. Cost: an index scan for each skeleton; 2,000,000 treenodes
-- of 1,000 skeletons in 0.7 s.
WITH found AS MATERIALIZED (
    SELECT k.id, coalesce((SELECT version FROM skeleton_summary WHERE skeleton_id = k.id), as_of_version(), 0) AS version
      FROM skeleton k
     WHERE k.id = ANY (%(skeleton_ids)s::integer[]) AND k.project_id = %(project_id)s
)
SELECT found.id, found.version, n.nodes
  FROM found
 CROSS JOIN LATERAL (
       SELECT string_agg(int4send(t.id) || int4send(coalesce(t.parent_id, -1))
                         || float8send(t.x) || float8send(t.y) || float8send(t.z), '') AS nodes
         FROM treenode t
        WHERE t.skeleton_id = found.id AND t.project_id = %(project_id)s) n;

-- name: node_ids
-- Per skeleton: id, version, and the ids of its treenodes without order, 4 bytes each.
WITH found AS MATERIALIZED (
    SELECT k.id, coalesce((SELECT version FROM skeleton_summary WHERE skeleton_id = k.id), as_of_version(), 0) AS version
      FROM skeleton k
     WHERE k.id = ANY (%(skeleton_ids)s::integer[]) AND k.project_id = %(project_id)s
)
SELECT found.id, found.version, n.nodes
  FROM found
 CROSS JOIN LATERAL (
       SELECT string_agg(int4send(t.id), '') AS nodes
         FROM treenode t
        WHERE t.skeleton_id = found.id AND t.project_id = %(project_id)s) n;

-- name: radii
-- Per skeleton with any radius above 0: id, version, and the radii of its treenodes (nm; -1: unset) in the order of their
-- ids, float32.
WITH found AS MATERIALIZED (
    SELECT k.id, coalesce((SELECT version FROM skeleton_summary WHERE skeleton_id = k.id), as_of_version(), 0) AS version
      FROM skeleton k
     WHERE k.id = ANY (%(skeleton_ids)s::integer[]) AND k.project_id = %(project_id)s
)
SELECT found.id, found.version, n.radii
  FROM found
 CROSS JOIN LATERAL (
       SELECT string_agg(float4send(t.radius::real), '' ORDER BY t.id) AS radii, max(t.radius) AS thickest
         FROM treenode t
        WHERE t.skeleton_id = found.id AND t.project_id = %(project_id)s) n
 WHERE n.thickest > 0;

-- name: described_nodes
-- Per skeleton: id, version, and its treenodes without order, 18 bytes each: id, parent (-1 at a root), confidence,
-- radius (nm).
WITH found AS MATERIALIZED (
    SELECT k.id, coalesce((SELECT version FROM skeleton_summary WHERE skeleton_id = k.id), as_of_version(), 0) AS version
      FROM skeleton k
     WHERE k.id = ANY (%(skeleton_ids)s::integer[]) AND k.project_id = %(project_id)s
)
SELECT found.id, found.version, n.nodes
  FROM found
 CROSS JOIN LATERAL (
       SELECT string_agg(int4send(t.id) || int4send(coalesce(t.parent_id, -1)) || int2send(t.confidence)
                         || float8send(t.radius), '') AS nodes
         FROM treenode t
        WHERE t.skeleton_id = found.id AND t.project_id = %(project_id)s) n;

-- name: labels_of_nodes
-- Rows, by link: skeleton, treenode, name of the label.
SELECT t.skeleton_id, t.id, b.name
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id
 WHERE t.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND t.project_id = %(project_id)s
 ORDER BY l.id;
