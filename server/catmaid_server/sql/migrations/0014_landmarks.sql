-- Landmarks: named places that mean the same in different arbors or specimens. A landmark has one location in each group
-- of landmarks that shows it, such as the left and the right side.

CREATE TABLE landmark (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL CHECK (name <> ''),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX landmark_project_id ON landmark (project_id, name);
CREATE INDEX landmark_user_id ON landmark (user_id);

CREATE TABLE landmark_group (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL CHECK (name <> ''),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX landmark_group_project_id ON landmark_group (project_id, name);
CREATE INDEX landmark_group_user_id ON landmark_group (user_id);

CREATE TABLE landmark_member (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    landmark_id   integer     NOT NULL REFERENCES landmark (id) ON DELETE CASCADE,
    group_id      integer     NOT NULL REFERENCES landmark_group (id) ON DELETE CASCADE,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (landmark_id, group_id)
);
COMMENT ON TABLE landmark_member IS 'That a landmark belongs to a group.';
CREATE INDEX landmark_member_project_id ON landmark_member (project_id);
CREATE INDEX landmark_member_group_id ON landmark_member (group_id);
CREATE INDEX landmark_member_user_id ON landmark_member (user_id);

CREATE TABLE landmark_group_link (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    relation_id   integer     NOT NULL REFERENCES relation (id),
    group_1_id    integer     NOT NULL REFERENCES landmark_group (id) ON DELETE CASCADE,
    group_2_id    integer     NOT NULL REFERENCES landmark_group (id) ON DELETE CASCADE,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (group_1_id, group_2_id, relation_id)
);
COMMENT ON TABLE landmark_group_link IS 'Group 1 has the relation to group 2.';
CREATE INDEX landmark_group_link_project_id ON landmark_group_link (project_id);
CREATE INDEX landmark_group_link_relation_id ON landmark_group_link (relation_id);
CREATE INDEX landmark_group_link_group_2_id ON landmark_group_link (group_2_id);
CREATE INDEX landmark_group_link_user_id ON landmark_group_link (user_id);

CREATE TABLE landmark_point (
    id            integer PRIMARY KEY DEFAULT nextval('location_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    x             float8      NOT NULL,
    y             float8      NOT NULL,
    z             float8      NOT NULL,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    editor_id     integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE landmark_point IS 'A place, nm, where landmarks are, and which groups show.';
CREATE INDEX landmark_point_project_id ON landmark_point (project_id);
CREATE INDEX landmark_point_user_id ON landmark_point (user_id);
CREATE INDEX landmark_point_editor_id ON landmark_point (editor_id);

CREATE TABLE landmark_location (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    landmark_id   integer     NOT NULL REFERENCES landmark (id) ON DELETE CASCADE,
    point_id      integer     NOT NULL REFERENCES landmark_point (id),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (landmark_id, point_id)
);
COMMENT ON TABLE landmark_location IS 'That a landmark is at a point.';
CREATE INDEX landmark_location_project_id ON landmark_location (project_id);
CREATE INDEX landmark_location_point_id ON landmark_location (point_id);
CREATE INDEX landmark_location_user_id ON landmark_location (user_id);

CREATE TABLE landmark_group_location (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    group_id      integer     NOT NULL REFERENCES landmark_group (id) ON DELETE CASCADE,
    point_id      integer     NOT NULL REFERENCES landmark_point (id),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (group_id, point_id)
);
COMMENT ON TABLE landmark_group_location IS 'That a group shows the landmarks at a point.';
CREATE INDEX landmark_group_location_project_id ON landmark_group_location (project_id);
CREATE INDEX landmark_group_location_point_id ON landmark_group_location (point_id);
CREATE INDEX landmark_group_location_user_id ON landmark_group_location (user_id);

SELECT create_history_table('landmark');
SELECT create_history_table('landmark_group');
SELECT create_history_table('landmark_member');
SELECT create_history_table('landmark_group_link');
SELECT create_history_table('landmark_point');
SELECT create_history_table('landmark_location');
SELECT create_history_table('landmark_group_location');
