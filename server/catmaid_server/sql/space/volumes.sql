-- Volumes.

-- name: create
-- Make a volume; its id.
INSERT INTO volume (project_id, user_id, editor_id, name, comment, corners, area, volume, watertight)
VALUES (%(project_id)s, %(user_id)s, %(user_id)s, %(name)s, %(comment)s, %(corners)s, %(area)s, %(volume)s,
        %(watertight)s)
RETURNING id;

-- name: list
-- Volumes of a project with the names of their annotations (NULL: none) and their measures.
SELECT v.id, v.name, v.comment, v.user_id, v.editor_id, v.project_id, v.creation_time, v.edition_time,
       (SELECT array_agg(a.name ORDER BY k.id)
          FROM volume_annotation k JOIN annotation a ON a.id = k.annotation_id
         WHERE k.volume_id = v.id),
       v.area, v.volume, v.watertight
  FROM volume v
 WHERE v.project_id = %(project_id)s AND (%(ids)s::integer[] IS NULL OR v.id = ANY (%(ids)s))
 ORDER BY v.id;

-- name: volume
-- A volume with its corners, as PostgreSQL sends a float8 array.
SELECT id, project_id, name, comment, user_id, editor_id, creation_time, edition_time, array_send(corners)
  FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: meta
-- Area (square nm), volume (cubic nm) and whether the surface is closed.
SELECT area, volume, watertight FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: update
-- Change name and comment where they are not NULL; the id, no row if there is no such volume.
UPDATE volume
   SET name = coalesce(%(name)s, name), comment = coalesce(%(comment)s, comment), editor_id = %(user_id)s,
       edition_time = now()
 WHERE id = %(volume_id)s AND project_id = %(project_id)s
RETURNING id;

-- name: owner
-- The user who made a volume.
SELECT user_id FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: delete_annotations
-- Delete the annotation links of a volume.
DELETE FROM volume_annotation WHERE volume_id = %(volume_id)s;

-- name: delete
-- Delete a volume.
DELETE FROM volume WHERE id = %(volume_id)s;

-- name: entities
-- Id and entity of volumes; annotations are linked to the entity.
SELECT id, entity_id FROM volume WHERE project_id = %(project_id)s AND id = ANY (%(ids)s) ORDER BY id;

-- name: of_entities
-- Entity and id of the volumes of these entities.
SELECT entity_id, id FROM volume WHERE project_id = %(project_id)s AND entity_id = ANY (%(ids)s) ORDER BY id;

-- name: annotated
-- Ids of volumes with the annotation or meta-annotation of this name; NULL if there is no such annotation.
WITH RECURSIVE below (id) AS (
    SELECT id FROM annotation WHERE project_id = %(project_id)s AND name = %(name)s
     UNION
    SELECT k.target_annotation_id
      FROM below JOIN annotation_link k ON k.annotation_id = below.id
     WHERE k.target_annotation_id IS NOT NULL
)
SELECT CASE WHEN EXISTS (SELECT FROM below)
            THEN ARRAY(SELECT DISTINCT k.volume_id FROM below JOIN volume_annotation k ON k.annotation_id = below.id)
       END;

-- name: box
-- Bounding box of a volume: lowest x, y, z and highest x, y, z, nm.
SELECT box FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: innervations
-- Skeletons of at least some nodes and cable (nm) with the volumes whose box meets the box of one of their edges.
-- volume_ids: NULL for all.
SELECT t.skeleton_id, array_agg(DISTINCT v.id ORDER BY v.id)
  FROM treenode t
  JOIN skeleton_summary s ON s.skeleton_id = t.skeleton_id
   AND s.num_nodes >= %(min_nodes)s AND s.cable_length >= %(min_cable)s
  JOIN volume v ON v.project_id = t.project_id
   AND (%(volume_ids)s::integer[] IS NULL OR v.id = ANY (%(volume_ids)s::integer[]))
   AND t.edge &&& ST_MakeLine(ST_MakePoint(v.box[1], v.box[2], v.box[3]), ST_MakePoint(v.box[4], v.box[5], v.box[6]))
 WHERE t.project_id = %(project_id)s AND t.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY t.skeleton_id
 ORDER BY t.skeleton_id;
