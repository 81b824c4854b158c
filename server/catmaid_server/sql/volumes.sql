-- Volumes.

-- name: create
INSERT INTO volume (project_id, user_id, editor_id, name, comment, corners, area, volume, watertight)
VALUES (%(project_id)s, %(user_id)s, %(user_id)s, %(name)s, %(comment)s, %(corners)s, %(area)s, %(volume)s,
        %(watertight)s)
RETURNING id;

-- name: list
SELECT id, name, comment, user_id, editor_id, project_id, creation_time, edition_time, area, volume, watertight
  FROM volume
 WHERE project_id = %(project_id)s AND (%(ids)s::integer[] IS NULL OR id = ANY (%(ids)s))
 ORDER BY id;

-- name: volume
SELECT id, project_id, name, comment, user_id, editor_id, creation_time, edition_time, array_send(corners)
  FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: meta
SELECT area, volume, watertight FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: update
UPDATE volume
   SET name = coalesce(%(name)s, name), comment = coalesce(%(comment)s, comment), editor_id = %(user_id)s,
       edition_time = now()
 WHERE id = %(volume_id)s AND project_id = %(project_id)s
RETURNING id;

-- name: owner
SELECT user_id FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;

-- name: delete
DELETE FROM volume WHERE id = %(volume_id)s;

-- name: entities
SELECT id, entity_id FROM volume WHERE project_id = %(project_id)s AND id = ANY (%(ids)s) ORDER BY id;

-- name: of_entities
SELECT entity_id, id FROM volume WHERE project_id = %(project_id)s AND entity_id = ANY (%(ids)s) ORDER BY id;

-- name: annotation
SELECT id FROM annotation WHERE project_id = %(project_id)s AND name = %(name)s LIMIT 1;

-- name: nodes
SELECT skeleton_id, x, y, z FROM treenode
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s);

-- name: surface
SELECT array_send(corners) FROM volume WHERE id = %(volume_id)s AND project_id = %(project_id)s;
