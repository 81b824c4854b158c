-- Groups whose members learn in a course.

-- name: groups
-- Names of the groups of a course.
SELECT u.name
  FROM course_group g JOIN user_group u ON u.id = g.group_id
 WHERE g.course_id = %(course_id)s
 ORDER BY u.name;

-- name: granted_group
-- Id of a group of this name that was granted something in the project.
SELECT g.id
  FROM user_group g
 WHERE g.name = %(name)s
   AND EXISTS (SELECT FROM project_permission p WHERE p.group_id = g.id AND p.project_id = %(project_id)s);

-- name: add_group
-- Let a course follow a group.
INSERT INTO course_group (project_id, course_id, group_id, user_id)
VALUES (%(project_id)s, %(course_id)s, %(group_id)s, %(user_id)s)
ON CONFLICT DO NOTHING;

-- name: name_members
-- Make those who came by a group students of their own, whether the course follows it or not.
DELETE FROM course_group_student b
 USING group_member m JOIN user_group u ON u.id = m.group_id
 WHERE b.course_id = %(course_id)s AND NOT b.is_removed AND u.name = %(name)s AND m.user_id = b.user_id;

-- name: remove_group
-- Let a course follow a group no more.
DELETE FROM course_group g
 USING user_group u
 WHERE g.course_id = %(course_id)s AND u.id = g.group_id AND u.name = %(name)s;

-- name: due
-- Courses of a project into which somebody came by a group who is not in the list of students yet: the course, and who
-- added the group. An archived project stays as it is.
SELECT DISTINCT ON (g.course_id) g.course_id, g.user_id
  FROM course_group g JOIN group_member m ON m.group_id = g.group_id JOIN app_user u ON u.id = m.user_id
 WHERE g.project_id = %(project_id)s AND u.is_active
   AND NOT EXISTS (SELECT FROM course_student s WHERE s.course_id = g.course_id AND s.user_id = m.user_id)
   AND NOT EXISTS (SELECT FROM course_group_student b WHERE b.course_id = g.course_id AND b.user_id = m.user_id)
   AND NOT EXISTS (SELECT FROM project_archive a WHERE a.project_id = g.project_id)
 ORDER BY g.course_id, g.id;

-- name: newcomers
-- Names of those who came into a course by a group and are not in the list of students yet.
SELECT DISTINCT u.username
  FROM course_group g JOIN group_member m ON m.group_id = g.group_id JOIN app_user u ON u.id = m.user_id
 WHERE g.course_id = %(course_id)s AND u.is_active
   AND NOT EXISTS (SELECT FROM course_student s WHERE s.course_id = g.course_id AND s.user_id = m.user_id)
   AND NOT EXISTS (SELECT FROM course_group_student b WHERE b.course_id = g.course_id AND b.user_id = m.user_id)
 ORDER BY 1;

-- name: came_by_group
-- Note of users that they learn in a course as long as they are members of its groups.
INSERT INTO course_group_student (project_id, course_id, user_id)
SELECT %(project_id)s, %(course_id)s, id FROM app_user WHERE username = ANY (%(names)s::text[])
ON CONFLICT DO NOTHING;

-- name: were_named
-- Note of users that they learn in a course whatever their groups are.
DELETE FROM course_group_student b
 USING app_user u
 WHERE b.course_id = %(course_id)s AND u.id = b.user_id AND u.username = ANY (%(names)s::text[]);

-- name: stay_out
-- Note of users that they do not learn in a course, though they may be members of its groups.
INSERT INTO course_group_student (project_id, course_id, user_id, is_removed)
SELECT %(project_id)s, %(course_id)s, %(user_id)s, true
 WHERE NOT EXISTS (SELECT FROM course_student s WHERE s.course_id = %(course_id)s AND s.user_id = %(user_id)s)
ON CONFLICT (course_id, user_id) DO UPDATE SET is_removed = true WHERE NOT course_group_student.is_removed;
