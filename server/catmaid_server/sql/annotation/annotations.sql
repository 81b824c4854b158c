-- Annotations: lists, adding, removing.

-- name: all_names
-- Ids and names of all annotations of a project, by id, as a JSON list.
SELECT coalesce(json_agg(json_build_object('id', id, 'name', name) ORDER BY id), '[]')::text
  FROM annotation
 WHERE project_id = %(project_id)s;

-- name: fitting
-- Ids of the annotations that fit everything that is given (NULL: anything).
-- meta_ids: they bear all of these. target_ids: they are on all of these. parallel_ids: for each of these, something bears
-- both. user_id: somebody who used them. neuron_id: they are on this neuron.
SELECT a.id
  FROM annotation a
 WHERE a.project_id = %(project_id)s
   AND (%(ignored)s::text[] IS NULL OR a.name <> ALL (%(ignored)s::text[]))
   AND (%(user_id)s::integer IS NULL
        OR EXISTS (SELECT FROM annotation_link k WHERE k.annotation_id = a.id AND k.user_id = %(user_id)s)
        OR EXISTS (SELECT FROM volume_annotation k WHERE k.annotation_id = a.id AND k.user_id = %(user_id)s))
   AND (%(neuron_id)s::integer IS NULL
        OR EXISTS (SELECT FROM annotation_link k WHERE k.annotation_id = a.id AND k.neuron_id = %(neuron_id)s))
   AND NOT EXISTS (
        SELECT FROM unnest(%(target_ids)s::integer[]) AS wanted
         WHERE NOT EXISTS (SELECT FROM annotation_link k
                            WHERE k.annotation_id = a.id AND wanted IN (k.neuron_id, k.target_annotation_id))
           AND NOT EXISTS (SELECT FROM volume_annotation k JOIN volume v ON v.id = k.volume_id
                            WHERE k.annotation_id = a.id AND v.entity_id = wanted))
   AND NOT EXISTS (
        SELECT FROM unnest(%(meta_ids)s::integer[]) AS wanted
         WHERE NOT EXISTS (SELECT FROM annotation_link k WHERE k.target_annotation_id = a.id AND k.annotation_id = wanted))
   AND NOT EXISTS (
        SELECT FROM unnest(%(parallel_ids)s::integer[]) AS wanted
         WHERE NOT EXISTS (SELECT FROM annotation_link k
                             JOIN annotation_link o
                               ON o.annotation_id = wanted
                              AND (o.neuron_id = k.neuron_id OR o.target_annotation_id = k.target_annotation_id)
                            WHERE k.annotation_id = a.id))
 ORDER BY a.id;

-- name: list
-- Annotations with the users who put them on something, or on a neuron; only one of these users if user_id is given.
SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name, 'users', coalesce(u.users, '[]'))
                         ORDER BY a.id), '[]')::text
  FROM annotation a
  LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('id', w.id, 'name', w.username) ORDER BY w.id) AS users
          FROM app_user w
         WHERE (%(user_id)s::integer IS NULL OR w.id = %(user_id)s)
           AND w.id IN (SELECT k.user_id FROM annotation_link k
                         WHERE k.annotation_id = a.id
                           AND (%(neuron_id)s::integer IS NULL OR k.neuron_id = %(neuron_id)s)
                         UNION ALL
                        SELECT k.user_id FROM volume_annotation k
                         WHERE k.annotation_id = a.id AND %(neuron_id)s::integer IS NULL)) u ON true
 WHERE a.id = ANY (%(annotation_ids)s::integer[]);

-- name: entity_names
-- Names of neurons and annotations.
SELECT id, name FROM neuron WHERE project_id = %(project_id)s AND id = ANY (%(entity_ids)s::integer[])
 UNION ALL
SELECT id, name FROM annotation WHERE project_id = %(project_id)s AND id = ANY (%(entity_ids)s::integer[]);

-- name: changed_since
-- Whether an annotation was made or changed after a time, or deleted.
SELECT EXISTS (SELECT FROM annotation WHERE project_id = %(project_id)s AND edition_time > %(time)s)
    OR EXISTS (SELECT FROM annotation__history
                WHERE project_id = %(project_id)s AND upper(sys_period) > %(time)s);

-- name: of_skeletons
-- What the neurons of skeletons bear, the newest first.
SELECT s.id, k.annotation_id, k.user_id, k.creation_time, a.name, n.name
  FROM skeleton s
  JOIN neuron n ON n.id = s.neuron_id
  LEFT JOIN annotation_link k ON k.neuron_id = n.id
  LEFT JOIN annotation a ON a.id = k.annotation_id
 WHERE s.project_id = %(project_id)s AND s.id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY k.edition_time DESC, k.id;

-- name: of_entities
-- Annotations of neurons, annotations and volumes: entity, annotation, user, annotation name.
SELECT k.entity_id, k.annotation_id, k.user_id, a.name
  FROM (SELECT id, coalesce(neuron_id, target_annotation_id) AS entity_id, annotation_id, user_id
          FROM annotation_link
         WHERE project_id = %(project_id)s
           AND (neuron_id = ANY (%(entity_ids)s::integer[]) OR target_annotation_id = ANY (%(entity_ids)s::integer[]))
         UNION ALL
        SELECT w.id, v.entity_id, w.annotation_id, w.user_id
          FROM volume_annotation w JOIN volume v ON v.id = w.volume_id
         WHERE w.project_id = %(project_id)s AND v.entity_id = ANY (%(entity_ids)s::integer[])) k
  JOIN annotation a ON a.id = k.annotation_id
 ORDER BY k.id;

-- name: table
-- For some annotations: name, when they were last used, how often, by whom last, id; by one user or on one neuron if given.
-- pattern: a regular expression that the name fits.
SELECT a.name, max(k.creation_time), count(k.id),
       (array_agg(k.user_id ORDER BY k.edition_time DESC, k.id DESC))[1], a.id
  FROM annotation a
  LEFT JOIN (SELECT id, annotation_id, neuron_id, user_id, creation_time, edition_time FROM annotation_link
              UNION ALL
             SELECT id, annotation_id, NULL, user_id, creation_time, edition_time FROM volume_annotation) k
    ON k.annotation_id = a.id
   AND (%(neuron_id)s::integer IS NULL OR k.neuron_id = %(neuron_id)s)
   AND (%(user_id)s::integer IS NULL OR k.user_id = %(user_id)s)
 WHERE a.id = ANY (%(annotation_ids)s::integer[])
   AND (%(pattern)s::text IS NULL OR a.name ~* %(pattern)s::text)
 GROUP BY a.id, a.name
 ORDER BY a.name, a.id;

-- name: lock_names
-- So that two who add the same new annotation at once make one; held to the end of the transaction.
SELECT pg_advisory_xact_lock(hashtext('annotation names'), %(project_id)s);

-- name: known
-- Annotations that exist, by name; the oldest where several have the name.
SELECT name, min(id)
  FROM annotation
 WHERE project_id = %(project_id)s AND name = ANY (%(names)s::text[])
 GROUP BY name;

-- name: create
-- Create an annotation: its id.
INSERT INTO annotation (project_id, name, user_id)
VALUES (%(project_id)s, %(name)s, %(user_id)s)
RETURNING id;

-- name: kinds
-- What these ids are: 'neuron', 'annotation' or 'volume'.
SELECT id, 'neuron' FROM neuron WHERE project_id = %(project_id)s AND id = ANY (%(ids)s::integer[])
 UNION ALL
SELECT id, 'annotation' FROM annotation WHERE project_id = %(project_id)s AND id = ANY (%(ids)s::integer[])
 UNION ALL
SELECT entity_id, 'volume' FROM volume WHERE project_id = %(project_id)s AND entity_id = ANY (%(ids)s::integer[]);

-- name: annotated_with
-- Those of these entities that have an annotation already.
SELECT coalesce(neuron_id, target_annotation_id)
  FROM annotation_link
 WHERE annotation_id = %(annotation_id)s
   AND (neuron_id = ANY (%(ids)s::integer[]) OR target_annotation_id = ANY (%(ids)s::integer[]))
 UNION ALL
SELECT v.entity_id
  FROM volume_annotation k JOIN volume v ON v.id = k.volume_id
 WHERE k.annotation_id = %(annotation_id)s AND v.entity_id = ANY (%(ids)s::integer[]);

-- name: link
-- Link an annotation to neurons and annotations.
INSERT INTO annotation_link (project_id, annotation_id, neuron_id, target_annotation_id, user_id)
SELECT %(project_id)s, %(annotation_id)s, CASE kind WHEN 'neuron' THEN id END, CASE kind WHEN 'annotation' THEN id END,
       %(user_id)s
  FROM unnest(%(ids)s::integer[], %(kinds)s::text[]) WITH ORDINALITY AS target (id, kind, place)
 WHERE kind <> 'volume'
 ORDER BY place;

-- name: link_volumes
-- Link an annotation to volumes.
INSERT INTO volume_annotation (project_id, annotation_id, volume_id, user_id)
SELECT %(project_id)s, %(annotation_id)s, v.id, %(user_id)s
  FROM unnest(%(ids)s::integer[], %(kinds)s::text[]) WITH ORDINALITY AS target (id, kind, place)
  JOIN volume v ON v.entity_id = target.id
 WHERE kind = 'volume'
 ORDER BY place;

-- name: lock_links
-- Lock links of annotations to neurons and annotations: link, annotation, entity, user.
SELECT id, annotation_id, coalesce(neuron_id, target_annotation_id), user_id
  FROM annotation_link
 WHERE project_id = %(project_id)s AND annotation_id = ANY (%(annotation_ids)s::integer[])
   AND (neuron_id = ANY (%(entity_ids)s::integer[]) OR target_annotation_id = ANY (%(entity_ids)s::integer[]))
 ORDER BY id
   FOR UPDATE;

-- name: lock_volume_links
-- Lock links of annotations to volumes: link, annotation, entity, user.
SELECT k.id, k.annotation_id, v.entity_id, k.user_id
  FROM volume_annotation k JOIN volume v ON v.id = k.volume_id
 WHERE k.project_id = %(project_id)s AND k.annotation_id = ANY (%(annotation_ids)s::integer[])
   AND v.entity_id = ANY (%(entity_ids)s::integer[])
 ORDER BY k.id
   FOR UPDATE OF k;

-- name: unlink
-- Delete links of annotations to neurons and annotations.
DELETE FROM annotation_link WHERE id = ANY (%(link_ids)s::bigint[]);

-- name: unlink_volumes
-- Delete links of annotations to volumes.
DELETE FROM volume_annotation WHERE id = ANY (%(link_ids)s::bigint[]);

-- name: uses
-- How often annotations are used: annotation, number of links to it.
SELECT a.id, (SELECT count(*) FROM annotation_link k WHERE k.annotation_id = a.id)
             + (SELECT count(*) FROM volume_annotation k WHERE k.annotation_id = a.id)
  FROM annotation a
 WHERE a.project_id = %(project_id)s AND a.id = ANY (%(annotation_ids)s::integer[]);

-- name: unlink_metas
-- What was put on annotations that are about to go; which annotations that were.
DELETE FROM annotation_link
 WHERE target_annotation_id = ANY (%(annotation_ids)s::integer[])
RETURNING annotation_id;

-- name: delete
-- Delete annotations.
DELETE FROM annotation WHERE id = ANY (%(annotation_ids)s::integer[]);

-- name: take_over
-- Move all annotation links of a neuron to another neuron.
UPDATE annotation_link SET neuron_id = %(new_id)s WHERE neuron_id = %(old_id)s;

-- name: skeletons_changed_since
-- Skeletons whose neurons have annotation links that changed after a time, or (metas) whose annotations have.
SELECT DISTINCT s.id
  FROM skeleton s JOIN annotation_link k ON k.neuron_id = s.neuron_id
 WHERE s.project_id = %(project_id)s AND s.id = ANY (%(skeleton_ids)s::integer[])
   AND (k.edition_time > %(time)s
        OR %(metas)s AND EXISTS (SELECT FROM annotation_link m
                                  WHERE m.target_annotation_id = k.annotation_id AND m.edition_time > %(time)s))
 ORDER BY s.id;
