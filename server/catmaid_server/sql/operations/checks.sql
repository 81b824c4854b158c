-- What holds in every database, each as the rows for which it does not: an id, and more about it.

-- name: walk_by_index
-- Have the walk from the roots follow the index of parents, not read all treenodes for each step.
SELECT set_config('enable_hashjoin', %(enabled)s, true), set_config('enable_mergejoin', %(enabled)s, true);

-- name: roots
-- Skeletons with treenodes that have no root, or several: id, number of roots.
SELECT skeleton_id, count(*) FILTER (WHERE parent_id IS NULL) || ' roots'
  FROM treenode
 GROUP BY skeleton_id
HAVING count(*) FILTER (WHERE parent_id IS NULL) <> 1
 ORDER BY skeleton_id;

-- name: cycles
-- Treenodes that no way leads to from a root: id, parent.
WITH RECURSIVE reached AS (
    SELECT id FROM treenode WHERE parent_id IS NULL
     UNION ALL
    SELECT c.id FROM reached p JOIN treenode c ON c.parent_id = p.id
), lost AS (
    SELECT id FROM treenode EXCEPT SELECT id FROM reached
)
SELECT id, 'parent ' || (SELECT parent_id FROM treenode t WHERE t.id = lost.id) FROM lost ORDER BY id;

-- name: parents
-- Treenodes whose parent is of another skeleton or project: id, parent.
SELECT id, 'parent ' || other_id FROM misplaced WHERE rule = 'parents' ORDER BY id;

-- name: links
-- Links whose skeleton is not that of their treenode, or whose ends are of another project: id, treenode.
SELECT DISTINCT m.id, 'treenode ' || l.treenode_id
  FROM misplaced m JOIN connector_link l ON l.id = m.id WHERE m.rule = 'links' ORDER BY m.id;

-- name: reviews
-- Reviews whose skeleton is not that of their treenode: id, treenode.
SELECT id, 'treenode ' || other_id FROM misplaced WHERE rule = 'reviews' ORDER BY id;

-- name: edges
-- Treenodes and links whose edge is not where they are: id, column.
SELECT id, what FROM derived_mismatches WHERE what IN ('treenode.edge', 'connector_link.edge') ORDER BY what DESC, id;

-- name: summaries
-- Skeletons whose summary is not what a rebuild gives: id, column.
SELECT id, what FROM derived_mismatches WHERE what = 'skeleton_summary' ORDER BY id;

-- name: past_edges
-- Treenodes and links whose edge in the past is not where they were: id, the version that ended it.
SELECT id, 'treenode.edge before version ' || ended_by FROM treenode_edges_before(first_readable_version())
 WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE
 UNION ALL
SELECT id, 'connector_link.edge before version ' || ended_by FROM link_edges_before(first_readable_version())
 WHERE ST_OrderingEquals(shown, actual) IS NOT TRUE
 UNION ALL
SELECT id, 'treenode.edge before version ' || ended_by
  FROM (SELECT id, since, ended_by, lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by) AS before
          FROM treenode_edge_past) e
 WHERE since <> before OR since >= ended_by
 UNION ALL
SELECT id, 'connector_link.edge before version ' || ended_by
  FROM (SELECT id, since, ended_by, lag(ended_by) OVER (PARTITION BY id ORDER BY ended_by) AS before
          FROM link_edge_past) e
 WHERE since <> before OR since >= ended_by;

-- name: history
-- States of rows that do not follow each other: key, with the table, what is wrong, and the version.
SELECT row_key, format('%%s: %%s at version %%s', name, problem, version)
  FROM history_problems() ORDER BY name, row_key, version;

-- name: counters
-- Counters that would give an id again: newest id, table and counter.
SELECT newest_id, format('newest of %%s, counted by %%s', name, counter) FROM counter_problems() ORDER BY name, counter;
