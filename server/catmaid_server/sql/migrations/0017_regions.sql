-- Regions of interest: rectangles of an image stack, linked to things of an ontology or to neurons. nm, project space.

CREATE TABLE region (
    id            integer PRIMARY KEY DEFAULT nextval('location_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    stack_id      integer     NOT NULL REFERENCES stack (id),
    x             float8      NOT NULL,
    y             float8      NOT NULL,
    z             float8      NOT NULL,
    width         float8      NOT NULL CHECK (width >= 0),
    height        float8      NOT NULL CHECK (height >= 0),
    rotation_cw   float8      NOT NULL DEFAULT 0,
    zoom_level    integer     NOT NULL DEFAULT 0,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN region.x IS 'centre';
COMMENT ON COLUMN region.rotation_cw IS 'degrees, clockwise about the centre';
COMMENT ON COLUMN region.zoom_level IS 'halvings of the full resolution at which it was drawn';
CREATE INDEX region_project_id ON region (project_id);
CREATE INDEX region_stack_id ON region (stack_id);
CREATE INDEX region_user_id ON region (user_id);

CREATE TABLE region_link (
    id            integer PRIMARY KEY DEFAULT nextval('concept_id_seq'),
    project_id    integer     NOT NULL REFERENCES project (id),
    relation_id   integer     NOT NULL REFERENCES relation (id),
    region_id     integer     NOT NULL REFERENCES region (id),
    instance_id   integer     REFERENCES class_instance (id) ON DELETE CASCADE,
    neuron_id     integer     REFERENCES neuron (id) ON DELETE CASCADE,
    user_id       integer     NOT NULL REFERENCES app_user (id),
    creation_time timestamptz NOT NULL DEFAULT now(),
    edition_time  timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(instance_id, neuron_id) = 1)
);
CREATE INDEX region_link_project_id ON region_link (project_id);
CREATE INDEX region_link_relation_id ON region_link (relation_id);
CREATE INDEX region_link_region_id ON region_link (region_id);
CREATE INDEX region_link_instance_id ON region_link (instance_id);
CREATE INDEX region_link_neuron_id ON region_link (neuron_id);
CREATE INDEX region_link_user_id ON region_link (user_id);

SELECT create_history_table('region');
SELECT create_history_table('region_link');
