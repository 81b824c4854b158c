/** Pictures of arbors for the questions before they are split or joined. */
import { ArborPreview, type PreviewedArbor } from "../../shared/arbor-preview";
import type { EditPreview, PreviewedPart } from "../data/kernel";

/** Annotations that are named; there may be more. */
const MOST_NAMED = 4;

export type PartTitle = (part: PreviewedPart) => string;

/** A preview that is drawn when what it shows has come. */
export function previewOf(asked: Promise<EditPreview>, title: PartTitle): ArborPreview {
  const preview = new ArborPreview();
  asked.then(
    ({ parts, marks }) =>
      preview.show(
        parts.map((part) => arborOf(part, title)),
        marks,
      ),
    (error) =>
      preview.fail(`The arbors cannot be shown: ${error instanceof Error ? error.message : String(error)}`),
  );
  return preview;
}

/** Of a split: the part with the root stays the neuron that it was. */
export function splitTitle({ name, keeps }: PreviewedPart): string {
  return keeps ? `stays “${name}”:` : "becomes a new neuron:";
}

/** Of a join. */
export function joinTitle({ name, keeps }: PreviewedPart): string {
  return keeps ? `keeps its name “${name}”:` : `“${name}”, which is no neuron of its own any more:`;
}

function arborOf(part: PreviewedPart, title: PartTitle): PreviewedArbor {
  const { nodes, annotations, positions, parents } = part;
  const size = `${nodes.toLocaleString("en")} ${nodes === 1 ? "node" : "nodes"}`;
  return { title: title(part), details: `${size}, ${annotated(annotations)}`, positions, parents };
}

/** Both parts of a split, and the result of a join, have all of them. */
function annotated(annotations: readonly string[]): string {
  if (annotations.length === 0) return "no annotations";
  const more = annotations.length - MOST_NAMED;
  const named = annotations.slice(0, MOST_NAMED).join(", ");
  return more > 0 ? `annotated ${named} and ${more} more` : `annotated ${named}`;
}
