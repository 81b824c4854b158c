-- The role that reads what is no secret and writes nothing.

-- name: has_role
-- Whether the role exists, and whether this user may act as it.
SELECT count(*) > 0, coalesce(bool_and(pg_has_role(oid, 'MEMBER')), false)
  FROM pg_roles WHERE rolname = 'catmaid_analyst';

-- name: create_role
-- Make the role.
CREATE ROLE catmaid_analyst LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

-- name: join_role
-- Let this user act as the role.
GRANT catmaid_analyst TO CURRENT_USER;

-- name: set_read_only
-- Sessions of the role begin read-only; it has no right to write either way.
ALTER ROLE catmaid_analyst SET default_transaction_read_only = on;

-- name: grants
-- Let the role read what is no secret.
SELECT grant_reading('catmaid_analyst', %(private_tables)s::text[], %(secret_columns)s::text[]);
