-- The annotations of one neuron.

-- name: annotations_of
-- Annotations of a neuron, by link: name, user who annotated.
SELECT a.name, l.user_id
  FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
 WHERE l.neuron_id = %(neuron_id)s
 ORDER BY l.id;

-- name: links_of
-- Annotation links of a neuron: link, annotation name, user who annotated.
SELECT l.id, a.name, l.user_id
  FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
 WHERE l.neuron_id = %(neuron_id)s;

-- name: delete_links
-- Delete annotation links.
DELETE FROM annotation_link WHERE id = ANY (%(ids)s);

-- name: annotate
-- Annotate a neuron, and create the annotation if the project has none of that name. time: NULL for now.
WITH known AS (
    SELECT min(id) AS id FROM annotation WHERE project_id = %(project_id)s AND name = %(name)s
), made AS (
    INSERT INTO annotation (project_id, name, user_id)
    SELECT %(project_id)s, %(name)s, %(user_id)s FROM known WHERE known.id IS NULL
    RETURNING id
)
INSERT INTO annotation_link (project_id, annotation_id, neuron_id, user_id, creation_time)
SELECT %(project_id)s, coalesce(known.id, made.id), %(neuron_id)s, %(user_id)s,
       coalesce(%(time)s::timestamptz, now())
  FROM known LEFT JOIN made ON true;

-- name: times_of
-- Annotation names of neurons, and when each was put there first.
SELECT a.name, min(l.creation_time)
  FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
 WHERE l.neuron_id = ANY (%(neuron_ids)s::integer[])
 GROUP BY a.name;

-- name: begin_earlier
-- Let annotation links of a neuron have these times (of annotations by name) where they are earlier than their own.
UPDATE annotation_link l
   SET creation_time = earlier.time
  FROM unnest(%(names)s::text[], %(times)s::timestamptz[]) AS earlier (name, time)
  JOIN annotation a USING (name)
 WHERE l.neuron_id = %(neuron_id)s AND l.annotation_id = a.id AND l.creation_time > earlier.time;
