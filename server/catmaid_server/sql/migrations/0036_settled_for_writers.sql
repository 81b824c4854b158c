-- To a transaction that writes, the versions below its own can be settled. Its own lock said that they are not, so that one
-- that began beside others could not name what these wrote.

-- The newest settled version. Statements after this one see all that it has.
CREATE OR REPLACE FUNCTION settled_version() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    drawn bigint := (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM transaction_info_id_seq);
BEGIN
    RETURN least(drawn, current_version() - 1, (
        SELECT min(((classid::bigint & 65535) << 32) | objid::bigint)
          FROM pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 7
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND pid <> pg_backend_pid()));
END
$$;
