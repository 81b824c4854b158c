-- From staged rows of CATMAID to what belongs to no project alone: users, groups, stacks, settings.
-- projects: ids among the rows of those that come. keep: whether ids stay as they are.

-- name: insert_user
-- Insert a user with the names of the row and the colour of the profile.
INSERT INTO app_user (id, username, password, first_name, last_name, email, is_superuser, is_staff, is_active,
                      date_joined, last_login, color)
SELECT coalesce(%(id)s::integer, nextval('app_user_id_seq')), r.username, coalesce(r.password, '!'),
       coalesce(r.first_name, ''), coalesce(r.last_name, ''), coalesce(r.email, ''), coalesce(r.is_superuser, false),
       coalesce(r.is_staff, false), r.is_active, coalesce(r.date_joined, now()), r.last_login,
       coalesce((SELECT p.color
                   FROM staged_row s
                  CROSS JOIN LATERAL jsonb_to_record(s.row) AS p ("user" bigint, color float8[])
                  WHERE s.model = 'catmaid.userprofile' AND p."user" = %(old_id)s LIMIT 1), %(color)s::float8[])
  FROM jsonb_to_record(%(row)s) AS r (
        username text, password text, first_name text, last_name text, email text, is_superuser boolean,
        is_staff boolean, is_active boolean, date_joined timestamptz, last_login timestamptz)
RETURNING id;

-- name: map_groups
-- Insert groups that are not here by name, and map all.
WITH made AS (
    INSERT INTO user_group (id, name)
    SELECT CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('user_group_id_seq') END, row ->> 'name'
      FROM staged_row WHERE model = 'auth.group' ORDER BY id
        ON CONFLICT (name) DO NOTHING
    RETURNING id, name)
INSERT INTO new_id (model, old_id, new_id)
SELECT 'auth.group', s.id, g.id
  FROM staged_row s
  JOIN (SELECT id, name FROM made UNION SELECT id, name FROM user_group) g ON g.name = s.row ->> 'name'
 WHERE s.model = 'auth.group';

-- name: insert_memberships
-- Insert which users are in which groups.
INSERT INTO group_member (user_id, group_id)
SELECT DISTINCT u.new_id, g.new_id
  FROM staged_row s
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = (s.row ->> 'user')::bigint
  JOIN new_id g ON g.model = 'auth.group' AND g.old_id = (s.row ->> 'group')::bigint
 WHERE s.model = 'auth.user_groups'
    ON CONFLICT DO NOTHING;

-- name: set_primary_groups
-- Set the primary groups that users' profiles name.
UPDATE app_user a
   SET primary_group_id = g.new_id
  FROM staged_row s
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = (s.row ->> 'user')::bigint
  JOIN new_id g ON g.model = 'auth.group' AND g.old_id = (s.row ->> 'primary_group')::bigint
 WHERE s.model = 'catmaid.userprofile' AND a.id = u.new_id;

-- name: insert_messages
-- Insert messages to users.
INSERT INTO message (id, user_id, time, read, title, text, action)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('message_id_seq') END, u.new_id, r.time, r.read, r.title,
       coalesce(r.text, ''), coalesce(r.action, '')
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        "user" bigint, time timestamptz, read boolean, title text, text text, action text)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.message'
 ORDER BY s.id;

-- name: map_datastores
-- Insert stores of client data that are not here by name, and map all.
WITH made AS (
    INSERT INTO client_datastore (id, name)
    SELECT CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('client_datastore_id_seq') END, row ->> 'name'
      FROM staged_row WHERE model = 'catmaid.clientdatastore' ORDER BY id
        ON CONFLICT (name) DO NOTHING
    RETURNING id, name)
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.clientdatastore', s.id, d.id
  FROM staged_row s
  JOIN (SELECT id, name FROM made UNION SELECT id, name FROM client_datastore) d ON d.name = s.row ->> 'name'
 WHERE s.model = 'catmaid.clientdatastore';

-- name: insert_client_data
-- Insert client data: those of a project, or of no project if source is NULL.
INSERT INTO client_datum (datastore_id, project_id, user_id, key, value)
SELECT d.new_id, p.new_id, u.new_id, r.key, r.value
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        datastore bigint, project bigint, "user" bigint, key text, value jsonb)
  JOIN new_id d ON d.model = 'catmaid.clientdatastore' AND d.old_id = r.datastore
  LEFT JOIN new_id p ON p.model = 'catmaid.project' AND p.old_id = r.project
  LEFT JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.clientdata'
   AND r.project IS NOT DISTINCT FROM %(source)s::bigint AND (r."user" IS NULL) = (u.new_id IS NULL)
 ORDER BY s.id
    ON CONFLICT DO NOTHING;

-- name: map_view_types
-- Insert types of data views that are not here by their code, and map all.
WITH made AS (
    INSERT INTO data_view_type (id, title, code_type, comment)
    SELECT CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('data_view_type_id_seq') END,
           row ->> 'title', row ->> 'code_type',
           coalesce(row ->> 'comment', '')
      FROM staged_row WHERE model = 'catmaid.dataviewtype' ORDER BY id
        ON CONFLICT (code_type) DO NOTHING
    RETURNING id, code_type)
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.dataviewtype', s.id, t.id
  FROM staged_row s
  JOIN (SELECT id, code_type FROM made UNION SELECT id, code_type FROM data_view_type) t
    ON t.code_type = s.row ->> 'code_type'
 WHERE s.model = 'catmaid.dataviewtype';

-- name: map_views
-- Map the ids of data views.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.dataview', id, CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('data_view_id_seq') END
  FROM staged_row WHERE model = 'catmaid.dataview' ORDER BY id;

-- name: insert_views
-- Insert data views.
INSERT INTO data_view (id, title, data_view_type_id, config, is_default, position, comment)
SELECT n.new_id, r.title, t.new_id, r.config, r.is_default, r.position, coalesce(r.comment, '')
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        title text, data_view_type bigint, config text, is_default boolean, position integer, comment text)
  JOIN new_id n ON n.model = 'catmaid.dataview' AND n.old_id = s.id
  JOIN new_id t ON t.model = 'catmaid.dataviewtype' AND t.old_id = r.data_view_type
 WHERE s.model = 'catmaid.dataview'
 ORDER BY s.id;

-- name: insert_profiles
-- Insert profiles of users who show a tool, or have a home view.
INSERT INTO user_profile (user_id, independent_ontology_workspace_is_default, show_text_label_tool, show_tagging_tool,
                          show_cropping_tool, show_tracing_tool, show_ontology_tool, show_roi_tool, home_view_id)
SELECT u.new_id, r.independent_ontology_workspace_is_default, r.show_text_label_tool, r.show_tagging_tool,
       r.show_cropping_tool, r.show_tracing_tool, r.show_ontology_tool, r.show_roi_tool, v.new_id
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        "user" bigint, home_view bigint, independent_ontology_workspace_is_default boolean,
        show_text_label_tool boolean, show_tagging_tool boolean, show_cropping_tool boolean,
        show_tracing_tool boolean, show_ontology_tool boolean, show_roi_tool boolean)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  LEFT JOIN new_id v ON v.model = 'catmaid.dataview' AND v.old_id = r.home_view
 WHERE s.model = 'catmaid.userprofile'
   AND (v.new_id IS NOT NULL OR r.independent_ontology_workspace_is_default OR r.show_text_label_tool
        OR r.show_tagging_tool OR r.show_cropping_tool OR r.show_tracing_tool OR r.show_ontology_tool
        OR r.show_roi_tool)
    ON CONFLICT DO NOTHING;

-- name: wrong_stack
-- A stack of these projects that would keep an id which another stack has here: id, title of that stack.
SELECT s.id, k.title
  FROM staged_row s JOIN stack k ON k.id = s.id
 WHERE s.model = 'catmaid.stack' AND k.title <> s.row ->> 'title'
   AND (%(projects)s::bigint[] IS NULL
        OR s.id IN (SELECT (p.row ->> 'stack')::bigint FROM staged_row p WHERE p.model = 'catmaid.projectstack'
                       AND (p.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])))
 LIMIT 1;

-- name: insert_stacks
-- Insert stacks that the projects show (all if `projects` is NULL) and that are not here yet, and map their ids.
-- Where ids are kept, a stack with the same id is the same stack.
WITH wanted AS (
    SELECT s.id, s.row, CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('stack_id_seq') END AS new_id
      FROM staged_row s
     WHERE s.model = 'catmaid.stack'
       AND NOT EXISTS (SELECT FROM new_id n WHERE n.model = 'catmaid.stack' AND n.old_id = s.id)
       AND (%(projects)s::bigint[] IS NULL
            OR s.id IN (SELECT (p.row ->> 'stack')::bigint FROM staged_row p WHERE p.model = 'catmaid.projectstack'
                           AND (p.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])))
     ORDER BY s.id),
mapped AS (
    INSERT INTO new_id (model, old_id, new_id) SELECT 'catmaid.stack', id, new_id FROM wanted)
INSERT INTO stack (id, title, dimension_x, dimension_y, dimension_z, resolution_x, resolution_y, resolution_z, comment,
                   description, attribution, metadata, canary_location, placeholder_color, downsample_factors)
SELECT w.new_id, r.title, r.dimension[1], r.dimension[2], r.dimension[3], r.resolution[1], r.resolution[2],
       r.resolution[3], coalesce(r.comment, ''), r.description, r.attribution, r.metadata, r.canary_location,
       r.placeholder_color, r.downsample_factors
  FROM wanted w
 CROSS JOIN LATERAL jsonb_to_record(w.row) AS r (
        title text, dimension integer[], resolution float8[], comment text, description text, attribution text,
        metadata jsonb, canary_location integer[], placeholder_color float8[], downsample_factors jsonb)
    ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: insert_mirrors
-- Insert mirrors of the stacks that were just made.
INSERT INTO stack_mirror (id, stack_id, title, image_base, file_extension, tile_width, tile_height, tile_source_type,
                          position)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('stack_mirror_id_seq') END,
       k.new_id, r.title, r.image_base,
       r.file_extension, r.tile_width, r.tile_height, r.tile_source_type, r.position
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        stack bigint, title text, image_base text, file_extension text, tile_width integer, tile_height integer,
        tile_source_type integer, position integer)
  JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = r.stack
 WHERE s.model = 'catmaid.stackmirror' AND k.new_id = ANY (%(stack_ids)s)
 ORDER BY s.id;

-- name: insert_broken
-- Insert broken sections of the stacks that were just made.
INSERT INTO broken_section (id, stack_id, section)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('broken_section_id_seq') END,
       k.new_id, (s.row ->> 'index')::integer
  FROM staged_row s
  JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = (s.row ->> 'stack')::bigint
 WHERE s.model = 'catmaid.brokenslice' AND k.new_id = ANY (%(stack_ids)s)
 ORDER BY s.id
    ON CONFLICT (stack_id, section) DO NOTHING;

-- name: insert_stack_groups
-- Insert stack groups with one of the stacks that were just made.
WITH wanted AS (
    SELECT g.id, CASE WHEN %(keep)s AND g.id > 0 THEN g.id ELSE nextval('stack_group_id_seq') END AS new_id,
           coalesce(g.row ->> 'title', '') AS title, g.row ->> 'comment' AS comment
      FROM staged_row g
     WHERE g.model = 'catmaid.stackgroup'
       AND NOT EXISTS (SELECT FROM new_id n WHERE n.model = 'catmaid.stackgroup' AND n.old_id = g.id)
       AND EXISTS (SELECT
                     FROM staged_row m
                     JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = (m.row ->> 'stack')::bigint
                    WHERE m.model = 'catmaid.stackstackgroup' AND (m.row ->> 'stack_group')::bigint = g.id
                      AND k.new_id = ANY (%(stack_ids)s))
     ORDER BY g.id),
mapped AS (
    INSERT INTO new_id (model, old_id, new_id) SELECT 'catmaid.stackgroup', id, new_id FROM wanted)
INSERT INTO stack_group (id, title, comment)
SELECT new_id, title, comment FROM wanted
    ON CONFLICT (id) DO NOTHING;

-- name: insert_stack_group_members
-- Insert the stacks that were just made into their groups.
INSERT INTO stack_group_member (id, stack_group_id, stack_id, relation, position)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('stack_group_member_id_seq') END, g.new_id, k.new_id,
       relation.row ->> 'name', r.position
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        group_relation bigint, stack bigint, stack_group bigint, position integer)
  JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = r.stack
  JOIN new_id g ON g.model = 'catmaid.stackgroup' AND g.old_id = r.stack_group
  JOIN staged_row relation ON relation.model = 'catmaid.stackgrouprelation' AND relation.id = r.group_relation
 WHERE s.model = 'catmaid.stackstackgroup' AND k.new_id = ANY (%(stack_ids)s)
 ORDER BY s.id;

-- name: insert_project_stacks
-- Insert where a project's stacks lie in it.
INSERT INTO project_stack (id, project_id, stack_id, translation_x, translation_y, translation_z, orientation)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('project_stack_id_seq') END, %(project_id)s, k.new_id,
       r.translation[1], r.translation[2], r.translation[3], r.orientation
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, stack bigint, translation float8[], orientation integer)
  JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = r.stack
 WHERE s.model = 'catmaid.projectstack' AND r.project = %(source)s
 ORDER BY s.id
    ON CONFLICT (project_id, stack_id) DO NOTHING;

-- name: insert_project
-- Insert a project with the title given, or that of its row.
INSERT INTO project (id, title, comment)
SELECT coalesce(%(id)s::integer, nextval('project_id_seq')), coalesce(%(title)s, row ->> 'title'), row ->> 'comment'
  FROM (VALUES (1)) one LEFT JOIN staged_row ON model = 'catmaid.project' AND staged_row.id = %(source)s
RETURNING id;

-- name: raise_counters
-- Let new ids come after all that are there, of the tables whose ids are their own.
SELECT setval('app_user_id_seq',
              greatest((SELECT last_value FROM app_user_id_seq), (SELECT max(id) FROM app_user))),
       setval('user_group_id_seq',
              greatest((SELECT last_value FROM user_group_id_seq), (SELECT max(id) FROM user_group))),
       setval('project_id_seq',
              greatest((SELECT last_value FROM project_id_seq), (SELECT max(id) FROM project))),
       setval('stack_id_seq',
              greatest((SELECT last_value FROM stack_id_seq), (SELECT max(id) FROM stack))),
       setval('stack_mirror_id_seq',
              greatest((SELECT last_value FROM stack_mirror_id_seq), (SELECT max(id) FROM stack_mirror))),
       setval('project_stack_id_seq',
              greatest((SELECT last_value FROM project_stack_id_seq), (SELECT max(id) FROM project_stack))),
       setval('broken_section_id_seq',
              greatest((SELECT last_value FROM broken_section_id_seq), (SELECT max(id) FROM broken_section))),
       setval('stack_group_id_seq',
              greatest((SELECT last_value FROM stack_group_id_seq), (SELECT max(id) FROM stack_group))),
       setval('stack_group_member_id_seq',
              greatest((SELECT last_value FROM stack_group_member_id_seq), (SELECT max(id) FROM stack_group_member))),
       setval('volume_id_seq',
              greatest((SELECT last_value FROM volume_id_seq), (SELECT max(id) FROM volume))),
       setval('text_label_id_seq',
              greatest((SELECT last_value FROM text_label_id_seq), (SELECT max(id) FROM text_label))),
       setval('message_id_seq',
              greatest((SELECT last_value FROM message_id_seq), (SELECT max(id) FROM message))),
       setval('client_datastore_id_seq',
              greatest((SELECT last_value FROM client_datastore_id_seq), (SELECT max(id) FROM client_datastore))),
       setval('data_view_id_seq',
              greatest((SELECT last_value FROM data_view_id_seq), (SELECT max(id) FROM data_view))),
       setval('data_view_type_id_seq',
              greatest((SELECT last_value FROM data_view_type_id_seq), (SELECT max(id) FROM data_view_type))),
       setval('reviewer_whitelist_id_seq',
              greatest((SELECT last_value FROM reviewer_whitelist_id_seq), (SELECT max(id) FROM reviewer_whitelist))),
       setval('suppressed_virtual_node_id_seq',
              greatest((SELECT last_value FROM suppressed_virtual_node_id_seq),
                       (SELECT max(id) FROM suppressed_virtual_node))),
       setval('deep_link_id_seq',
              greatest((SELECT last_value FROM deep_link_id_seq), (SELECT max(id) FROM deep_link))),
       setval('point_cloud_id_seq',
              greatest((SELECT last_value FROM point_cloud_id_seq), (SELECT max(id) FROM point_cloud))),
       setval('point_set_id_seq',
              greatest((SELECT last_value FROM point_set_id_seq), (SELECT max(id) FROM point_set))),
       setval('interpolatable_section_id_seq',
              greatest((SELECT last_value FROM interpolatable_section_id_seq),
                       (SELECT max(id) FROM interpolatable_section))),
       setval('sampler_id_seq',
              greatest((SELECT last_value FROM sampler_id_seq), (SELECT max(id) FROM sampler))),
       setval('sampler_domain_id_seq',
              greatest((SELECT last_value FROM sampler_domain_id_seq), (SELECT max(id) FROM sampler_domain))),
       setval('sampler_domain_end_id_seq',
              greatest((SELECT last_value FROM sampler_domain_end_id_seq), (SELECT max(id) FROM sampler_domain_end))),
       setval('sampler_interval_id_seq',
              greatest((SELECT last_value FROM sampler_interval_id_seq), (SELECT max(id) FROM sampler_interval))),
       setval('sampler_connector_id_seq',
              greatest((SELECT last_value FROM sampler_connector_id_seq), (SELECT max(id) FROM sampler_connector)));
