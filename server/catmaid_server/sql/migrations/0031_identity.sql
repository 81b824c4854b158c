-- What tells this database from others, also where it moves or its address is given to another one. Clients keep edits
-- that are not written yet under it. A backup has the identity of what it was taken from.

CREATE TABLE database_identity (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);
COMMENT ON TABLE database_identity IS 'one row, never changed';

INSERT INTO database_identity DEFAULT VALUES;
