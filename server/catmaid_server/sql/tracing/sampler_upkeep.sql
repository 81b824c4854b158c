-- What edits of skeletons mean to samplers.

-- name: used_by
-- Whether an interval of a sampler begins or ends at a treenode, and whether a domain does.
SELECT EXISTS (SELECT FROM sampler_interval WHERE start_node_id = %(treenode_id)s OR end_node_id = %(treenode_id)s),
       EXISTS (SELECT FROM sampler_domain WHERE start_node_id = %(treenode_id)s)
       OR EXISTS (SELECT FROM sampler_domain_end WHERE end_node_id = %(treenode_id)s);

-- name: samplers
-- Lock the samplers of some skeletons, by id. Rows: sampler, skeleton.
SELECT id, skeleton_id FROM sampler WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) ORDER BY id FOR UPDATE;

-- name: give_samplers
-- Let the samplers of one skeleton be of another.
UPDATE sampler SET skeleton_id = %(to_id)s WHERE skeleton_id = %(from_id)s;

-- name: delete_samplers
-- Delete the samplers of a skeleton with all that belongs to them.
DELETE FROM sampler WHERE skeleton_id = %(skeleton_id)s;

-- name: path_to_root
-- A treenode and its ancestors, from the treenode to the root.
WITH RECURSIVE path AS (
    SELECT id, parent_id, 0 AS depth FROM treenode WHERE id = %(treenode_id)s
     UNION ALL
    SELECT t.id, t.parent_id, path.depth + 1 FROM treenode t JOIN path ON t.id = path.parent_id
)
SELECT id FROM path ORDER BY depth;

-- name: domains
-- The domains of the samplers of a skeleton: id, sampler, first treenode, array of the treenodes at their ends.
SELECT d.id, d.sampler_id, d.start_node_id,
       (SELECT coalesce(array_agg(e.end_node_id), '{}') FROM sampler_domain_end e WHERE e.domain_id = d.id)
  FROM sampler_domain d JOIN sampler s ON s.id = d.sampler_id
 WHERE s.skeleton_id = %(skeleton_id)s
 ORDER BY d.id;

-- name: nodes_elsewhere
-- Of these treenodes those of another skeleton.
SELECT id FROM treenode WHERE id = ANY (%(ids)s::integer[]) AND skeleton_id <> %(skeleton_id)s;

-- name: intervals
-- The intervals of a domain: id, first and last treenode.
SELECT id, start_node_id, end_node_id FROM sampler_interval WHERE domain_id = %(domain_id)s;

-- name: delete_intervals
-- Delete intervals.
DELETE FROM sampler_interval WHERE id = ANY (%(ids)s::integer[]);

-- name: end_intervals_at
-- Let intervals end at a treenode.
UPDATE sampler_interval SET end_node_id = %(treenode_id)s, edition_time = now()
 WHERE id = ANY (%(ids)s::integer[]);

-- name: delete_ends
-- Delete the ends of a domain at some treenodes.
DELETE FROM sampler_domain_end WHERE domain_id = %(domain_id)s AND end_node_id = ANY (%(ids)s::integer[]);

-- name: add_end
-- Let a domain end at one more treenode.
INSERT INTO sampler_domain_end (domain_id, end_node_id) VALUES (%(domain_id)s, %(treenode_id)s);

-- name: has_children
-- Whether a treenode has children.
SELECT EXISTS (SELECT FROM treenode WHERE parent_id = %(treenode_id)s);

-- name: delete_domain
-- Delete a domain.
DELETE FROM sampler_domain WHERE id = %(domain_id)s;

-- name: leaves
-- The treenodes without children at and below a treenode.
WITH RECURSIVE distal AS (
    SELECT id FROM treenode WHERE id = %(treenode_id)s
     UNION ALL
    SELECT t.id FROM treenode t JOIN distal ON t.parent_id = distal.id
)
SELECT id FROM distal WHERE NOT EXISTS (SELECT FROM treenode c WHERE c.parent_id = distal.id) ORDER BY id;

-- name: add_domain
-- Add a domain to a sampler, with the ends given.
WITH made AS (
    INSERT INTO sampler_domain (project_id, sampler_id, type_id, start_node_id, user_id)
    VALUES (%(project_id)s, %(sampler_id)s, %(type_id)s, %(treenode_id)s, %(user_id)s)
    RETURNING id
)
INSERT INTO sampler_domain_end (domain_id, end_node_id)
SELECT made.id, leaf FROM made, unnest(%(leaves)s::integer[]) AS leaf;
