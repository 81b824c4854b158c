-- What versions were about: whose neurons, what took them back, and where.

-- name: missing
-- The first of these versions that is not of a project.
SELECT w.version
  FROM unnest(%(versions)s::bigint[]) AS w (version)
 WHERE NOT EXISTS (SELECT FROM transaction_info t WHERE t.id = w.version AND t.project_id = %(project_id)s)
 ORDER BY w.version
 LIMIT 1;

-- name: neurons
-- Neurons that versions wrote, or whose skeletons, nodes, links, labels, annotations or reviews they wrote, with their
-- newest names. most: of each version and table, as many rows are looked at; a version may have written millions.
SELECT written.version, named.id, named.name
  FROM (
    SELECT DISTINCT w.version, coalesce(t.neuron_id, k.neuron_id, o.neuron_id) AS neuron_id
      FROM unnest(%(versions)s::bigint[]) AS w (version)
     CROSS JOIN LATERAL (
        (SELECT skeleton_id, NULL::integer AS neuron_id FROM treenode WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM treenode__history WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM treenode__history WHERE ended_by = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM connector_link WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM connector_link__history WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM connector_link__history WHERE ended_by = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM review WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM review__history WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT skeleton_id, NULL FROM review__history WHERE ended_by = w.version LIMIT %(most)s)
         UNION
        (SELECT n.skeleton_id, NULL
           FROM (SELECT treenode_id FROM node_label WHERE version = w.version
                  UNION ALL
                 SELECT treenode_id FROM node_label__history WHERE version = w.version
                  UNION ALL
                 SELECT treenode_id FROM node_label__history WHERE ended_by = w.version) l
           JOIN treenode n ON n.id = l.treenode_id LIMIT %(most)s)
         UNION
        (SELECT NULL, neuron_id FROM annotation_link WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT NULL, neuron_id FROM annotation_link__history WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT NULL, neuron_id FROM annotation_link__history WHERE ended_by = w.version LIMIT %(most)s)
         UNION
        (SELECT NULL, id FROM neuron WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT NULL, id FROM neuron__history WHERE version = w.version LIMIT %(most)s)
         UNION
        (SELECT NULL, id FROM neuron__history WHERE ended_by = w.version LIMIT %(most)s)) t
      LEFT JOIN skeleton k ON k.id = t.skeleton_id
      LEFT JOIN LATERAL (SELECT neuron_id FROM skeleton__history h WHERE h.id = t.skeleton_id
                          ORDER BY h.ended_by DESC LIMIT 1) o ON k.id IS NULL
  ) written
 CROSS JOIN LATERAL (
    SELECT id, name FROM neuron WHERE id = written.neuron_id AND project_id = %(project_id)s
     UNION ALL
    (SELECT id, name FROM neuron__history h
      WHERE h.id = written.neuron_id AND h.project_id = %(project_id)s
        AND NOT EXISTS (SELECT FROM neuron WHERE id = written.neuron_id)
      ORDER BY h.ended_by DESC LIMIT 1)) named
 ORDER BY written.version, named.id;

-- name: takers
-- Versions that took versions back or brought them back, and those that did so to these in turn: edit, version, kind;
-- of each edit the newest only. An undo is taken back by the redo, and that by the next undo.
WITH RECURSIVE chain AS (
    SELECT r.edit, r.version, r.kind
      FROM unnest(%(versions)s::bigint[]) AS w (version)
     CROSS JOIN LATERAL (
        (SELECT edit, version, kind FROM reverted_version
          WHERE edit = w.version AND version <= coalesce(as_of_version(), version)
          ORDER BY version DESC LIMIT 1)
         UNION ALL
        (SELECT reverts, version, 'revert' FROM reverted_version
          WHERE reverts = w.version AND edit <> reverts AND version <= coalesce(as_of_version(), version)
          ORDER BY version DESC LIMIT 1)) r
     UNION
    SELECT r.edit, r.version, r.kind
      FROM chain c
     CROSS JOIN LATERAL (
        (SELECT edit, version, kind FROM reverted_version
          WHERE edit = c.version AND version <= coalesce(as_of_version(), version)
          ORDER BY version DESC LIMIT 1)
         UNION ALL
        (SELECT reverts, version, 'revert' FROM reverted_version
          WHERE reverts = c.version AND edit <> reverts AND version <= coalesce(as_of_version(), version)
          ORDER BY version DESC LIMIT 1)) r
)
SELECT edit, version, kind FROM chain ORDER BY edit DESC;

-- name: place
-- A place (nm) of what a version wrote, and the treenode or connector there, if there still is one: a node that it
-- made, moved or changed, as it was then; else one that it deleted; else one whose label, link or review it wrote;
-- else the root of a neuron that it named or annotated.
WITH written AS (
    (SELECT 1 AS rank, id, x, y, z, edition_time FROM treenode WHERE version = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 1, id, x, y, z, edition_time FROM treenode__history WHERE version = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 1, id, x, y, z, edition_time FROM connector WHERE version = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 1, id, x, y, z, edition_time FROM connector__history WHERE version = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 2, id, x, y, z, edition_time FROM treenode__history WHERE ended_by = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 2, id, x, y, z, edition_time FROM connector__history WHERE ended_by = %(version)s
      ORDER BY edition_time DESC, id DESC LIMIT 1)
     UNION ALL
    (SELECT 3, n.id, n.x, n.y, n.z, n.edition_time
       FROM (SELECT treenode_id FROM node_label WHERE version = %(version)s
              UNION ALL
             SELECT treenode_id FROM node_label__history WHERE %(version)s IN (version, ended_by)
              UNION ALL
             SELECT treenode_id FROM connector_link WHERE version = %(version)s
              UNION ALL
             SELECT treenode_id FROM connector_link__history WHERE %(version)s IN (version, ended_by)
              UNION ALL
             SELECT treenode_id FROM review WHERE version = %(version)s
              UNION ALL
             SELECT treenode_id FROM review__history WHERE %(version)s IN (version, ended_by)) t
      CROSS JOIN LATERAL (SELECT id, x, y, z, edition_time FROM treenode WHERE id = t.treenode_id OFFSET 0) n
      ORDER BY n.id LIMIT 1)
     UNION ALL
    (SELECT 4, n.id, n.x, n.y, n.z, n.edition_time
       FROM (SELECT neuron_id FROM annotation_link WHERE version = %(version)s
              UNION ALL
             SELECT neuron_id FROM annotation_link__history WHERE %(version)s IN (version, ended_by)
              UNION ALL
             SELECT id FROM neuron WHERE version = %(version)s
              UNION ALL
             SELECT id FROM neuron__history WHERE %(version)s IN (version, ended_by)) t
       JOIN skeleton k ON k.neuron_id = t.neuron_id
      CROSS JOIN LATERAL (SELECT id, x, y, z, edition_time FROM treenode
                           WHERE skeleton_id = k.id AND parent_id IS NULL OFFSET 0) n
      ORDER BY n.id LIMIT 1)
)
SELECT w.x, w.y, w.z,
       CASE WHEN EXISTS (SELECT FROM treenode WHERE id = w.id UNION ALL SELECT FROM connector WHERE id = w.id)
            THEN w.id END,
       (SELECT skeleton_id FROM treenode WHERE id = w.id)
  FROM written w
 WHERE EXISTS (SELECT FROM transaction_info WHERE id = %(version)s AND project_id = %(project_id)s)
 ORDER BY w.rank, w.edition_time DESC, w.id DESC
 LIMIT 1;
