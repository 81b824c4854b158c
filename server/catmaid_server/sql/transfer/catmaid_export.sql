-- What an export in the form of CATMAID's files asks before it writes rows.
-- projects: ids.

-- name: projects
-- Ids of the projects to export: one, or all if project_id is NULL.
SELECT id FROM project WHERE %(project_id)s::integer IS NULL OR id = %(project_id)s ORDER BY id;

-- name: highest_concept
-- The highest id among neurons, links and all else that is exported beside them.
SELECT greatest(0,
    (SELECT max(id) FROM neuron WHERE project_id = ANY (%(projects)s)),
    (SELECT max(greatest(id, model_of_link_id)) FROM skeleton WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM label WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM annotation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM annotation_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM relation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(entity_id) FROM volume WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM volume_annotation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM cardinality_restriction WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_instance WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_instance_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_member WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_location WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group_location WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM region_link WHERE project_id = ANY (%(projects)s)));

-- name: relations
-- Relations that the projects have: project, name, id.
SELECT project_id, name, id FROM relation WHERE project_id = ANY (%(projects)s);

-- name: classes
-- Classes that the projects have: project, name, id.
SELECT project_id, name, id FROM class WHERE project_id = ANY (%(projects)s);

-- name: owner
-- The user who owns classes that nobody made here: an administrator, if there is one.
SELECT id FROM app_user ORDER BY NOT is_superuser, id LIMIT 1;
