-- Named views of projects.

-- name: create
-- Store a link; its id.
INSERT INTO deep_link (project_id, user_id, alias, is_public, is_exportable, password, location_x, location_y,
                       location_z, active_treenode, active_connector, active_skeleton, follow_id_history,
                       layered_stacks, layout, tool, show_help, message, data_view, stacks)
VALUES (%(project_id)s, %(user_id)s, %(alias)s, %(is_public)s, %(is_exportable)s, %(password)s, %(location_x)s,
        %(location_y)s, %(location_z)s, %(active_treenode)s, %(active_connector)s, %(active_skeleton)s,
        %(follow_id_history)s, %(layered_stacks)s, %(layout)s, %(tool)s, %(show_help)s, %(message)s, %(data_view)s,
        %(stacks)s)
RETURNING id;

-- name: details
-- All fields of the link of this alias, its owner and its password hash.
SELECT id, alias, is_public, is_exportable, location_x, location_y, location_z, active_treenode, active_connector,
       active_skeleton, layout, tool, show_help, message, data_view, stacks, user_id, password
  FROM deep_link
 WHERE project_id = %(project_id)s AND alias = %(alias)s;

-- name: alias
-- The alias of the link of this id.
SELECT alias FROM deep_link WHERE project_id = %(project_id)s AND id = %(link_id)s;

-- name: visible
-- Links that a user may list; the last column: whether the user needs a password for the content.
SELECT id, creation_time, edition_time, alias, is_public, is_exportable, location_x, location_y, location_z,
       follow_id_history, layered_stacks, layout, tool, show_help, message, user_id, project_id, active_treenode,
       active_connector, active_skeleton, data_view, password <> '' AND user_id <> %(user_id)s
  FROM deep_link
 WHERE project_id = %(project_id)s
   AND (user_id = %(user_id)s OR (is_public AND NOT %(only_own)s))
   AND (NOT %(only_public)s OR is_public)
   AND NOT (%(only_private)s AND is_public)
 ORDER BY id;

-- name: delete
-- Delete a link.
DELETE FROM deep_link WHERE id = %(link_id)s;
