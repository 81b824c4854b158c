-- What is there already of the demo's projects.

-- name: contents
-- Whether a project has stacks, skeletons and connectors.
SELECT EXISTS (SELECT FROM project_stack WHERE project_id = %(project_id)s) AS stacks,
       EXISTS (SELECT FROM treenode WHERE project_id = %(project_id)s) AS skeletons,
       EXISTS (SELECT FROM connector WHERE project_id = %(project_id)s) AS connectors;
