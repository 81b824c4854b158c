-- Which skeletons are partners of which, by how many links.

-- name: partner_counts
-- Partners of skeletons, with the number of pairs of links by confidence.
-- mine, theirs: names of the relations on both sides of a connector, which differ.
-- Rows: partner, source, the lower confidence of the two links, number of pairs of links.
-- Cost: both sides from indexes alone; 30,000 pairs in 40 ms. OFFSET 0 keeps the planner from scanning the whole table.
SELECT p.skeleton_id, s.skeleton_id, least(s.confidence, p.confidence), count(*)
  FROM connector_link s
 CROSS JOIN LATERAL (
        SELECT t.skeleton_id, t.confidence
          FROM connector_link t
         WHERE t.connector_id = s.connector_id
           AND t.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(theirs)s)
        OFFSET 0) p
 WHERE s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND s.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
 GROUP BY 1, 2, 3;

-- name: symmetric_partner_counts
-- As partner_counts, for a relation that is the same on both sides.
-- Cost: by index from each skeleton to its links, and from their connectors to the partners' links.
SELECT p.skeleton_id, s.skeleton_id, least(s.confidence, p.confidence), count(*)
  FROM connector_link s
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.relation_id = s.relation_id AND p.id <> s.id
 WHERE s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND s.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
 GROUP BY 1, 2, 3;

-- name: partner_links
-- Single pairs of links: partner, source node, partner node, source, connector.
-- Cost: by index from each skeleton to its links, and from their connectors to the partners' links.
SELECT p.skeleton_id, s.treenode_id, p.treenode_id, s.skeleton_id, s.connector_id
  FROM connector_link s
  JOIN connector_link p ON p.connector_id = s.connector_id AND p.id <> s.id
 WHERE s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND s.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
   AND p.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(theirs)s);

-- name: node_counts
-- Rows: skeleton, number of its treenodes. Cost: one index lookup for each skeleton.
SELECT skeleton_id, num_nodes FROM skeleton_summary WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: reviewers
-- Users who reviewed any of the skeletons. Cost: grows with the reviews of the skeletons.
SELECT DISTINCT reviewer_id FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);
