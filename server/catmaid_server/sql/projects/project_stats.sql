-- What users did in a project, counted.

-- name: nodes_by_user
-- Treenodes by author; with_imports: also those that an import made, which is the version of one of their states.
-- Cost: one pass over the treenodes of the project and one over the past states that imports made.
WITH import AS MATERIALIZED (
    SELECT id FROM transaction_info WHERE label IN ('skeletons.import', 'projects.import') AND NOT %(with_imports)s::boolean
)
SELECT t.user_id, count(*)::float8
  FROM treenode t
 WHERE t.project_id = %(project_id)s
   AND NOT EXISTS (SELECT FROM import i WHERE i.id = t.version)
   AND NOT EXISTS (SELECT FROM treenode__history h JOIN import i ON i.id = h.version WHERE h.id = t.id)
 GROUP BY t.user_id;

-- name: nodes_by_editor
-- Treenodes by who edited them last, where that is not the author.
SELECT editor_id, count(*)::float8
  FROM treenode
 WHERE project_id = %(project_id)s AND editor_id <> user_id
 GROUP BY editor_id;

-- name: made_since
-- How many treenodes, connectors and skeletons a user made since a time.
SELECT (SELECT count(*) FROM treenode
         WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND creation_time >= %(since)s),
       (SELECT count(*) FROM connector
         WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND creation_time >= %(since)s),
       (SELECT count(*) FROM skeleton
         WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND creation_time >= %(since)s);

-- name: cable_lengths
-- Skeletons by cable length, longest first; pattern: of the neuron's name, a regular expression, NULL for all.
SELECT s.skeleton_id, s.cable_length
  FROM skeleton_summary s
  JOIN skeleton k ON k.id = s.skeleton_id
  JOIN neuron n ON n.id = k.neuron_id
 WHERE s.project_id = %(project_id)s AND (%(pattern)s::text IS NULL OR n.name ~* %(pattern)s::text)
 ORDER BY s.cable_length DESC, s.skeleton_id
 LIMIT %(count)s;

-- name: totals
-- Total cable (nm), added up in an order that is the same each time, counts of treenodes, connectors, skeletons, and of skeletons with cable.
SELECT coalesce(sum(s.cable_length ORDER BY s.skeleton_id), 0),
       coalesce(sum(s.num_nodes), 0)::integer,
       (SELECT count(*) FROM connector WHERE project_id = %(project_id)s),
       count(*),
       count(*) FILTER (WHERE s.cable_length > 0)
  FROM skeleton_summary s
 WHERE s.project_id = %(project_id)s;

-- name: edits_by_day
-- Treenodes by author and day of their last edit, both moments included.
SELECT u.username, to_char(t.edition_time AT TIME ZONE 'UTC', 'YYYYMMDD') AS day, count(*)
  FROM treenode t JOIN app_user u ON u.id = t.user_id
 WHERE t.project_id = %(project_id)s AND t.edition_time BETWEEN %(since)s AND %(until)s
 GROUP BY u.id, u.username, day
 ORDER BY u.id, day;

-- name: nodes_by_day
-- Treenodes and their cable by author and day of creation in a time zone.
SELECT user_id, (creation_time AT TIME ZONE %(time_zone)s)::date, count(*)::float8, round(sum(ST_3DLength(edge)::numeric))::float8
  FROM treenode
 WHERE project_id = %(project_id)s AND creation_time >= %(since)s AND creation_time < %(until)s
 GROUP BY 1, 2;

-- name: imported_by_day
-- Treenodes that imports made in a period, and their cable, by author and day of creation in a time zone.
-- Cost: for each treenode of the period, if anything was imported in it, one index lookup in its history.
SELECT t.user_id, (t.creation_time AT TIME ZONE %(time_zone)s)::date, count(*)::float8, round(sum(ST_3DLength(t.edge)::numeric))::float8
  FROM transaction_info i
  JOIN treenode t
    ON t.project_id = i.project_id AND t.creation_time = i.time
   AND i.id = coalesce((SELECT min(h.version) FROM treenode__history h WHERE h.id = t.id), t.version)
 WHERE i.project_id = %(project_id)s AND i.label = 'skeletons.import'
   AND i.time >= %(since)s AND i.time < %(until)s
 GROUP BY 1, 2;

-- name: synapses_by_day
-- Pairs of a pre- and a postsynaptic link at one connector, by who made the later link and when.
-- Cost: one pass over the links of the project.
WITH link AS MATERIALIZED (
    SELECT id, connector_id, relation_id, user_id, creation_time FROM connector_link WHERE project_id = %(project_id)s
)
SELECT l.user_id, (l.creation_time AT TIME ZONE %(time_zone)s)::date, count(*)::float8
  FROM link l
  JOIN link other ON other.connector_id = l.connector_id AND other.relation_id <> l.relation_id
 WHERE l.creation_time >= %(since)s AND l.creation_time < %(until)s
   AND (other.creation_time, other.id) < (l.creation_time, l.id)
 GROUP BY 1, 2;

-- name: reviews_by_day
-- Number of reviewed treenodes by reviewer and day in the time zone.
SELECT reviewer_id, (review_time AT TIME ZONE %(time_zone)s)::date, count(*)::float8
  FROM review
 WHERE project_id = %(project_id)s AND review_time >= %(since)s AND review_time < %(until)s
 GROUP BY 1, 2;

-- name: users
-- Ids of all users.
SELECT id FROM app_user ORDER BY id;

-- name: node_times
-- Creation times (whole s since 1970) of the treenodes of a user, oldest first, as one array.
SELECT coalesce(array_agg(floor(extract(epoch FROM t.creation_time))::float8 ORDER BY t.creation_time), '{}')
  FROM treenode t JOIN app_user u ON u.id = t.user_id
 WHERE t.project_id = %(project_id)s AND u.username = %(username)s;

-- name: link_times
-- Creation times (whole s since 1970) of a user's links of one relation, oldest first, as one array.
SELECT coalesce(array_agg(floor(extract(epoch FROM l.creation_time))::float8 ORDER BY l.creation_time), '{}')
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id
  JOIN app_user u ON u.id = l.user_id
 WHERE l.project_id = %(project_id)s AND u.username = %(username)s AND r.name = %(relation)s;
