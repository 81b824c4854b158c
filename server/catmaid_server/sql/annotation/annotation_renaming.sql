-- Other names of annotations.

-- name: annotation
-- Name and maker of an annotation, which stays as it is until the transaction ends.
SELECT name, user_id FROM annotation WHERE id = %(annotation_id)s AND project_id = %(project_id)s FOR UPDATE;

-- name: others
-- Another annotation of this name.
SELECT min(id) FROM annotation WHERE project_id = %(project_id)s AND name = %(name)s AND id <> %(annotation_id)s;

-- name: rename
-- Give an annotation another name.
UPDATE annotation SET name = %(name)s, edition_time = now() WHERE id = %(annotation_id)s;
