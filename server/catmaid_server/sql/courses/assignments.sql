-- The work of students on the seeds of a course, and what is said about it.

-- name: assignments
-- The work that these students of a course began. NULL: the neuron is gone.
SELECT a.id, a.student_id, a.seed_id, a.status, a.treenode_id, a.begun, a.handed_in, t.skeleton_id, n.id AS neuron_id,
       n.name AS neuron, coalesce(m.num_nodes, 0) AS nodes, coalesce(m.cable_length, 0) AS cable_length
  FROM course_assignment a
  LEFT JOIN treenode t ON t.id = a.treenode_id AND t.project_id = a.project_id
  LEFT JOIN skeleton k ON k.id = t.skeleton_id
  LEFT JOIN neuron n ON n.id = k.neuron_id
  LEFT JOIN skeleton_summary m ON m.skeleton_id = t.skeleton_id
 WHERE a.student_id = ANY (%(student_ids)s::integer[])
 ORDER BY a.id;

-- name: minutes
-- How long students worked on what they began: assignment, minutes. Acts on the skeleton with no pause of 5 minutes
-- between them belong together.
WITH work AS (
    SELECT a.id, s.user_id, t.skeleton_id
      FROM course_assignment a
      JOIN course_student s ON s.id = a.student_id
      JOIN treenode t ON t.id = a.treenode_id AND t.project_id = a.project_id
     WHERE a.student_id = ANY (%(student_ids)s::integer[])
), act AS (
    SELECT w.id, t.creation_time AS time
      FROM work w JOIN treenode t ON t.skeleton_id = w.skeleton_id AND t.user_id = w.user_id
     UNION
    SELECT w.id, t.edition_time
      FROM work w JOIN treenode t ON t.skeleton_id = w.skeleton_id AND t.editor_id = w.user_id
     UNION
    SELECT w.id, h.edition_time
      FROM work w JOIN treenode__history h ON h.skeleton_id = w.skeleton_id AND h.editor_id = w.user_id
     UNION
    SELECT w.id, l.creation_time
      FROM work w JOIN connector_link l ON l.skeleton_id = w.skeleton_id AND l.user_id = w.user_id
), pause AS (
    SELECT id, time - lag(time) OVER (PARTITION BY id ORDER BY time) AS length FROM act
)
SELECT id, (extract(epoch FROM sum(length)) / 60)::float8 AS minutes
  FROM pause WHERE length < interval '5 minutes' GROUP BY id;

-- name: lock
-- The work of a student on a seed, kept until the transaction ends: id, status, first node, whether that is there.
SELECT a.id, a.status, a.treenode_id,
       EXISTS (SELECT FROM treenode t WHERE t.id = a.treenode_id AND t.project_id = a.project_id)
  FROM course_assignment a
 WHERE a.student_id = %(student_id)s AND a.seed_id = %(seed_id)s
   FOR UPDATE OF a;

-- name: begin
-- Note that a student began to trace, or began anew.
INSERT INTO course_assignment (project_id, student_id, seed_id, status, treenode_id)
VALUES (%(project_id)s, %(student_id)s, %(seed_id)s, 'working', %(treenode_id)s)
ON CONFLICT (student_id, seed_id)
DO UPDATE SET status = 'working', treenode_id = excluded.treenode_id, handed_in = NULL, edition_time = now();

-- name: set_status
-- Say how far the work is.
UPDATE course_assignment
   SET status = %(status)s, edition_time = now(),
       handed_in = CASE WHEN %(status)s = 'done' THEN now() ELSE handed_in END
 WHERE id = %(assignment_id)s;

-- name: lock_student
-- Two calls of one student come one after the other.
SELECT id FROM course_student WHERE id = %(student_id)s FOR UPDATE;

-- name: messages
-- What was said about the work of these students of a course, the oldest first.
SELECT m.id, m.student_id, m.seed_id, u.username AS author, m.text, m.treenode_id, m.creation_time AS time
  FROM course_message m
  JOIN app_user u ON u.id = m.user_id
 WHERE m.student_id = ANY (%(student_ids)s::integer[])
 ORDER BY m.id;

-- name: last_said
-- What a user said last about a student's work on a seed.
SELECT text FROM course_message
 WHERE student_id = %(student_id)s AND seed_id = %(seed_id)s AND user_id = %(user_id)s
 ORDER BY id DESC LIMIT 1;

-- name: write
-- Say something about the work on a seed: its id.
INSERT INTO course_message (project_id, student_id, seed_id, user_id, text, treenode_id)
VALUES (%(project_id)s, %(student_id)s, %(seed_id)s, %(user_id)s, %(text)s, %(treenode_id)s)
RETURNING id;

-- name: has_node
-- A row if the project has the treenode.
SELECT id FROM treenode WHERE id = %(treenode_id)s AND project_id = %(project_id)s;
