-- How long members of groups may do nothing, and what came of it. Settings and bookkeeping, not versioned: that an account
-- was closed is a version of app_user.

CREATE TABLE group_inactivity_period (
    group_id integer PRIMARY KEY REFERENCES user_group (id) ON DELETE CASCADE,
    days     integer NOT NULL CHECK (days > 0),
    closes   boolean NOT NULL,
    message  text    NOT NULL DEFAULT ''
);
COMMENT ON COLUMN group_inactivity_period.closes IS 'whether accounts are closed; else the contacts are told, and no more';
COMMENT ON COLUMN group_inactivity_period.message IS 'what those are told whose accounts were closed';

CREATE TABLE group_inactivity_contact (
    group_id integer NOT NULL REFERENCES group_inactivity_period (group_id) ON DELETE CASCADE,
    user_id  integer NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
COMMENT ON TABLE group_inactivity_contact IS 'who is told of inactive members, and whom these may ask';
CREATE INDEX group_inactivity_contact_user_id ON group_inactivity_contact (user_id);

CREATE TABLE inactivity_notice (
    group_id integer     NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    user_id  integer     NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    time     timestamptz NOT NULL DEFAULT now(),
    days     integer     NOT NULL,
    closed   boolean     NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
COMMENT ON TABLE inactivity_notice IS 'of whom contacts were told, and who was closed for it, last';
CREATE INDEX inactivity_notice_user_id ON inactivity_notice (user_id);
