-- Which versions changed the structure of skeletons: their treenodes, edges and links.

-- name: changes
-- Versions since a time that changed the structure of skeletons, oldest first: skeleton, version, label, user, time, and
-- how many treenodes came and went, edges between treenodes were made that lead elsewhere, links came and went.
-- skeleton_ids, times: of each skeleton since when, both included. What only turns edges around, as another root, is none.
-- Cost: the states that began or ended since, by the indexes of a skeleton's present and past states.
WITH asked AS MATERIALIZED (
    SELECT a.skeleton_id,
           (SELECT i.id FROM transaction_info i WHERE i.time >= a.since ORDER BY i.time, i.id LIMIT 1) AS first_version
      FROM unnest(%(skeleton_ids)s::integer[], %(times)s::timestamptz[]) AS a (skeleton_id, since)
), node AS MATERIALIZED (
    SELECT t.skeleton_id, t.id, t.parent_id, t.version, NULL::bigint AS ended_by, a.first_version
      FROM asked a JOIN treenode t ON t.skeleton_id = a.skeleton_id
     WHERE t.project_id = %(project_id)s AND t.version >= a.first_version
     UNION ALL
    SELECT h.skeleton_id, h.id, h.parent_id, h.version, h.ended_by, a.first_version
      FROM asked a JOIN treenode__history h ON h.skeleton_id = a.skeleton_id
     WHERE h.project_id = %(project_id)s AND h.ended_by >= a.first_version
       -- As of a version, those that ended later are in the view of treenodes.
       AND h.ended_by <= coalesce(as_of_version(), h.ended_by)
), began AS (
    SELECT n.skeleton_id, n.version, n.id, before.id IS NULL OR before.skeleton_id <> n.skeleton_id AS is_new,
           n.parent_id IS NOT NULL AND before.parent_id IS DISTINCT FROM n.parent_id
           AND NOT EXISTS (SELECT FROM treenode__history p
                            WHERE p.id = n.parent_id AND p.ended_by = n.version AND p.parent_id = n.id) AS has_new_edge
      FROM node n
      LEFT JOIN LATERAL (SELECT h.id, h.skeleton_id, h.parent_id FROM treenode__history h
                          WHERE h.id = n.id AND h.ended_by = n.version
                          LIMIT 1) before ON true
     WHERE n.version >= n.first_version
), ended AS (
    SELECT n.skeleton_id, n.ended_by AS version, n.id
      FROM node n
     WHERE n.ended_by IS NOT NULL
       AND NOT EXISTS (SELECT FROM treenode t
                        WHERE t.id = n.id AND t.version = n.ended_by AND t.skeleton_id = n.skeleton_id)
       AND NOT EXISTS (SELECT FROM treenode__history t
                        WHERE t.id = n.id AND t.version = n.ended_by AND t.skeleton_id = n.skeleton_id)
), link AS MATERIALIZED (
    SELECT k.skeleton_id, k.id, k.version, NULL::bigint AS ended_by, a.first_version
      FROM asked a JOIN connector_link k ON k.skeleton_id = a.skeleton_id
     WHERE k.project_id = %(project_id)s AND k.version >= a.first_version
     UNION ALL
    SELECT h.skeleton_id, h.id, h.version, h.ended_by, a.first_version
      FROM asked a JOIN connector_link__history h ON h.skeleton_id = a.skeleton_id
     WHERE h.project_id = %(project_id)s AND h.ended_by >= a.first_version
       AND h.ended_by <= coalesce(as_of_version(), h.ended_by)
), part AS (
    SELECT skeleton_id, version, count(*) FILTER (WHERE is_new) AS nodes_made, 0 AS nodes_gone,
           count(*) FILTER (WHERE has_new_edge AND NOT is_new) AS edges_made, 0 AS links_made, 0 AS links_gone
      FROM began GROUP BY skeleton_id, version
     UNION ALL
    SELECT skeleton_id, version, 0, count(*), 0, 0, 0 FROM ended GROUP BY skeleton_id, version
     UNION ALL
    SELECT l.skeleton_id, l.version, 0, 0, 0, count(*), 0
      FROM link l
     WHERE l.version >= l.first_version
       AND NOT EXISTS (SELECT FROM connector_link__history h
                        WHERE h.id = l.id AND h.ended_by = l.version AND h.skeleton_id = l.skeleton_id)
     GROUP BY l.skeleton_id, l.version
     UNION ALL
    SELECT l.skeleton_id, l.ended_by, 0, 0, 0, 0, count(*)
      FROM link l
     WHERE l.ended_by IS NOT NULL
       AND NOT EXISTS (SELECT FROM connector_link k
                        WHERE k.id = l.id AND k.version = l.ended_by AND k.skeleton_id = l.skeleton_id)
       AND NOT EXISTS (SELECT FROM connector_link__history k
                        WHERE k.id = l.id AND k.version = l.ended_by AND k.skeleton_id = l.skeleton_id)
     GROUP BY l.skeleton_id, l.ended_by
), change AS (
    SELECT skeleton_id, version, sum(nodes_made)::bigint AS nodes_made, sum(nodes_gone)::bigint AS nodes_gone,
           sum(edges_made)::bigint AS edges_made, sum(links_made)::bigint AS links_made,
           sum(links_gone)::bigint AS links_gone
      FROM part GROUP BY skeleton_id, version
)
SELECT c.skeleton_id, c.version, coalesce(i.label, ''), i.user_id, i.time,
       c.nodes_made, c.nodes_gone, c.edges_made, c.links_made, c.links_gone
  FROM change c
  LEFT JOIN transaction_info i ON i.id = c.version
 WHERE c.nodes_made + c.nodes_gone + c.edges_made + c.links_made + c.links_gone > 0
 ORDER BY c.version, c.skeleton_id;

-- name: taken_back
-- What versions took back: the version, the one whose effect it took back, and when that was made.
-- versions: those that may have taken something back.
-- Cost: primary keys; a row for each.
SELECT r.version, r.reverts, i.time
  FROM reverted_version r JOIN transaction_info i ON i.id = r.reverts
 WHERE r.version = ANY (%(versions)s::bigint[]);
