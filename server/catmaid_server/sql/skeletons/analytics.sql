-- What may be wrong with skeletons, and sections that cannot be seen.

-- name: broken_section_nodes
-- Treenodes in broken sections: node, stack, its title and orientation, section, and where that begins (nm).
-- Cost: without a broken section none; else one pass over the treenodes.
WITH broken AS MATERIALIZED (
    SELECT ps.stack_id, s.title, ps.orientation, bs.section, axis.low, axis.low + axis.thickness AS high
      FROM project_stack ps
      JOIN stack s ON s.id = ps.stack_id
      JOIN broken_section bs ON bs.stack_id = s.id
     CROSS JOIN LATERAL (
            -- Sections lie one behind the other along z, y or x of the project; in the stack that is always its z.
            SELECT offset_nm + bs.section * s.resolution_z, s.resolution_z
              FROM (VALUES (0, ps.translation_z), (1, ps.translation_y), (2, ps.translation_x))
                   AS side (orientation, offset_nm)
             WHERE side.orientation = ps.orientation) AS axis (low, thickness)
     WHERE ps.project_id = %(project_id)s
)
SELECT t.id, b.stack_id, b.title, b.orientation, b.section, b.low
  FROM broken b
  JOIN treenode t ON t.project_id = %(project_id)s
   AND (ARRAY[t.z, t.y, t.x])[b.orientation + 1] >= b.low AND (ARRAY[t.z, t.y, t.x])[b.orientation + 1] < b.high
 WHERE EXISTS (SELECT FROM broken)
   AND (%(skeleton_ids)s::integer[] IS NULL OR t.skeleton_id = ANY (%(skeleton_ids)s::integer[]))
 ORDER BY t.id, b.stack_id, b.section;

-- name: neighbours
-- Skeletons at the other side of connectors; mine, theirs: relations that count on each side.
SELECT DISTINCT b.skeleton_id
  FROM connector_link a
  JOIN relation r ON r.id = a.relation_id AND r.name = ANY (%(mine)s::text[])
  JOIN connector_link b ON b.connector_id = a.connector_id
  JOIN relation s ON s.id = b.relation_id AND s.name = ANY (%(theirs)s::text[])
 WHERE a.project_id = %(project_id)s AND a.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY 1;

-- name: arbor
-- Nodes with parent, confidence and labels.
SELECT t.id, t.parent_id, t.confidence,
       ARRAY(SELECT b.name FROM node_label l JOIN label b ON b.id = l.label_id WHERE l.treenode_id = t.id)
  FROM treenode t
 WHERE t.project_id = %(project_id)s AND t.skeleton_id = %(skeleton_id)s
 ORDER BY t.id;

-- name: synapses
-- All synaptic links of the connectors that a skeleton has such links to: connector, presynaptic?, node, skeleton.
SELECT b.connector_id, s.name = 'presynaptic_to', b.treenode_id, b.skeleton_id
  FROM connector_link b
  JOIN relation s ON s.id = b.relation_id AND s.name IN ('presynaptic_to', 'postsynaptic_to')
 WHERE b.connector_id IN (
           SELECT a.connector_id
             FROM connector_link a
             JOIN relation r ON r.id = a.relation_id AND r.name IN ('presynaptic_to', 'postsynaptic_to')
            WHERE a.project_id = %(project_id)s AND a.skeleton_id = %(skeleton_id)s)
 ORDER BY b.connector_id, b.id;

-- name: interpolatable_sections
-- Missing sections that viewers may interpolate: orientation, coordinate (nm), by id.
SELECT orientation, location_coordinate FROM interpolatable_section WHERE project_id = %(project_id)s ORDER BY id;
