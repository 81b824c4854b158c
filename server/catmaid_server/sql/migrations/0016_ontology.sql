-- Ontologies: classes, how they are linked, and how many things of a class may hang on another; and such things, linked
-- as their classes are. Neurons, skeletons, labels, annotations and volumes have tables of their own: for them a class
-- here is but a name that clients look up.

CREATE TABLE class (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    name          text        NOT NULL CHECK (name <> ''),
    description   text,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (project_id, name)
);
CREATE INDEX class_user_id ON class (user_id);

CREATE TABLE relation_detail (
    relation_id   integer PRIMARY KEY REFERENCES relation (id) ON DELETE CASCADE,
    uri           text    NOT NULL DEFAULT '',
    description   text,
    isreciprocal  boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE relation_detail IS 'What an ontology tells of a relation beside its name.';
COMMENT ON COLUMN relation_detail.isreciprocal IS 'whether A has it to B whenever B has it to A';

CREATE TABLE class_link (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    relation_id   integer     NOT NULL REFERENCES relation (id),
    class_a_id    integer     NOT NULL REFERENCES class (id),
    class_b_id    integer     NOT NULL REFERENCES class (id),
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE class_link IS 'Class a has the relation to class b: in a tree of classes, b is the parent.';
CREATE INDEX class_link_project_id ON class_link (project_id);
CREATE INDEX class_link_relation_id ON class_link (relation_id);
CREATE INDEX class_link_class_a_id ON class_link (class_a_id);
CREATE INDEX class_link_class_b_id ON class_link (class_b_id);
CREATE INDEX class_link_user_id ON class_link (user_id);

CREATE TABLE cardinality_restriction (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    class_link_id integer     NOT NULL REFERENCES class_link (id) ON DELETE CASCADE,
    type          smallint    NOT NULL CHECK (type BETWEEN 0 AND 5),
    value         integer     NOT NULL CHECK (value >= 0),
    enabled       boolean     NOT NULL DEFAULT true,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE cardinality_restriction IS 'How many things may hang on one thing by this link of their classes.';
COMMENT ON COLUMN cardinality_restriction.type IS
    'exactly, at most, at least `value` of all sub-classes together: 0, 1, 2; of each sub-class: 3, 4, 5';
CREATE INDEX cardinality_restriction_project_id ON cardinality_restriction (project_id);
CREATE INDEX cardinality_restriction_class_link_id ON cardinality_restriction (class_link_id);
CREATE INDEX cardinality_restriction_user_id ON cardinality_restriction (user_id);

CREATE TABLE class_instance (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    class_id      integer     NOT NULL REFERENCES class (id),
    name          text        NOT NULL DEFAULT '',
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE class_instance IS 'A thing of a class, such as a group of neurons or a part of a classification.';
CREATE INDEX class_instance_project_id ON class_instance (project_id);
CREATE INDEX class_instance_class_id ON class_instance (class_id);
CREATE INDEX class_instance_user_id ON class_instance (user_id);

CREATE TABLE class_instance_link (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    relation_id   integer     NOT NULL REFERENCES relation (id),
    instance_a_id integer     REFERENCES class_instance (id) ON DELETE CASCADE,
    neuron_a_id   integer     REFERENCES neuron (id) ON DELETE CASCADE,
    instance_b_id integer     REFERENCES class_instance (id) ON DELETE CASCADE,
    neuron_b_id   integer     REFERENCES neuron (id) ON DELETE CASCADE,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(instance_a_id, neuron_a_id) = 1),
    CHECK (num_nonnulls(instance_b_id, neuron_b_id) = 1)
);
COMMENT ON TABLE class_instance_link IS 'Thing or neuron a has the relation to b: in a tree of things, b is the parent.';
CREATE INDEX class_instance_link_project_id ON class_instance_link (project_id);
CREATE INDEX class_instance_link_relation_id ON class_instance_link (relation_id);
CREATE INDEX class_instance_link_instance_a_id ON class_instance_link (instance_a_id);
CREATE INDEX class_instance_link_neuron_a_id ON class_instance_link (neuron_a_id);
CREATE INDEX class_instance_link_instance_b_id ON class_instance_link (instance_b_id);
CREATE INDEX class_instance_link_neuron_b_id ON class_instance_link (neuron_b_id);
CREATE INDEX class_instance_link_user_id ON class_instance_link (user_id);

SELECT create_history_table('class');
SELECT create_history_table('relation_detail');
SELECT create_history_table('class_link');
SELECT create_history_table('cardinality_restriction');
SELECT create_history_table('class_instance');
SELECT create_history_table('class_instance_link');
