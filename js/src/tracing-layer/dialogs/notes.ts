/** What is said before a split or a join of the neurons that it concerns. */
import type { ConcernedNeuron, EditPreview } from "../data/kernel";

/** Two arbors of so many nodes are rarely parts of one. */
export const LARGE = 500;

/** The name of a neuron that nobody has named. */
const OWN_NAME = /^neuron \d+$/i;

export interface Note {
  /** `refusal`: it cannot be done. */
  level: "warning" | "refusal";
  text: string;
}

export function splitNotes({ parts, neurons: [neuron] }: EditPreview): Note[] {
  if (!neuron) return [];
  const notes = notesOf(neuron);
  if (neuron.is_stable) notes.push(stable(neuron));
  if (parts.every(({ nodes }) => nodes >= LARGE))
    notes.push(warning(`Both parts are large: each has ${LARGE} nodes or more.`));
  if (neuron.samplers > 0) {
    const stay = neuron.samplers === 1 ? "which stays" : "which stay";
    const fate = "with the part that has the root; domains and intervals of the other part are deleted.";
    notes.push(warning(`${called(neuron)} has ${samplers(neuron)}, ${stay} ${fate}`));
  }
  return notes;
}

export function joinNotes({ parts, neurons }: EditPreview): Note[] {
  const notes = neurons.flatMap(notesOf);
  const [first, second] = neurons.filter(({ is_stable }) => is_stable);
  if (second)
    notes.push(
      refusal(
        "Both are annotated stable, and no two such neurons are joined: take it off one of them first.",
      ),
    );
  else if (first) notes.push(warning(`${called(first)} is annotated stable: it keeps its name.`));
  if (parts.every(({ nodes }) => nodes >= LARGE))
    notes.push(warning(`Both neurons are large: each has ${LARGE} nodes or more.`));
  for (const neuron of neurons)
    if (neuron.samplers > 0) notes.push(warning(`${called(neuron)} has ${samplers(neuron)}.`));
  return notes;
}

/** Everybody may choose another root, also of a neuron that is locked: reviews and annotations stay. */
export function rerootNotes({ neurons: [neuron] }: EditPreview): Note[] {
  if (!neuron) return [];
  const notes = notesOf({ ...neuron, may_edit: true, reviewed: 0 });
  if (neuron.is_stable) notes.push(stable(neuron));
  if (neuron.samplers > 0) {
    const refused = "a root that turns a part of its domains around is refused.";
    notes.push(warning(`${called(neuron)} has ${samplers(neuron)}: ${refused}`));
  }
  return notes;
}

/** Whether the second neuron of a join is no more than a node, such as a partner of a synapse, and nothing speaks against it. */
export function isPlaceholder(found: EditPreview): boolean {
  const { parts, neurons } = found;
  const other = neurons[1];
  if (!other || parts[1]?.nodes !== 1 || !OWN_NAME.test(other.name) || other.annotations.length > 0)
    return false;
  const isRefused = joinNotes(found).some(({ level }) => level === "refusal");
  return !isRefused && notesOf(other).length === 0 && other.samplers === 0;
}

export function called({ name, skeleton_id }: ConcernedNeuron): string {
  return name ? `“${name}”` : `Skeleton ${skeleton_id}`;
}

function notesOf(neuron: ConcernedNeuron): Note[] {
  const notes: Note[] = [];
  const lockers = neuron.locked_by.join(", ");
  if (!neuron.may_edit) {
    const why = lockers ? ` is locked by ${lockers}: you may not change it.` : " may not be changed by you.";
    notes.push(refusal(`${called(neuron)}${why}`));
  } else if (lockers) notes.push(warning(`${called(neuron)} is locked by ${lockers}.`));
  if (neuron.owner) notes.push(warning(`${called(neuron)} belongs to ${neuron.owner}.`));
  if (neuron.reviewed > 0)
    notes.push(warning(`${percent(neuron.reviewed)} of ${called(neuron)} is reviewed.`));
  return notes;
}

function percent(value: number): string {
  return value < 1 ? "Less than 1%" : `${Math.floor(value)}%`;
}

function samplers({ samplers: count }: ConcernedNeuron): string {
  return count === 1 ? "a sampler" : `${count} samplers`;
}

function stable(neuron: ConcernedNeuron): Note {
  return warning(`${called(neuron)} is annotated stable.`);
}

function warning(text: string): Note {
  return { level: "warning", text };
}

function refusal(text: string): Note {
  return { level: "refusal", text };
}
