-- History before a version, which is deleted on demand.

-- name: states
-- How many states of rows would go, by history table.
SELECT name, states FROM states_ended_by(%(version)s) ORDER BY states DESC, name;

-- name: pins
-- Pins of versions before this one: name, version, title of the project.
SELECT p.name, p.version, coalesce(j.title, '') AS project
  FROM pin p LEFT JOIN project j ON j.id = p.project_id
 WHERE p.version < %(version)s
 ORDER BY p.version, p.id;

-- name: lock
-- Wait for versions that are being taken back, and let none begin.
LOCK TABLE unreadable_versions IN EXCLUSIVE MODE;

-- name: delete_pins
-- Delete the pins of versions before this one.
DELETE FROM pin WHERE version < %(version)s;

-- name: delete_states
-- Delete what reads as of this version or a later one do not need.
SELECT delete_states_ended_by(%(version)s);

-- name: mark
-- Versions before this one cannot be read any more.
INSERT INTO unreadable_versions (first_version, last_version, reason)
VALUES (0, %(version)s - 1, 'trimmed')
ON CONFLICT (first_version, reason) DO UPDATE SET last_version = excluded.last_version, time = excluded.time;
