/** What a person chooses before a split. */
import type { EditPreview } from "../data/kernel";
import type { SplitPlan } from "../edit/skeletons";
import type { EditDetails } from "./arbor-content";
import { AnnotationTable, oneOfThese } from "./controls";
import { called, splitNotes } from "./notes";

const BOTH_LACK = "One of the parts has to keep all annotations.";

/** The details of a split; what is chosen is written into `plan`. */
export function splitDetails(found: EditPreview, plan: SplitPlan): EditDetails {
  const [neuron] = found.neurons;
  const table = new AnnotationTable(neuron?.annotations ?? [], ["stays", "new part"]);
  table.node.addEventListener("change", () => {
    [plan.upstream, plan.downstream] = [table.of(0), table.of(1)];
  });
  const named = oneOfThese(
    `Which part keeps the name ${neuron ? called(neuron) : ""}?`,
    [
      { value: "stays", text: "the part with the root" },
      { value: "goes", text: "the new part" },
    ],
    "stays",
    (value) => {
      plan.nameGoes = value === "goes";
    },
  );
  return {
    titles: ["stays:", "becomes a new neuron:"],
    controls: [named, table.node],
    notes: splitNotes(found),
    problem: () => (plan.upstream && plan.downstream ? BOTH_LACK : ""),
  };
}
