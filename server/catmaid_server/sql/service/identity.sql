-- What tells a database from others.

-- name: database_id
-- The UUID of this database.
SELECT id FROM database_identity;
