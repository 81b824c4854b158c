-- From staged rows of CATMAID to samplers; see catmaid_import.sql for the parameters.

-- name: map_samplers
-- Map the ids of samplers.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.sampler', id, CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('sampler_id_seq') END
  FROM staged_row WHERE model = 'catmaid.sampler' AND (row ->> 'project')::bigint = %(source)s ORDER BY id;

-- name: map_domains
-- Map the ids of sampler domains.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.samplerdomain', id, CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('sampler_domain_id_seq') END
  FROM staged_row WHERE model = 'catmaid.samplerdomain' AND (row ->> 'project')::bigint = %(source)s ORDER BY id;

-- name: map_intervals
-- Map the ids of sampler intervals.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.samplerinterval', id, CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('sampler_interval_id_seq') END
  FROM staged_row WHERE model = 'catmaid.samplerinterval' AND (row ->> 'project')::bigint = %(source)s ORDER BY id;

-- name: insert_samplers
-- Insert samplers.
INSERT INTO sampler (id, project_id, skeleton_id, interval_length, interval_error, leaf_segment_handling, merge_limit,
                     review_required, create_interval_boundaries, state_id, user_id, creation_time, edition_time)
SELECT n.new_id, %(project_id)s, k.new_id, r.interval_length, r.interval_error, r.leaf_segment_handling, r.merge_limit,
       r.review_required, r.create_interval_boundaries, r.sampler_state, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, interval_length float8,
        interval_error float8, create_interval_boundaries boolean, review_required boolean, sampler_state smallint,
        skeleton bigint, leaf_segment_handling text, merge_limit float8)
  JOIN new_id n ON n.model = 'catmaid.sampler' AND n.old_id = s.id
  JOIN new_entity k ON k.old_id = r.skeleton
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.sampler' AND r.project = %(source)s;

-- name: insert_domains
-- Insert sampler domains, without the intervals that they leave from.
INSERT INTO sampler_domain (id, project_id, sampler_id, type_id, start_node_id, user_id, creation_time, edition_time)
SELECT n.new_id, %(project_id)s, m.new_id, r.domain_type, t.new_id, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, sampler bigint,
        start_node bigint, domain_type smallint)
  JOIN new_id n ON n.model = 'catmaid.samplerdomain' AND n.old_id = s.id
  JOIN new_id m ON m.model = 'catmaid.sampler' AND m.old_id = r.sampler
  JOIN new_node t ON t.old_id = r.start_node
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.samplerdomain' AND r.project = %(source)s;

-- name: insert_ends
-- Insert the end nodes of sampler domains.
INSERT INTO sampler_domain_end (id, domain_id, end_node_id)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('sampler_domain_end_id_seq') END, d.new_id, t.new_id
  FROM staged_row s
  JOIN new_id d ON d.model = 'catmaid.samplerdomain' AND d.old_id = (s.row ->> 'domain')::bigint
  JOIN new_node t ON t.old_id = (s.row ->> 'end_node')::bigint
 WHERE s.model = 'catmaid.samplerdomainend'
 ORDER BY s.id;

-- name: insert_intervals
-- Insert sampler intervals.
INSERT INTO sampler_interval (id, project_id, domain_id, state_id, start_node_id, end_node_id, user_id, creation_time,
                              edition_time)
SELECT n.new_id, %(project_id)s, d.new_id, r.interval_state, a.new_id, b.new_id, u.new_id, r.creation_time,
       r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, domain bigint,
        interval_state smallint, start_node bigint, end_node bigint)
  JOIN new_id n ON n.model = 'catmaid.samplerinterval' AND n.old_id = s.id
  JOIN new_id d ON d.model = 'catmaid.samplerdomain' AND d.old_id = r.domain
  JOIN new_node a ON a.old_id = r.start_node
  JOIN new_node b ON b.old_id = r.end_node
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.samplerinterval' AND r.project = %(source)s;

-- name: link_domains
-- Set the intervals that sampler domains leave from.
UPDATE sampler_domain d
   SET parent_interval_id = i.new_id
  FROM staged_row s
  JOIN new_id n ON n.model = 'catmaid.samplerdomain' AND n.old_id = s.id
  JOIN new_id i ON i.model = 'catmaid.samplerinterval' AND i.old_id = (s.row ->> 'parent_interval')::bigint
 WHERE s.model = 'catmaid.samplerdomain' AND d.id = n.new_id;

-- name: insert_connectors
-- Insert connectors of sampler intervals.
INSERT INTO sampler_connector (id, project_id, interval_id, connector_id, state_id, user_id, creation_time,
                               edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('sampler_connector_id_seq') END, %(project_id)s,
       i.new_id, c.new_id, r.connector_state, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, interval bigint,
        connector bigint, connector_state smallint)
  JOIN new_id i ON i.model = 'catmaid.samplerinterval' AND i.old_id = r.interval
  JOIN new_node c ON c.old_id = r.connector
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.samplerconnector' AND r.project = %(source)s
 ORDER BY s.id
    ON CONFLICT (interval_id, connector_id) DO NOTHING;
