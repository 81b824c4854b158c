-- Users who sign in elsewhere, as with JupyterHub, and the memberships of groups that they have from there.

CREATE TABLE identity (
    issuer  text    NOT NULL CHECK (issuer <> ''),
    subject text    NOT NULL CHECK (subject <> ''),
    user_id integer NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);
COMMENT ON TABLE identity IS 'who a user is for a service that vouches for people; nobody is taken for a user by name alone';
COMMENT ON COLUMN identity.issuer IS 'who vouches, such as jupyterhub';
COMMENT ON COLUMN identity.subject IS 'what the user is called there';

CREATE TABLE identity_membership (
    issuer   text    NOT NULL,
    user_id  integer NOT NULL,
    group_id integer NOT NULL,
    PRIMARY KEY (issuer, user_id, group_id),
    FOREIGN KEY (user_id, issuer) REFERENCES identity (user_id, issuer) ON DELETE CASCADE,
    FOREIGN KEY (user_id, group_id) REFERENCES group_member (user_id, group_id) ON DELETE CASCADE
);
COMMENT ON TABLE identity_membership IS 'memberships that end when the issuer no longer tells of them; all others stay';
CREATE INDEX identity_membership_member ON identity_membership (user_id, group_id);
