-- Partners are found from the indexes alone: from a skeleton to its connectors, and from a connector to the others on it.

DROP INDEX connector_link_connector_id;
DROP INDEX connector_link_skeleton_id;
CREATE INDEX connector_link_connector_id ON connector_link (connector_id, relation_id)
    INCLUDE (skeleton_id, confidence);
CREATE INDEX connector_link_skeleton_id ON connector_link (skeleton_id, relation_id)
    INCLUDE (connector_id, confidence);
