-- Samplers, their domains and intervals. What was not touched for longest comes first.

-- name: samplers
-- skeleton_ids, sampler_id NULL: all.
SELECT id, skeleton_id, interval_length, interval_error, leaf_segment_handling, merge_limit, review_required,
       create_interval_boundaries, state_id, user_id, project_id, creation_time, edition_time
  FROM sampler
 WHERE project_id = %(project_id)s
   AND (%(skeleton_ids)s::integer[] IS NULL OR skeleton_id = ANY (%(skeleton_ids)s::integer[]))
   AND (%(sampler_id)s::integer IS NULL OR id = %(sampler_id)s)
 ORDER BY edition_time, id;

-- name: lock_skeleton
-- Nobody may restructure the skeleton or delete it until we are done.
SELECT id FROM skeleton WHERE id = %(skeleton_id)s AND project_id = %(project_id)s FOR KEY SHARE;

-- name: lock_whole_skeleton
-- Nobody may add to the skeleton either.
SELECT neuron_id FROM skeleton WHERE id = %(skeleton_id)s FOR UPDATE;

-- name: lock_sampler
-- Lock a sampler until the transaction ends.
SELECT id FROM sampler WHERE id = %(sampler_id)s AND project_id = %(project_id)s FOR UPDATE;

-- name: create
-- Create a sampler: its id.
INSERT INTO sampler (project_id, skeleton_id, interval_length, interval_error, leaf_segment_handling, merge_limit,
                     review_required, create_interval_boundaries, state_id, user_id)
VALUES (%(project_id)s, %(skeleton_id)s, %(interval_length)s, %(interval_error)s, %(leaf_segment_handling)s,
        %(merge_limit)s, %(review_required)s, %(create_interval_boundaries)s, %(state_id)s, %(user_id)s)
RETURNING id;

-- name: set_leaf_mode
-- Change how a sampler handles leaf segments.
UPDATE sampler SET leaf_segment_handling = %(mode)s, edition_time = now() WHERE id = %(sampler_id)s;

-- name: delete
-- Delete a sampler.
DELETE FROM sampler WHERE id = %(sampler_id)s;

-- name: counts
-- Number of samplers by skeleton.
SELECT skeleton_id, count(*)
  FROM sampler
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY skeleton_id;

-- name: domains
-- With their ends: ids and nodes. sampler_ids, domain_id NULL: all.
SELECT d.id, d.sampler_id, d.type_id, d.parent_interval_id, d.start_node_id, d.user_id, d.project_id, d.creation_time,
       d.edition_time,
       (SELECT coalesce(array_agg(e.id ORDER BY e.id), '{}') FROM sampler_domain_end e WHERE e.domain_id = d.id),
       (SELECT coalesce(array_agg(e.end_node_id ORDER BY e.id), '{}') FROM sampler_domain_end e
         WHERE e.domain_id = d.id)
  FROM sampler_domain d
 WHERE d.project_id = %(project_id)s
   AND (%(sampler_ids)s::integer[] IS NULL OR d.sampler_id = ANY (%(sampler_ids)s::integer[]))
   AND (%(domain_id)s::integer IS NULL OR d.id = %(domain_id)s)
 ORDER BY d.edition_time, d.id;

-- name: create_domain
-- Create a domain: its id.
INSERT INTO sampler_domain (project_id, sampler_id, type_id, start_node_id, parent_interval_id, user_id)
VALUES (%(project_id)s, %(sampler_id)s, %(type_id)s, %(start_node_id)s, %(parent_interval_id)s, %(user_id)s)
RETURNING id;

-- name: create_ends
-- Create the ends of a domain, in the order given.
INSERT INTO sampler_domain_end (domain_id, end_node_id)
SELECT %(domain_id)s, wanted.node_id
  FROM unnest(%(node_ids)s::integer[]) WITH ORDINALITY AS wanted (node_id, position)
 ORDER BY wanted.position;

-- name: intervals
-- Intervals; domain_ids, interval_id NULL: all.
SELECT id, domain_id, state_id, start_node_id, end_node_id, user_id, project_id, creation_time, edition_time
  FROM sampler_interval
 WHERE project_id = %(project_id)s
   AND (%(domain_ids)s::integer[] IS NULL OR domain_id = ANY (%(domain_ids)s::integer[]))
   AND (%(interval_id)s::integer IS NULL OR id = %(interval_id)s)
 ORDER BY edition_time, id;

-- name: interval_of_sampler
-- One row if the interval is of the sampler.
SELECT 1
  FROM sampler_interval i JOIN sampler_domain d ON d.id = i.domain_id
 WHERE i.id = %(interval_id)s AND d.sampler_id = %(sampler_id)s;

-- name: create_intervals
-- In the order given.
INSERT INTO sampler_interval (project_id, domain_id, state_id, start_node_id, end_node_id, user_id)
SELECT %(project_id)s, %(domain_id)s, %(state_id)s, wanted.start_id, wanted.end_id, %(user_id)s
  FROM unnest(%(starts)s::integer[], %(ends)s::integer[]) WITH ORDINALITY AS wanted (start_id, end_id, position)
 ORDER BY wanted.position
RETURNING id, domain_id, state_id, start_node_id, end_node_id, user_id, project_id, creation_time, edition_time;

-- name: set_interval_state
-- Set the state of an interval: its id, no row if the project has no such interval.
UPDATE sampler_interval SET state_id = %(state_id)s, edition_time = now()
 WHERE id = %(interval_id)s AND project_id = %(project_id)s
RETURNING id;

-- name: connectors
-- interval_id, connector_id, state_id NULL: any.
SELECT id, interval_id, connector_id, state_id
  FROM sampler_connector
 WHERE project_id = %(project_id)s
   AND (%(interval_id)s::integer IS NULL OR interval_id = %(interval_id)s)
   AND (%(connector_id)s::integer IS NULL OR connector_id = %(connector_id)s)
   AND (%(state_id)s::integer IS NULL OR state_id = %(state_id)s)
 ORDER BY edition_time, id;

-- name: connector_exists
-- One row if the project has the connector.
SELECT 1 FROM connector WHERE id = %(connector_id)s AND project_id = %(project_id)s;

-- name: set_connector_state
-- Set the state of a connector in an interval: id of the entry.
INSERT INTO sampler_connector (project_id, interval_id, connector_id, state_id, user_id)
VALUES (%(project_id)s, %(interval_id)s, %(connector_id)s, %(state_id)s, %(user_id)s)
ON CONFLICT (interval_id, connector_id) DO UPDATE SET state_id = excluded.state_id, edition_time = now()
RETURNING id;

-- name: nodes_of_skeleton
-- Those of these treenodes that are in the skeleton: id, x, y, z (nm).
SELECT id, x, y, z FROM treenode WHERE skeleton_id = %(skeleton_id)s AND id = ANY (%(ids)s::integer[]);

-- name: removable_boundaries
-- Treenodes that were made as boundaries of this sampler's intervals and are nothing else by now: of no other sampler,
-- without links and other labels, unbranched, and within `tolerance` nm of the line from parent to child.
SELECT t.id, t.user_id
  FROM treenode t
  JOIN treenode p ON p.id = t.parent_id
  JOIN treenode c ON c.parent_id = t.id
 WHERE t.id IN (SELECT unnest(ARRAY[i.start_node_id, i.end_node_id])
                  FROM sampler_interval i JOIN sampler_domain d ON d.id = i.domain_id
                 WHERE d.sampler_id = %(sampler_id)s)
   AND (SELECT count(*) FROM treenode WHERE parent_id = t.id) = 1
   AND EXISTS (SELECT FROM node_label n JOIN label l ON l.id = n.label_id
                WHERE n.treenode_id = t.id AND l.name = %(label)s)
   AND NOT EXISTS (SELECT FROM node_label n JOIN label l ON l.id = n.label_id
                    WHERE n.treenode_id = t.id AND l.name <> %(label)s)
   AND NOT EXISTS (SELECT FROM connector_link WHERE treenode_id = t.id)
   AND NOT EXISTS (SELECT FROM sampler_interval i JOIN sampler_domain d ON d.id = i.domain_id
                    WHERE t.id IN (i.start_node_id, i.end_node_id) AND d.sampler_id <> %(sampler_id)s)
   AND NOT EXISTS (SELECT FROM sampler_domain d WHERE d.start_node_id = t.id AND d.sampler_id <> %(sampler_id)s)
   AND NOT EXISTS (SELECT FROM sampler_domain_end e JOIN sampler_domain d ON d.id = e.domain_id
                    WHERE e.end_node_id = t.id AND d.sampler_id <> %(sampler_id)s)
   AND ST_3DDistance(ST_MakePoint(t.x, t.y, t.z),
                     ST_MakeLine(ST_MakePoint(p.x, p.y, p.z), ST_MakePoint(c.x, c.y, c.z))) <= %(tolerance)s
 ORDER BY t.id;

-- name: hang_above
-- Hang the children of these treenodes on the next treenode above that is not one of them.
WITH RECURSIVE above AS (
    SELECT c.id AS child_id, t.parent_id
      FROM treenode t JOIN treenode c ON c.parent_id = t.id
     WHERE t.id = ANY (%(ids)s::integer[]) AND c.id <> ALL (%(ids)s::integer[])
     UNION ALL
    SELECT above.child_id, t.parent_id
      FROM above JOIN treenode t ON t.id = above.parent_id
     WHERE t.id = ANY (%(ids)s::integer[])
)
UPDATE treenode c
   SET parent_id = above.parent_id, editor_id = %(editor_id)s, edition_time = now()
  FROM above
 WHERE c.id = above.child_id AND above.parent_id <> ALL (%(ids)s::integer[]);

-- name: delete_labels
-- Remove all labels from treenodes.
DELETE FROM node_label WHERE treenode_id = ANY (%(ids)s::integer[]);

-- name: delete_label_if_unused
-- Delete a label that is on nothing.
DELETE FROM label l
 WHERE l.project_id = %(project_id)s AND l.name = %(label)s
   AND NOT EXISTS (SELECT FROM node_label WHERE label_id = l.id);

-- name: delete_reviews
-- Delete the reviews of treenodes.
DELETE FROM review WHERE treenode_id = ANY (%(ids)s::integer[]);

-- name: delete_treenodes
-- Delete treenodes.
DELETE FROM treenode WHERE id = ANY (%(ids)s::integer[]);
