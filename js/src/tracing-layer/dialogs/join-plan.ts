/** What a person chooses before a join. */
import type { ConcernedNeuron, EditPreview, GivenAnnotation } from "../data/kernel";
import type { JoinPlan } from "../edit/skeletons";
import type { EditDetails } from "./arbor-content";
import { AnnotationTable, oneOfThese, tickBox } from "./controls";
import { called, joinNotes } from "./notes";

/** The details of a join, of which the active neuron comes first; what is chosen is written into `plan`. */
export function joinDetails(found: EditPreview, plan: JoinPlan): EditDetails {
  const { neurons } = found;
  const [own, other] = neurons;
  if (!own || !other) throw new Error("A join has two neurons.");
  plan.isReversed = other.is_stable && !own.is_stable;
  const table = new AnnotationTable(united(neurons), ["stays"]);
  table.node.addEventListener("change", () => {
    plan.annotations = table.of(0);
  });
  return {
    titles: [`${called(own)}, the active one:`, `${called(other)}:`],
    controls: [nameChoice(own, other, plan), table.node, ...samplerChoice(neurons, plan)],
    notes: joinNotes(found),
    problem: () => "",
  };
}

function nameChoice(own: ConcernedNeuron, other: ConcernedNeuron, plan: JoinPlan): HTMLElement {
  return oneOfThese(
    "Which keeps name, ids and root?",
    [
      { value: "own", text: `${called(own)}, the active one`, isOff: other.is_stable && !own.is_stable },
      { value: "other", text: called(other), isOff: own.is_stable && !other.is_stable },
    ],
    plan.isReversed ? "other" : "own",
    (value) => {
      plan.isReversed = value === "other";
    },
  );
}

function samplerChoice(neurons: readonly ConcernedNeuron[], plan: JoinPlan): HTMLElement[] {
  if (neurons.every(({ samplers }) => samplers === 0)) return [];
  plan.samplers = "branch";
  const fate = oneOfThese(
    "A sampler's domain that reaches the place of the join",
    [
      { value: "branch", text: "takes the other arbor in, as a branch" },
      { value: "domain-end", text: "ends there" },
      { value: "new-domain", text: "ends there, and a new one begins" },
    ],
    "branch",
    (value) => {
      plan.samplers = value;
    },
  );
  const losing = tickBox("Delete the samplers of the neuron that loses its name", {}, (isOn) => {
    plan.lostSamplers = isOn ? "delete-samplers" : null;
  });
  return [fate, losing];
}

/** The annotations of both, one of each name, sorted. */
function united(neurons: readonly ConcernedNeuron[]): GivenAnnotation[] {
  const byName = new Map<string, GivenAnnotation>();
  for (const { annotations } of neurons)
    for (const one of annotations) if (!byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
