-- What is derived from other rows, made anew where it is wrong.

-- name: link_skeletons
-- Give links the skeleton of their treenode.
UPDATE connector_link l SET skeleton_id = t.skeleton_id
  FROM treenode t WHERE t.id = l.treenode_id AND t.skeleton_id <> l.skeleton_id;

-- name: review_skeletons
-- Give reviews the skeleton of their treenode.
UPDATE review r SET skeleton_id = t.skeleton_id
  FROM treenode t WHERE t.id = r.treenode_id AND t.skeleton_id <> r.skeleton_id;

-- name: edges
-- Edges of treenodes and links.
SELECT rebuild_edges();

-- name: past_edges
-- What the edges of treenodes and links were.
SELECT rebuild_past_edges();

-- name: summaries
-- Summaries of skeletons.
SELECT rebuild_skeleton_summaries();

-- name: packed_skeletons
-- Forget skeletons as they are sent: what is read is packed again.
DELETE FROM packed_skeleton;

-- name: counters
-- Counters go on after the newest id that a row has or had.
SELECT setval(counter::regclass, max(newest_id)) FROM counter_problems() GROUP BY counter;
