-- Settings that clients keep here.

-- name: datastores
-- Id and name of each datastore.
SELECT id, name FROM client_datastore ORDER BY id;

-- name: create_datastore
-- Make a datastore; its id.
INSERT INTO client_datastore (name) VALUES (%(name)s) RETURNING id;

-- name: datastore
-- Id of the datastore of this name.
SELECT id FROM client_datastore WHERE name = %(name)s;

-- name: ensure_datastore
-- Make a datastore unless there is one of this name.
INSERT INTO client_datastore (name) VALUES (%(name)s) ON CONFLICT (name) DO NOTHING;

-- name: delete_all
-- Delete all values of a datastore.
DELETE FROM client_datum WHERE datastore_id = %(datastore_id)s;

-- name: delete_datastore
-- Delete a datastore, which must be empty.
DELETE FROM client_datastore WHERE id = %(datastore_id)s;

-- name: data
-- Values of a datastore for this user or all users, for this project or the whole instance.
SELECT id, key, value, datastore_id, project_id, user_id
  FROM client_datum
 WHERE datastore_id = %(datastore_id)s
   AND (user_id = %(user_id)s OR user_id IS NULL)
   AND (project_id = %(project_id)s OR project_id IS NULL)
   AND (%(key)s::text IS NULL OR key = %(key)s)
 ORDER BY id;

-- name: replace
-- Replace the value of a key; its id, no row if the key has no value yet.
UPDATE client_datum SET value = %(value)s
 WHERE datastore_id = %(datastore_id)s AND key = %(key)s
   AND project_id IS NOT DISTINCT FROM %(project_id)s AND user_id IS NOT DISTINCT FROM %(user_id)s
RETURNING id;

-- name: delete_values
-- Delete the values of a user (NULL: those for all users) for a project (NULL: those for the instance); their ids.
DELETE FROM client_datum
 WHERE datastore_id = %(datastore_id)s
   AND project_id IS NOT DISTINCT FROM %(project_id)s AND user_id IS NOT DISTINCT FROM %(user_id)s
RETURNING id;

-- name: create
-- Store the value of a new key; its id.
INSERT INTO client_datum (datastore_id, project_id, user_id, key, value)
VALUES (%(datastore_id)s, %(project_id)s, %(user_id)s, %(key)s, %(value)s)
RETURNING id;
