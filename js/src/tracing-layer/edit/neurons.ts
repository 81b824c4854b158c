/** Edits of neurons: what is not drawn, but is said of the active one. */
import { editKind } from "./edit";
import { id as idField, listOf, text } from "./fields";

/** Put annotations on the neuron of a skeleton; those that it has stay. */
export const annotateNeuron = editKind(
  {
    op: "add_annotations",
    purpose: "annotate the neuron",
    fields: { skeleton: idField, annotations: listOf(text) },
    hint: "Select a neuron first, to annotate it.",
  },
  (skeleton: number, annotations: string[]) => ({ skeleton, annotations }),
  ({ skeleton, annotations }) => ({
    apply: () => {},
    request: ({ id }) => ({ args: { annotations, skeleton_ids: [id(skeleton)] }, state: null }),
  }),
);

export const renameNeuron = editKind(
  {
    op: "rename_neuron",
    purpose: "rename the neuron",
    fields: { neuron: idField, name: text },
    hint: "Select a neuron first, to rename it.",
  },
  (neuron: number, name: string) => ({ neuron, name }),
  ({ neuron, name }) => ({
    apply: () => {},
    request: () => ({ args: { neuron_id: neuron, name }, state: null }),
  }),
);
