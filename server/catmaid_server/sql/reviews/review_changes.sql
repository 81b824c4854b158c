-- What changed after it was reviewed.

-- name: changes
-- Treenodes of skeletons that changed after a review: skeleton, treenode, reviewer, time of the review, what changed, who
-- changed it, when; oldest first.
-- The newest review of each reviewer that is no more counts if what it was of changed in the version that ended it; one
-- that stands, if the treenode's own confidence, radius or parent is not what it was then.
-- Cost: the treenodes, their reviews and those that were, each by index; 100,000 treenodes take seconds.
WITH lost AS (
    SELECT DISTINCT ON (h.treenode_id, h.reviewer_id)
           t.skeleton_id, h.treenode_id, h.reviewer_id, h.review_time, h.ended_by
      FROM treenode t
      JOIN review__history h ON h.treenode_id = t.id
     WHERE t.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND t.project_id = %(project_id)s
       AND NOT EXISTS (SELECT FROM review r WHERE r.treenode_id = h.treenode_id AND r.reviewer_id = h.reviewer_id)
     ORDER BY h.treenode_id, h.reviewer_id, h.ended_by DESC
), ending AS (
    SELECT v.version,
           EXISTS (SELECT FROM connector__history c WHERE c.ended_by = v.version) AS has_connectors,
           EXISTS (SELECT FROM connector_link k WHERE k.version = v.version)
           OR EXISTS (SELECT FROM connector_link__history k WHERE v.version IN (k.ended_by, k.version)) AS has_links
      FROM (SELECT DISTINCT ended_by AS version FROM lost) v
), ended AS (
    SELECT l.skeleton_id, l.treenode_id, l.reviewer_id, l.review_time, l.ended_by AS version,
           CASE WHEN EXISTS (SELECT FROM treenode__history n
                              WHERE n.id = l.treenode_id AND n.ended_by = l.ended_by) THEN 'moved'
                WHEN e.has_links THEN 'linked'
                WHEN e.has_connectors THEN 'connector moved' END AS change
      FROM lost l JOIN ending e ON e.version = l.ended_by
), edited AS (
    SELECT t.skeleton_id, r.treenode_id, r.reviewer_id, r.review_time, latest.ended_by AS version,
           CASE WHEN (seen.confidence, seen.radius) IS DISTINCT FROM (t.confidence, t.radius) THEN 'edited'
                ELSE 'parent' END AS change
      FROM review r
      JOIN treenode t ON t.id = r.treenode_id AND t.edition_time > r.review_time
     CROSS JOIN LATERAL (
           SELECT h.confidence, h.radius, h.parent_id
             FROM treenode__history h
            WHERE h.id = t.id AND upper(h.sys_period) > r.review_time
            ORDER BY h.ended_by
            LIMIT 1) seen
     CROSS JOIN LATERAL (
           SELECT h.ended_by
             FROM treenode__history h
            WHERE h.id = t.id AND upper(h.sys_period) > r.review_time
              AND (h.confidence, h.radius, h.parent_id) IS DISTINCT FROM (t.confidence, t.radius, t.parent_id)
            ORDER BY h.ended_by DESC
            LIMIT 1) latest
     WHERE r.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND r.project_id = %(project_id)s
       AND (seen.confidence, seen.radius, seen.parent_id) IS DISTINCT FROM (t.confidence, t.radius, t.parent_id)
)
SELECT c.skeleton_id, c.treenode_id, c.reviewer_id, c.review_time, c.change, i.user_id, i.time
  FROM (SELECT * FROM ended WHERE change IS NOT NULL UNION ALL SELECT * FROM edited) c
  JOIN transaction_info i ON i.id = c.version
 ORDER BY i.time, c.treenode_id, c.reviewer_id, c.change;
