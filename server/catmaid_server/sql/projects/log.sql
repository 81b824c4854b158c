-- The log of a project.

-- name: add
-- Write one log entry; x, y, z in nm.
INSERT INTO log_entry (project_id, user_id, operation_type, x, y, z, freetext)
VALUES (%(project_id)s, %(user_id)s, %(operation)s, %(x)s, %(y)s, %(z)s, %(text)s);
