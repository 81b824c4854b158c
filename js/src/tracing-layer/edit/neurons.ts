/** Edits of neurons: what is not drawn, but is said of the active one. */
import { isFunctionKey } from "../../shared/keyboard";
import { editKind } from "./edit";
import { id as idField, listOf, text } from "./fields";

/** Put annotations on the neuron of a skeleton; those that it has stay. */
export const annotateNeuron = editKind(
  {
    op: "add_annotations",
    purpose: "annotate the neuron",
    fields: { skeleton: idField, annotations: listOf(text) },
    key: {
      keys: "F3",
      what: "annotate the active neuron",
      matches: isFunctionKey("F3"),
      command: (commands) => commands.annotate(),
    },
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
    key: {
      keys: "F2",
      what: "rename the active neuron",
      matches: isFunctionKey("F2"),
      command: (commands) => commands.rename(),
    },
    hint: "Select a neuron first, to rename it.",
  },
  (neuron: number, name: string) => ({ neuron, name }),
  ({ neuron, name }) => ({
    apply: () => {},
    request: () => ({ args: { neuron_id: neuron, name }, state: null }),
  }),
);
