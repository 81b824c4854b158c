-- Programs, as notebooks are, that ask a person to let them in on a page of the service. Bookkeeping of ten minutes: not
-- versioned, rows are deleted.

CREATE UNLOGGED TABLE program_sign_in (
    digest  bytea       PRIMARY KEY,
    code    text        NOT NULL UNIQUE,
    name    text        NOT NULL,
    place   text        NOT NULL,
    expiry  timestamptz NOT NULL,
    user_id integer     REFERENCES app_user (id) ON DELETE CASCADE
);
COMMENT ON COLUMN program_sign_in.digest IS 'hash of the text by which the program asks how far it is';
COMMENT ON COLUMN program_sign_in.code IS 'what program and page both show';
COMMENT ON COLUMN program_sign_in.place IS 'network address from which the program asked';
COMMENT ON COLUMN program_sign_in.user_id IS 'who let it in; NULL: nobody yet';
CREATE INDEX program_sign_in_place ON program_sign_in (place);
CREATE INDEX program_sign_in_expiry ON program_sign_in (expiry);
CREATE INDEX program_sign_in_user_id ON program_sign_in (user_id);
