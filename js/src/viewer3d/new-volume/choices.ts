/** What a new volume is made around, and how: the choices of a form, and what the kernel is asked for. */

export type Whose = "selected" | "visible";

export const POINT_KINDS: ReadonlyArray<[of: string, title: string]> = [
  ["nodes", "nodes"],
  ["branch_nodes", "branch nodes"],
  ["ends", "ends"],
  ["synapses", "synapses"],
  ["pre", "presynapses"],
  ["post", "postsynapses"],
];

export const SHAPES: ReadonlyArray<[shape: string, title: string]> = [
  ["convex_hull", "convex hull"],
  ["alpha_shape", "alpha shape"],
  ["box", "box"],
];

export const COMBINATIONS: ReadonlyArray<[combination: string, title: string]> = [
  ["", "no other volume"],
  ["union", "joined with"],
  ["intersection", "only what is also in"],
];

/** The fields of the form as they are filled in. */
export interface VolumeChoices {
  whose: Whose;
  of: string;
  shape: string;
  /** nm; of a box. */
  margin: string;
  /** Radius in nm; of an alpha shape. */
  alpha: string;
  /** Empty: all parts. */
  compartment: string;
  /** Strahler numbers. */
  low: string;
  high: string;
  /** A tag. */
  distal: string;
  /** Name or id of a volume. */
  inside: string;
  /** What is done with another volume; empty: nothing. */
  combination: string;
  /** Name or id of that volume. */
  other: string;
  /** Whose synapses with whom; empty: with anybody. */
  partners: Whose | "";
}

/** What the kernel's `preview_volume` takes. */
export interface VolumeOrder {
  skeleton_ids: number[];
  of: string;
  shape: string;
  margin: number | null;
  alpha: number | null;
  compartment: string | null;
  strahler: [low: number | null, high: number | null] | null;
  distal_to: string | null;
  inside: string | null;
  partner_ids: number[] | null;
  combination: string | null;
  other: string | null;
}

/** nm³. Smaller volumes would have too many zeros. */
const LEAST_IN_µM = 1e5;

export type NeuronsOf = Record<Whose, readonly number[]>;

export function isOfSynapses(of: string): boolean {
  return of === "synapses" || of === "pre" || of === "post";
}

/** @throws Error with a sentence for choices of which no volume can be made. */
export function orderOf(choices: VolumeChoices, neurons: NeuronsOf): VolumeOrder {
  const { of, shape, compartment } = choices;
  const low = wholeNumber(choices.low, "Strahler numbers");
  const high = wholeNumber(choices.high, "Strahler numbers");
  const other = choices.combination ? volumeOf(choices.other) : null;
  if (choices.combination && other === null) throw new Error("Write the name or the id of the other volume.");
  const partners = isOfSynapses(of) ? choices.partners : "";
  return {
    skeleton_ids: someOf(choices.whose, neurons),
    of,
    shape,
    margin: shape === "box" ? length(choices.margin, "The margin", true) : null,
    alpha: shape === "alpha_shape" ? length(choices.alpha, "The radius") : null,
    compartment: compartment || null,
    strahler: low === null && high === null ? null : [low, high],
    distal_to: choices.distal.trim() || null,
    inside: volumeOf(choices.inside),
    partner_ids: partners ? someOf(partners, neurons) : null,
    combination: choices.combination || null,
    other,
  };
}

/** How much a volume is, in words. */
export function contentText(points: number, content: number): string {
  const [amount, unit] = content < LEAST_IN_µM ? [content, "nm³"] : [content / 1e9, "µm³"];
  const digits = amount >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  const count = points === 1 ? "1 point" : `${points.toLocaleString("en")} points`;
  return `Around ${count}: ${amount.toLocaleString("en", digits)} ${unit}.`;
}

function someOf(whose: Whose, neurons: NeuronsOf): number[] {
  if (neurons[whose].length > 0) return [...neurons[whose]];
  throw new Error(
    whose === "selected"
      ? "No neurons are selected: click some, or take the visible ones."
      : "No neurons are visible.",
  );
}

/** Its name, or its id: the kernel knows which volumes have digits for names. Empty is none. */
function volumeOf(text: string): string | null {
  return text.trim() || null;
}

/** Empty is none. */
function length(text: string, what: string, hasZero = false): number | null {
  if (text.trim() === "") return null;
  const nm = Number(text);
  if (Number.isFinite(nm) && (nm > 0 || (hasZero && nm === 0))) return nm;
  throw new Error(`${what} is a length ${hasZero ? "of 0 or more" : "above 0"}, in nm.`);
}

function wholeNumber(text: string, what: string): number | null {
  if (text.trim() === "") return null;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${what} are whole numbers above 0.`);
}
