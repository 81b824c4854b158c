-- Neurons, skeletons, treenodes, connectors, and what hangs on them. Coordinates and radii are nm in project space.
-- Ids: treenodes and connectors count with location_id_seq, all else here with concept_id_seq.

-- Viewers ask for slabs that are thin in z, so edges are indexed by their extent in x and z. On such slabs this takes
-- a tenth of the time of an N-D index over all three axes, whose pages overlap; y is checked on the row.
CREATE FUNCTION xz_box(edge geometry) RETURNS box
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN box(point(ST_XMin(edge), ST_ZMin(edge)), point(ST_XMax(edge), ST_ZMax(edge)));

CREATE TABLE relation (
    id         integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id integer NOT NULL REFERENCES project (id),
    name       text    NOT NULL,
    user_id    integer NOT NULL REFERENCES app_user (id),
    UNIQUE (project_id, name)
);
CREATE INDEX relation_user_id ON relation (user_id);
COMMENT ON TABLE relation IS 'How a treenode is linked to a connector: presynaptic_to, postsynaptic_to, gapjunction_with, ...';

CREATE TABLE neuron (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX neuron_project_id ON neuron (project_id);
CREATE INDEX neuron_user_id ON neuron (user_id);
CREATE INDEX neuron_name ON neuron USING gin (name gin_trgm_ops);

CREATE TABLE skeleton (
    id               integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id       integer     NOT NULL REFERENCES project (id),
    neuron_id        integer     NOT NULL REFERENCES neuron (id),
    model_of_link_id integer     NOT NULL DEFAULT nextval('concept_id_seq'),
    name             text        NOT NULL,
    user_id          integer     NOT NULL REFERENCES app_user (id),
    creation_time    timestamptz NOT NULL DEFAULT now(),
    edition_time     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX skeleton_project_id ON skeleton (project_id);
CREATE INDEX skeleton_neuron_id ON skeleton (neuron_id);
CREATE INDEX skeleton_user_id ON skeleton (user_id);

CREATE TABLE treenode (
    id            integer PRIMARY KEY DEFAULT nextval('location_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    skeleton_id   integer     NOT NULL REFERENCES skeleton (id),
    parent_id     integer     REFERENCES treenode (id),
    x             float8      NOT NULL,
    y             float8      NOT NULL,
    z             float8      NOT NULL,
    radius        float8      NOT NULL DEFAULT -1,
    confidence    smallint    NOT NULL DEFAULT 5,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    editor_id     integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    edge          geometry (LineStringZ) NOT NULL,
    CHECK (parent_id <> id)
);
COMMENT ON COLUMN treenode.radius IS 'nm; below 0 if unset';
COMMENT ON COLUMN treenode.edge IS 'derived: from the parent to here; both ends here at a root';
CREATE INDEX treenode_skeleton_id ON treenode (skeleton_id);
CREATE INDEX treenode_parent_id ON treenode (parent_id);
CREATE INDEX treenode_user_id ON treenode (user_id);
CREATE INDEX treenode_editor_id ON treenode (editor_id);
CREATE INDEX treenode_edge ON treenode USING gist (xz_box(edge));

CREATE TABLE connector (
    id            integer PRIMARY KEY DEFAULT nextval('location_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    x             float8      NOT NULL,
    y             float8      NOT NULL,
    z             float8      NOT NULL,
    confidence    smallint    NOT NULL DEFAULT 5,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    editor_id     integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX connector_project_id ON connector (project_id);
CREATE INDEX connector_user_id ON connector (user_id);
CREATE INDEX connector_editor_id ON connector (editor_id);
CREATE INDEX connector_place ON connector USING gist (point(x, z));

CREATE TABLE connector_link (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    relation_id   integer     NOT NULL REFERENCES relation (id),
    connector_id  integer     NOT NULL REFERENCES connector (id),
    treenode_id   integer     NOT NULL REFERENCES treenode (id),
    skeleton_id   integer     NOT NULL REFERENCES skeleton (id),
    confidence    smallint    NOT NULL DEFAULT 5,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    edge          geometry (LineStringZ) NOT NULL
);
COMMENT ON COLUMN connector_link.edge IS 'derived: from the treenode to the connector';
CREATE INDEX connector_link_edge ON connector_link USING gist (xz_box(edge));
COMMENT ON COLUMN connector_link.skeleton_id IS 'the skeleton of treenode_id, kept here because partners are looked up by it';
CREATE INDEX connector_link_relation_id ON connector_link (relation_id);
CREATE INDEX connector_link_connector_id ON connector_link (connector_id);
CREATE INDEX connector_link_treenode_id ON connector_link (treenode_id);
CREATE INDEX connector_link_skeleton_id ON connector_link (skeleton_id, relation_id);
CREATE INDEX connector_link_user_id ON connector_link (user_id);
CREATE INDEX connector_link_project_id ON connector_link (project_id);

CREATE TABLE label (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX label_project_id ON label (project_id, name);
CREATE INDEX label_user_id ON label (user_id);

CREATE TABLE node_label (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    label_id      integer     NOT NULL REFERENCES label (id),
    treenode_id   integer     REFERENCES treenode (id),
    connector_id  integer     REFERENCES connector (id),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(treenode_id, connector_id) = 1)
);
CREATE INDEX node_label_label_id ON node_label (label_id);
CREATE INDEX node_label_treenode_id ON node_label (treenode_id);
CREATE INDEX node_label_connector_id ON node_label (connector_id);
CREATE INDEX node_label_user_id ON node_label (user_id);
CREATE INDEX node_label_project_id ON node_label (project_id);

CREATE TABLE annotation (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX annotation_project_id ON annotation (project_id, name);
CREATE INDEX annotation_user_id ON annotation (user_id);

CREATE TABLE annotation_link (
    id                   integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id           integer     NOT NULL REFERENCES project (id),
    annotation_id        integer     NOT NULL REFERENCES annotation (id),
    neuron_id            integer     REFERENCES neuron (id),
    target_annotation_id integer     REFERENCES annotation (id),
    user_id              integer     NOT NULL REFERENCES app_user (id),
    creation_time        timestamptz NOT NULL DEFAULT now(),
    edition_time         timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(neuron_id, target_annotation_id) = 1)
);
COMMENT ON TABLE annotation_link IS 'An annotation on a neuron or, as a meta-annotation, on another annotation.';
CREATE INDEX annotation_link_annotation_id ON annotation_link (annotation_id);
CREATE INDEX annotation_link_neuron_id ON annotation_link (neuron_id);
CREATE INDEX annotation_link_target ON annotation_link (target_annotation_id);
CREATE INDEX annotation_link_user_id ON annotation_link (user_id);
CREATE INDEX annotation_link_project_id ON annotation_link (project_id);

CREATE TABLE review (
    id          integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id  integer     NOT NULL REFERENCES project (id),
    reviewer_id integer     NOT NULL REFERENCES app_user (id),
    treenode_id integer     NOT NULL REFERENCES treenode (id),
    skeleton_id integer     NOT NULL REFERENCES skeleton (id),
    review_time timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX review_treenode_id ON review (treenode_id);
CREATE INDEX review_skeleton_id ON review (skeleton_id);
CREATE INDEX review_reviewer_id ON review (reviewer_id);
CREATE INDEX review_project_id ON review (project_id);

CREATE TABLE log_entry (
    id             integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id     integer     NOT NULL REFERENCES project (id),
    user_id        integer     NOT NULL REFERENCES app_user (id),
    creation_time  timestamptz NOT NULL DEFAULT now(),
    edition_time   timestamptz NOT NULL DEFAULT now(),
    operation_type text        NOT NULL,
    x              float8      NOT NULL,
    y              float8      NOT NULL,
    z              float8      NOT NULL,
    freetext       text        NOT NULL DEFAULT ''
);
CREATE INDEX log_entry_project_id ON log_entry (project_id, creation_time);
CREATE INDEX log_entry_user_id ON log_entry (user_id);

SELECT create_history_table('relation');
SELECT create_history_table('neuron');
SELECT create_history_table('skeleton');
SELECT create_history_table('treenode', '{edge}');
SELECT create_history_table('connector');
SELECT create_history_table('connector_link', '{edge}');
SELECT create_history_table('label');
SELECT create_history_table('node_label');
SELECT create_history_table('annotation');
SELECT create_history_table('annotation_link');
SELECT create_history_table('review');
SELECT create_history_table('log_entry');
