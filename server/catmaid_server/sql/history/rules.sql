-- Rules over several rows that a version that took others back must not break; asked in its transaction, after it wrote.
-- versions: those that were taken back. Each rule gives rows that break it: table, id, the version that made the row so
-- (or that took away what it needs), and why in words. What is older than all of `versions` was so before them, and is left.
-- `ended_by + 0`: rows are looked up by their key, as the planner
-- expects one row of the newest version.

-- name: misplaced
-- Treenodes, links and reviews of other skeletons than their parents and treenodes.
SELECT CASE WHEN by_this THEN name ELSE other_name END, CASE WHEN by_this THEN id ELSE other_id END,
       greatest(made, other_made),
       format('would be of another skeleton than %%s %%s',
              replace(CASE WHEN by_this THEN other_name ELSE name END, '_', ' '),
              CASE WHEN by_this THEN other_id ELSE id END)
  FROM (SELECT *, made >= other_made AS by_this
          FROM (SELECT *, made_by(name, id, version, %(versions)s) AS made,
                       made_by(other_name, other_id, other_version, %(versions)s) AS other_made
                  FROM (SELECT * FROM misplaced WHERE version = current_version()
                         UNION
                        SELECT * FROM misplaced WHERE other_version = current_version()) found) told) blamed
 WHERE greatest(made, other_made) > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v)
 LIMIT %(most)s;

-- name: roots
-- Roots of skeletons that have another root.
SELECT *
  FROM (SELECT 'treenode', r.id, made_by('treenode', r.id, r.version, %(versions)s) AS made,
               format('would be a second root of skeleton %%s', r.skeleton_id)
          FROM treenode r
         WHERE r.parent_id IS NULL
           AND r.skeleton_id IN (SELECT n.skeleton_id FROM treenode n
                                  WHERE n.version = current_version() AND n.parent_id IS NULL)
           AND EXISTS (SELECT FROM treenode o
                        WHERE o.parent_id IS NULL AND o.skeleton_id = r.skeleton_id AND o.id <> r.id)) rooted
 WHERE made > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v)
 ORDER BY made DESC
 LIMIT %(most)s;

-- name: ancestors
-- The treenodes that got another parent and have children, and all above them: id, parent, 0 for a root.
-- Cost: index on version; grows with the paths from these nodes to their roots, each node once.
WITH RECURSIVE up AS (
    SELECT t.id, t.parent_id
      FROM treenode t LEFT JOIN treenode__history h ON h.id = t.id AND h.ended_by + 0 = current_version()
     WHERE t.version = current_version() AND t.parent_id IS NOT NULL AND h.parent_id IS DISTINCT FROM t.parent_id
       AND EXISTS (SELECT FROM treenode c WHERE c.parent_id = t.id)
     UNION
    SELECT p.id, p.parent_id FROM up JOIN treenode p ON p.id = up.parent_id
)
SELECT id, coalesce(parent_id, 0) FROM up;

-- name: in_a_loop
-- Treenodes that are their own ancestors (ids).
SELECT *
  FROM (SELECT 'treenode', t.id, made_by('treenode', t.id, t.version, %(versions)s) AS made,
               format('is in a loop of parents: its parent would be treenode %%s', t.parent_id)
          FROM treenode t
         WHERE t.id = ANY (%(ids)s)) looped
 WHERE made > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v)
 ORDER BY made DESC
 LIMIT %(most)s;

-- name: empty_skeletons
-- The last treenodes of skeletons that would be left without any.
SELECT 'treenode', h.id, h.ended_by, format('is gone from skeleton %%s, which would have no treenodes left', s.id)
  FROM skeleton s
 CROSS JOIN LATERAL (SELECT id, ended_by FROM treenode__history
                      WHERE skeleton_id = s.id AND ended_by <> current_version() AND ended_by <> ALL (%(versions)s)
                      ORDER BY ended_by DESC LIMIT 1) h
 WHERE (s.version = current_version()
        OR s.id IN (SELECT skeleton_id FROM treenode__history WHERE ended_by = current_version()))
   AND h.ended_by > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v)
   AND NOT EXISTS (SELECT FROM treenode t WHERE t.skeleton_id = s.id)
 LIMIT %(most)s;

-- name: bare_neurons
-- The last skeletons of neurons that would be left without any.
SELECT 'skeleton', h.id, h.ended_by, format('is gone from neuron %%s, which would have no skeletons left', n.id)
  FROM neuron n
 CROSS JOIN LATERAL (SELECT id, ended_by FROM skeleton__history
                      WHERE neuron_id = n.id AND ended_by <> current_version() AND ended_by <> ALL (%(versions)s)
                      ORDER BY ended_by DESC LIMIT 1) h
 WHERE (n.version = current_version()
        OR n.id IN (SELECT neuron_id FROM skeleton__history WHERE ended_by = current_version()))
   AND h.ended_by > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v)
   AND NOT EXISTS (SELECT FROM skeleton s WHERE s.neuron_id = n.id)
 LIMIT %(most)s;

-- name: misplaced_samples
-- What samplers, or parts of them, that were made since use of another skeleton than their own.
SELECT name, id, greatest(made, node_made, sampler_made),
       format('is of sampler %%s, but treenode %%s would be of another skeleton', sampler_id, treenode_id)
  FROM (SELECT *, made_by(name, id, version, %(versions)s) AS made,
               made_by('treenode', treenode_id, treenode_version, %(versions)s) AS node_made,
               made_by('sampler', sampler_id, sampler_version, %(versions)s) AS sampler_made
          FROM (SELECT * FROM misplaced_samples WHERE treenode_version = current_version()
                 UNION
                SELECT * FROM misplaced_samples WHERE sampler_version = current_version()
                 UNION
                SELECT * FROM misplaced_samples WHERE version = current_version()
                 LIMIT %(most)s) found) told
 WHERE greatest(made, node_made, sampler_made) > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v);

-- name: turned_samples
-- Domains and intervals made since whose ends would no longer be distal to their starts.
-- Cost: paths from the ends to the roots, of samplers of skeletons whose treenodes got other parents.
WITH RECURSIVE turned AS (
    SELECT t.id, t.skeleton_id
      FROM treenode t JOIN treenode__history h ON h.id = t.id AND h.ended_by + 0 = current_version()
     WHERE t.version = current_version() AND h.parent_id IS DISTINCT FROM t.parent_id
), used AS (
    SELECT d.id AS domain_id, d.version AS domain_version, s.skeleton_id
      FROM sampler_domain d JOIN sampler s ON s.id = d.sampler_id
     WHERE s.skeleton_id IN (SELECT skeleton_id FROM turned)
), spans AS (
    SELECT 'sampler_domain' AS name, d.id, e.version, d.start_node_id AS start_id, e.end_node_id AS end_id
      FROM used u JOIN sampler_domain d ON d.id = u.domain_id JOIN sampler_domain_end e ON e.domain_id = d.id
     UNION ALL
    SELECT 'sampler_interval', i.id, i.version, i.start_node_id, i.end_node_id
      FROM used u JOIN sampler_interval i ON i.domain_id = u.domain_id
), since AS (
    SELECT * FROM spans
     WHERE version > (SELECT min(v) FROM unnest(%(versions)s::bigint[]) AS v) AND version <> current_version()
), up AS (
    SELECT since.name, since.id, t.id AS node_id, t.parent_id, since.start_id, since.end_id, since.version
      FROM since JOIN treenode t ON t.id = since.end_id
     UNION
    SELECT up.name, up.id, t.id, t.parent_id, up.start_id, up.end_id, up.version
      FROM up JOIN treenode t ON t.id = up.parent_id
     WHERE up.node_id <> up.start_id
)
SELECT name, id, max(version), format('would no longer lead from treenode %%s down to treenode %%s', start_id, end_id)
  FROM up
 GROUP BY name, id, start_id, end_id
HAVING bool_and(node_id <> start_id) AND bool_or(node_id IN (SELECT t.id FROM turned t))
 LIMIT %(most)s;

-- name: has_samplers
-- Whether there are samplers of skeletons whose treenodes were written, or samplers were written themselves.
SELECT EXISTS (SELECT FROM sampler s
                WHERE s.version = current_version()
                   OR s.skeleton_id IN (SELECT skeleton_id FROM treenode WHERE version = current_version()
                                         UNION
                                        SELECT skeleton_id FROM treenode__history WHERE ended_by = current_version()));

-- name: links_of_connectors
-- The links of the connectors that got links back: connector, link, relation, version that made it so, whether it came back.
SELECT l.connector_id, l.id, r.name,
       coalesce((SELECT max(h.version) FROM connector_link__history h
                  WHERE h.id = l.id AND l.version = current_version()
                    AND h.ended_by = ANY (%(versions)s) AND h.version <> ALL (%(versions)s)), l.version),
       l.version = current_version()
  FROM connector_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.connector_id IN (
        SELECT n.connector_id
          FROM connector_link n
         WHERE n.version = current_version()
           AND NOT EXISTS (SELECT FROM connector_link__history h WHERE h.id = n.id AND h.ended_by + 0 = current_version()
                              AND (h.connector_id, h.relation_id) = (n.connector_id, n.relation_id)))
 ORDER BY l.connector_id, l.id;

-- name: people
-- Who wrote versions, and when.
SELECT t.id, coalesce(u.username, 'nobody'), t.time
  FROM transaction_info t LEFT JOIN app_user u ON u.id = t.user_id
 WHERE t.id = ANY (%(versions)s);
