-- The past of one skeleton is asked for as a whole.

CREATE INDEX treenode__history_skeleton_id ON treenode__history (skeleton_id);
CREATE INDEX connector_link__history_skeleton_id ON connector_link__history (skeleton_id);
CREATE INDEX node_label__history_treenode_id ON node_label__history (treenode_id);
CREATE INDEX review__history_skeleton_id ON review__history (skeleton_id);
CREATE INDEX annotation_link__history_neuron_id ON annotation_link__history (neuron_id);
