-- CATMAID's rows on their way in: temporary tables, filled row by row, then read by sets.

-- name: create
-- Create the staging tables. Columns after `id` are in the order of the structs in importers/catmaid/models.py. Ids
-- may be larger than ours: new ones can be given.
CREATE TEMPORARY TABLE staged_row (model text NOT NULL, id bigint, row jsonb NOT NULL);

CREATE TEMPORARY TABLE staged_class_instance (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, class bigint NOT NULL, name text NOT NULL);

CREATE TEMPORARY TABLE staged_class_link (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, relation bigint NOT NULL, a bigint NOT NULL, b bigint NOT NULL);

CREATE TEMPORARY TABLE staged_treenode (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, editor bigint NOT NULL, x float8 NOT NULL, y float8 NOT NULL, z float8 NOT NULL,
    confidence smallint NOT NULL, parent bigint, radius float8, skeleton bigint NOT NULL);

CREATE TEMPORARY TABLE staged_connector (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, editor bigint NOT NULL, x float8 NOT NULL, y float8 NOT NULL, z float8 NOT NULL,
    confidence smallint NOT NULL);

CREATE TEMPORARY TABLE staged_link (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, relation bigint NOT NULL, treenode bigint NOT NULL, connector bigint NOT NULL,
    confidence smallint NOT NULL);

CREATE TEMPORARY TABLE staged_treenode_class (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, relation bigint NOT NULL, treenode bigint NOT NULL,
    class_instance bigint NOT NULL);

CREATE TEMPORARY TABLE staged_connector_class (
    id bigint NOT NULL, project bigint NOT NULL, "user" bigint NOT NULL, creation_time timestamptz NOT NULL,
    edition_time timestamptz NOT NULL, relation bigint NOT NULL, connector bigint NOT NULL,
    class_instance bigint NOT NULL);

CREATE TEMPORARY TABLE staged_review (
    id bigint NOT NULL, project bigint NOT NULL, reviewer bigint NOT NULL, review_time timestamptz NOT NULL,
    treenode bigint NOT NULL);

-- What ids become here. An entity that is here already, under its name, is used and not made.
CREATE TEMPORARY TABLE new_id (model text, old_id bigint, new_id integer NOT NULL, PRIMARY KEY (model, old_id));
CREATE TEMPORARY TABLE new_entity (old_id bigint PRIMARY KEY, new_id integer NOT NULL, is_here boolean NOT NULL);
CREATE TEMPORARY TABLE new_node (old_id bigint PRIMARY KEY, new_id integer NOT NULL);

CREATE TEMPORARY VIEW staged_class AS
SELECT id, (row ->> 'project')::bigint AS project, row ->> 'class_name' AS name
  FROM staged_row WHERE model = 'catmaid.class';

CREATE TEMPORARY VIEW staged_relation AS
SELECT id, (row ->> 'project')::bigint AS project, row ->> 'relation_name' AS name, (row ->> 'user')::bigint AS "user"
  FROM staged_row WHERE model = 'catmaid.relation';

-- Neurons, skeletons and the like, with what they are.
CREATE TEMPORARY VIEW entity AS
SELECT i.id, i.project, i."user", i.creation_time, i.edition_time, i.name, c.name AS kind
  FROM staged_class_instance i JOIN staged_class c ON c.id = i.class;

-- Things of classes, and whether they are of one that has no table of its own here.
CREATE TEMPORARY VIEW thing AS
SELECT i.id, i.project, c.name AS kind,
       c.name NOT IN ('neuron', 'skeleton', 'label', 'annotation', 'volume', 'landmark', 'landmarkgroup',
                      'stack_property') AS is_other
  FROM staged_class_instance i JOIN staged_class c ON c.id = i.class;

-- What is at points.
CREATE TEMPORARY VIEW point_link AS
SELECT s.id, r.*
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, point bigint,
        class_instance bigint)
 WHERE s.model = 'catmaid.pointclassinstance';

-- The neuron of each skeleton.
CREATE TEMPORARY VIEW model_link AS
SELECT DISTINCT ON (l.a) l.a AS skeleton, l.b AS neuron, l.id
  FROM staged_class_link l JOIN staged_relation r ON r.id = l.relation
 WHERE r.name = 'model_of'
 ORDER BY l.a, l.id DESC;

-- name: drop
-- Drop the staging tables, and the views on them.
DROP TABLE IF EXISTS staged_row, staged_class_instance, staged_class_link, staged_treenode, staged_connector,
    staged_link, staged_treenode_class, staged_connector_class, staged_review, new_id, new_entity, new_node CASCADE;

-- name: copy_row
-- Rows of all models that have no table of their own, as JSON.
COPY staged_row FROM STDIN;

-- name: copy_class_instance
-- Rows of catmaid.classinstance.
COPY staged_class_instance FROM STDIN;

-- name: copy_class_link
-- Rows of catmaid.classinstanceclassinstance.
COPY staged_class_link FROM STDIN;

-- name: copy_treenode
-- Rows of catmaid.treenode.
COPY staged_treenode FROM STDIN;

-- name: copy_connector
-- Rows of catmaid.connector.
COPY staged_connector FROM STDIN;

-- name: copy_link
-- Rows of catmaid.treenodeconnector.
COPY staged_link FROM STDIN;

-- name: copy_treenode_class
-- Rows of catmaid.treenodeclassinstance.
COPY staged_treenode_class FROM STDIN;

-- name: copy_connector_class
-- Rows of catmaid.connectorclassinstance.
COPY staged_connector_class FROM STDIN;

-- name: copy_review
-- Rows of catmaid.review.
COPY staged_review FROM STDIN;

-- name: settle
-- Keep only the last of rows that came twice: an export of parts of a project repeats the rows that parts share.
DELETE FROM staged_row s USING (SELECT model, id, max(ctid) AS last FROM staged_row WHERE id IS NOT NULL
    GROUP BY model, id HAVING count(*) > 1) d WHERE (s.model, s.id) = (d.model, d.id) AND s.ctid <> d.last;
DELETE FROM staged_class_instance s USING (SELECT id, max(ctid) AS last FROM staged_class_instance
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_class_link s USING (SELECT id, max(ctid) AS last FROM staged_class_link
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_treenode s USING (SELECT id, max(ctid) AS last FROM staged_treenode
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_connector s USING (SELECT id, max(ctid) AS last FROM staged_connector
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_link s USING (SELECT id, max(ctid) AS last FROM staged_link
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_treenode_class s USING (SELECT id, max(ctid) AS last FROM staged_treenode_class
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_connector_class s USING (SELECT id, max(ctid) AS last FROM staged_connector_class
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
DELETE FROM staged_review s USING (SELECT id, max(ctid) AS last FROM staged_review
    GROUP BY id HAVING count(*) > 1) d WHERE s.id = d.id AND s.ctid <> d.last;
ANALYZE staged_row, staged_class_instance, staged_class_link, staged_treenode, staged_connector, staged_link,
    staged_treenode_class, staged_connector_class, staged_review;

-- name: projects
-- Projects that rows belong to: id, title if the project itself is among the rows, and whether anything belongs to it
-- beside classes and relations, which every project has.
SELECT p.id, p.title,
       EXISTS (SELECT FROM staged_class_instance s WHERE s.project = p.id)
    OR EXISTS (SELECT FROM staged_treenode s WHERE s.project = p.id)
    OR EXISTS (SELECT FROM staged_connector s WHERE s.project = p.id)
    OR EXISTS (SELECT FROM staged_row s WHERE (s.row ->> 'project')::bigint = p.id
                  AND s.model NOT IN ('catmaid.class', 'catmaid.relation')) AS has_rows
  FROM (SELECT id, row ->> 'title' AS title FROM staged_row WHERE model = 'catmaid.project'
         UNION
        SELECT DISTINCT project, NULL::text FROM (
            SELECT project FROM staged_class_instance UNION SELECT project FROM staged_treenode
             UNION SELECT project FROM staged_connector
             UNION SELECT (row ->> 'project')::bigint FROM staged_row
                    WHERE model <> 'catmaid.project' AND row ->> 'project' IS NOT NULL) used
         WHERE project NOT IN (SELECT id FROM staged_row WHERE model = 'catmaid.project')) p
 ORDER BY p.id;

-- name: users
-- Users among the rows.
SELECT id, row FROM staged_row WHERE model = 'auth.user' ORDER BY id;

-- name: used_users
-- Ids of users that rows of these projects refer to, and whether the user is among the rows.
SELECT used.id, EXISTS (SELECT FROM staged_row u WHERE u.model = 'auth.user' AND u.id = used.id)
  FROM (SELECT "user" AS id FROM staged_class_instance WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_class_link WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_treenode WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT editor FROM staged_treenode WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_connector WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT editor FROM staged_connector WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_link WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_treenode_class WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT "user" FROM staged_connector_class WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT reviewer FROM staged_review WHERE project = ANY (%(projects)s::bigint[])
         UNION SELECT (value #>> '{}')::bigint
                 FROM staged_row s, jsonb_each(s.row) AS field (name, value)
                WHERE (s.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])
                  AND field.name IN ('user', 'editor', 'reviewer') AND jsonb_typeof(field.value) = 'number') used
 ORDER BY used.id;
