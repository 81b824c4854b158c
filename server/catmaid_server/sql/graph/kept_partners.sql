-- What is kept of partners.

-- name: sizes
-- Rows: skeleton, number of its treenodes, users who reviewed any of them; also of skeletons that there are not.
-- Cost: two index lookups for each skeleton, and its reviews.
SELECT w.id, coalesce(s.num_nodes, 0), ARRAY(SELECT DISTINCT reviewer_id FROM review r WHERE r.skeleton_id = w.id)
  FROM unnest(%(skeleton_ids)s::integer[]) AS w (id)
  LEFT JOIN skeleton_summary s ON s.skeleton_id = w.id;
