-- Courses, who learns in them, and the seeds from which they trace.

-- name: courses
-- The courses of a project, by name; with a user, those in which this one learns.
SELECT c.id, c.name, c.instructions, c.confidence_guide, c.user_id AS trainer_id, u.username AS trainer, c.creation_time
  FROM course c JOIN app_user u ON u.id = c.user_id
 WHERE c.project_id = %(project_id)s
   AND (%(course_id)s::integer IS NULL OR c.id = %(course_id)s)
   AND (%(user_id)s::integer IS NULL
        OR EXISTS (
            SELECT FROM course_student s
             WHERE s.course_id = c.id AND s.user_id = %(user_id)s
               AND (EXISTS (SELECT FROM course_group g JOIN group_member m ON m.group_id = g.group_id
                             WHERE g.course_id = c.id AND m.user_id = s.user_id)
                    OR NOT EXISTS (SELECT FROM course_group_student b
                                    WHERE b.course_id = c.id AND b.user_id = s.user_id))))
 ORDER BY c.name;

-- name: course_called
-- Id of the course of this name.
SELECT id FROM course WHERE project_id = %(project_id)s AND name = %(name)s;

-- name: create
-- Make a course: its id; no row if there is one of this name.
INSERT INTO course (project_id, user_id, name) VALUES (%(project_id)s, %(user_id)s, %(name)s)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: lock
-- Keep a course as it is until the transaction ends.
SELECT id FROM course WHERE id = %(course_id)s AND project_id = %(project_id)s FOR UPDATE;

-- name: describe
-- Change what a course says; NULL leaves a text as it is.
UPDATE course
   SET instructions = coalesce(%(instructions)s, instructions),
       confidence_guide = coalesce(%(confidence_guide)s, confidence_guide), edition_time = now()
 WHERE id = %(course_id)s;

-- name: delete
-- Delete a course, with its students, seeds and what was noted of the work; the neurons stay.
DELETE FROM course WHERE id = %(course_id)s;

-- name: students
-- Who learns in a course, by initials; with a user, this one alone: those who were named, and those who came by a group
-- and are in one of its groups. may_annotate: by a grant of their own or of a group.
SELECT s.id, s.user_id, u.username, trim(u.first_name || ' ' || u.last_name) AS full_name, s.initials,
       u.is_superuser OR EXISTS (
           SELECT FROM project_permission p
            WHERE p.project_id = s.project_id AND p.permission IN ('can_annotate', 'can_administer')
              AND (p.user_id = s.user_id
                   OR p.group_id IN (SELECT m.group_id FROM group_member m WHERE m.user_id = s.user_id))
       ) AS may_annotate
  FROM course_student s JOIN app_user u ON u.id = s.user_id
 WHERE s.course_id = %(course_id)s AND (%(user_id)s::integer IS NULL OR s.user_id = %(user_id)s)
   AND (EXISTS (SELECT FROM course_group g JOIN group_member m ON m.group_id = g.group_id
                 WHERE g.course_id = s.course_id AND m.user_id = s.user_id)
        OR NOT EXISTS (SELECT FROM course_group_student b
                        WHERE b.course_id = s.course_id AND b.user_id = s.user_id))
 ORDER BY rtrim(s.initials, '0123456789'), length(s.initials), s.initials;

-- name: taken_initials
-- Names and initials of all who learn in a course or did so as members of a group.
SELECT u.username, s.initials
  FROM course_student s JOIN app_user u ON u.id = s.user_id
 WHERE s.course_id = %(course_id)s;

-- name: users_called
-- Users of these names: id, name, full name.
SELECT id, username, trim(first_name || ' ' || last_name) FROM app_user WHERE username = ANY (%(names)s::text[]);

-- name: spelled_otherwise
-- Names of users that differ from these names in capital letters alone.
SELECT username FROM app_user WHERE lower(username) = ANY (SELECT lower(unnest(%(names)s::text[]))) ORDER BY username;

-- name: add_students
-- Let users learn in a course; who does already gets other initials.
INSERT INTO course_student AS s (project_id, course_id, user_id, initials)
SELECT %(project_id)s, %(course_id)s, user_id, initials
  FROM unnest(%(user_ids)s::integer[], %(initials)s::text[]) AS wanted (user_id, initials)
ON CONFLICT (course_id, user_id) DO UPDATE SET initials = excluded.initials WHERE s.initials <> excluded.initials;

-- name: remove_student
-- Take a user out of a course, with what was noted of their work; their neurons stay.
DELETE FROM course_student WHERE course_id = %(course_id)s AND user_id = %(user_id)s;

-- name: seeds
-- The seeds of a course, by level, then as they were made.
SELECT id, level, location_x AS x, location_y AS y, location_z AS z, name_pattern, task, stop, due, gold_project_id,
       gold_skeleton_id
  FROM course_seed
 WHERE course_id = %(course_id)s AND (%(seed_id)s::integer IS NULL OR id = %(seed_id)s)
 ORDER BY level, id;

-- name: same_seed
-- Id of a seed of this level and name in a course.
SELECT id FROM course_seed WHERE course_id = %(course_id)s AND level = %(level)s AND name_pattern = %(name_pattern)s;

-- name: add_seed
-- Make a seed: its id.
INSERT INTO course_seed (project_id, course_id, user_id, level, location_x, location_y, location_z, name_pattern, task,
                         stop, due, gold_project_id, gold_skeleton_id)
VALUES (%(project_id)s, %(course_id)s, %(user_id)s, %(level)s, %(x)s, %(y)s, %(z)s, %(name_pattern)s, %(task)s,
        %(stop)s, %(due)s, %(gold_project_id)s, %(gold_skeleton_id)s)
RETURNING id;

-- name: replace_seed
-- Change a seed.
UPDATE course_seed
   SET location_x = %(x)s, location_y = %(y)s, location_z = %(z)s, task = %(task)s, stop = %(stop)s, due = %(due)s,
       gold_project_id = %(gold_project_id)s, gold_skeleton_id = %(gold_skeleton_id)s, edition_time = now()
 WHERE id = %(seed_id)s;

-- name: remove_seed
-- Delete a seed, with what was noted of the work on it; the neurons stay.
DELETE FROM course_seed WHERE course_id = %(course_id)s AND id = %(seed_id)s;

-- name: has_skeleton
-- A row if the project has the skeleton.
SELECT id FROM skeleton WHERE id = %(skeleton_id)s AND project_id = %(project_id)s;
