-- Search for neurons, annotations and skeletons by annotation, name and kind.

-- name: annotation_ids_by_name
-- Rows: annotation name, ids of the annotations with that name.
SELECT name, array_agg(id)
  FROM annotation
 WHERE project_id = %(project_id)s AND name = ANY (%(names)s::text[])
 GROUP BY name;

-- name: sub_annotations
-- Annotations that bear one of these annotations, or bear one that does, and so on; each with where it started.
WITH RECURSIVE below (root, id) AS (
    SELECT id, id FROM unnest(%(annotation_ids)s::integer[]) AS id
     UNION
    SELECT below.root, k.target_annotation_id
      FROM below JOIN annotation_link k ON k.annotation_id = below.id
     WHERE k.target_annotation_id IS NOT NULL
)
SELECT root, array_agg(id) FROM below GROUP BY root;

-- name: annotated
-- Entities that bear, of each set of annotations, at least one, put there by some users and in a period if given.
-- annotation_ids and set_numbers are of the same length; sets: how many there are.
-- Rows: id, in the order of when the links were made, or last changed (by_edition), set by set.
-- Cost: by index on the annotation of each link; grows with the links of the annotations.
SELECT k.entity_id
  FROM unnest(%(annotation_ids)s::integer[], %(set_numbers)s::integer[]) AS s (annotation_id, number)
 CROSS JOIN LATERAL (
        SELECT coalesce(neuron_id, target_annotation_id), user_id, creation_time, edition_time
          FROM annotation_link WHERE annotation_id = s.annotation_id
         UNION ALL
        SELECT v.entity_id, w.user_id, w.creation_time, w.edition_time
          FROM volume_annotation w JOIN volume v ON v.id = w.volume_id
         WHERE w.annotation_id = s.annotation_id) AS k (entity_id, user_id, creation_time, edition_time)
 WHERE (%(annotated_by)s::integer[] IS NULL OR k.user_id = ANY (%(annotated_by)s))
   AND (%(since)s::timestamptz IS NULL OR k.creation_time >= %(since)s::timestamptz)
   AND (%(until)s::timestamptz IS NULL OR k.creation_time <= %(until)s::timestamptz)
 GROUP BY 1
HAVING count(DISTINCT s.number) = %(sets)s
 ORDER BY array_agg(CASE WHEN %(by_edition)s::boolean THEN k.edition_time ELSE k.creation_time END
                    ORDER BY s.number, k.creation_time), 1;

-- name: page
-- One page of the entities that fit, a row for each skeleton of a neuron, and, in every row, how many fit; one row of
-- NULLs where the page is empty.
-- only: ids to choose from, NULL for all; sort_by 'only': in the order of these ids. pattern: for LIKE, in any case unless
-- case_sensitive; regex: alternatively; name_not: not these. import_only: 'partial' or 'full', NULL for all.
-- Cost: planned for each call, so that what is not asked for costs nothing; 500 of 2000 by name in 2 ms.
WITH entity AS (
    SELECT n.id, n.name, 'neuron' AS type, n.creation_time, n.edition_time
      FROM neuron n
     WHERE n.project_id = %(project_id)s AND 'neuron' = ANY (%(types)s::text[])
       AND (%(only)s::integer[] IS NULL OR n.id = ANY (%(only)s::integer[]))
     UNION ALL
    SELECT a.id, a.name, 'annotation', a.creation_time, a.edition_time
      FROM annotation a
     WHERE a.project_id = %(project_id)s AND 'annotation' = ANY (%(types)s::text[])
       AND (%(only)s::integer[] IS NULL OR a.id = ANY (%(only)s::integer[]))
     UNION ALL
    SELECT k.id, k.name, 'skeleton', k.creation_time, k.edition_time
      FROM skeleton k
     WHERE k.project_id = %(project_id)s AND 'skeleton' = ANY (%(types)s::text[])
       AND (%(only)s::integer[] IS NULL OR k.id = ANY (%(only)s::integer[]))
     UNION ALL
    SELECT v.entity_id, coalesce((SELECT h.name FROM volume__history h WHERE h.id = v.id ORDER BY h.version LIMIT 1),
                                 v.name), 'volume', v.creation_time, v.edition_time
      FROM volume v
     WHERE v.project_id = %(project_id)s AND 'volume' = ANY (%(types)s::text[])
       AND (%(only)s::integer[] IS NULL OR v.entity_id = ANY (%(only)s::integer[]))
), node_of_neuron AS NOT MATERIALIZED (
    SELECT k.neuron_id,
           EXISTS (SELECT FROM transaction_info i
                    WHERE i.id = coalesce((SELECT min(h.version) FROM treenode__history h WHERE h.id = t.id), t.version)
                      AND i.label IN ('skeletons.import', 'projects.import')) AS imported
      FROM skeleton k JOIN treenode t ON t.skeleton_id = k.id
), fitting AS MATERIALIZED (
    SELECT e.*
      FROM entity e
     WHERE (%(pattern)s::text IS NULL
            OR CASE WHEN %(case_sensitive)s::boolean THEN e.name LIKE %(pattern)s::text
                    ELSE e.name ILIKE %(pattern)s::text END <> %(name_not)s::boolean)
       AND (%(regex)s::text IS NULL
            OR CASE WHEN %(case_sensitive)s::boolean THEN e.name ~ %(regex)s::text
                    ELSE e.name ~* %(regex)s::text END <> %(name_not)s::boolean)
       AND (%(import_only)s::text IS NULL
            OR e.type = 'neuron'
               AND EXISTS (SELECT FROM node_of_neuron m WHERE m.neuron_id = e.id AND m.imported)
               AND (%(import_only)s::text = 'partial'
                    OR NOT EXISTS (SELECT FROM node_of_neuron m WHERE m.neuron_id = e.id AND NOT m.imported)))
       AND (%(unwanted)s::integer[] IS NULL
            OR NOT EXISTS (SELECT FROM annotation_link x
                            WHERE x.annotation_id = ANY (%(unwanted)s::integer[])
                              AND (x.neuron_id = e.id OR x.target_annotation_id = e.id))
               AND NOT EXISTS (SELECT FROM volume_annotation x JOIN volume v ON v.id = x.volume_id
                                WHERE e.type = 'volume' AND v.entity_id = e.id
                                  AND x.annotation_id = ANY (%(unwanted)s::integer[])))
), page AS (
    SELECT f.*, row_number() OVER () AS place
      FROM (SELECT fitting.*
              FROM fitting
              LEFT JOIN unnest(CASE WHEN %(sort_by)s::text = 'only' THEN %(only)s::integer[] END)
                        WITH ORDINALITY AS given (id, place) USING (id)
             ORDER BY given.place * CASE WHEN %(descending)s::boolean THEN -1 ELSE 1 END,
                      CASE WHEN %(sort_by)s::text = 'name' AND NOT %(descending)s::boolean THEN name END,
                      CASE WHEN %(sort_by)s::text = 'name' AND %(descending)s::boolean THEN name END DESC,
                      CASE WHEN %(descending)s::boolean THEN id END DESC,
                      id
             LIMIT %(length)s OFFSET %(start)s) f
)
SELECT total.count, p.id, p.name, p.type, p.creation_time, p.edition_time, k.id
  FROM (SELECT count(*) FROM fitting) total
  LEFT JOIN page p ON true
  LEFT JOIN skeleton k ON k.neuron_id = p.id AND p.type = 'neuron'
 ORDER BY p.place, k.id;

-- name: annotations_of
-- Entities are neurons, annotations or volumes, told apart by their ids; of each the links in the order in which they
-- were made. Names of the annotations: annotation_names.
SELECT entity_id, annotation_id, user_id, creation_time, edition_time
  FROM (SELECT k.neuron_id, k.annotation_id, k.user_id, k.creation_time, k.edition_time, k.id
          FROM annotation_link k
         WHERE k.neuron_id = ANY (%(ids)s::integer[])
         UNION ALL
        SELECT k.target_annotation_id, k.annotation_id, k.user_id, k.creation_time, k.edition_time, k.id
          FROM annotation_link k
         WHERE k.target_annotation_id = ANY (%(ids)s::integer[])
         UNION ALL
        SELECT v.entity_id, k.annotation_id, k.user_id, k.creation_time, k.edition_time, k.id
          FROM volume_annotation k JOIN volume v ON v.id = k.volume_id
         WHERE v.entity_id = ANY (%(ids)s::integer[])) AS k (entity_id, annotation_id, user_id, creation_time,
                                                             edition_time, link_id)
 ORDER BY link_id;

-- name: annotation_names
-- Rows: annotation, name. Cost: one index lookup for each annotation.
SELECT id, name FROM annotation WHERE id = ANY (%(ids)s::integer[]);
