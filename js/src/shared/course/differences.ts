/** Where a student's neuron and the gold neuron differ: a list of buttons, and which of them is shown. */
import { element, textButton } from "../dom";

/** A branch or a synapse that only one of both neurons has. */
export interface Difference {
  kind: "missed" | "extra";
  /** `branch`, or the relation of a synapse. */
  what: string;
  /** nm; 0 of synapses. */
  length: number;
  /** Where a branch leaves what both have; a synapse's connector. nm. */
  place: [number, number, number];
  /** The node there, or the nearest one, of the student's neuron and of the gold one. */
  treenode_id: number | null;
  gold_treenode_id: number | null;
}

export function differenceInWords({ kind, what, length }: Difference): string {
  if (what === "branch") return `${kind}: ${(length / 1000).toFixed(2)} µm`;
  return `${kind}: ${what.replace(/_(to|with)$/, "").replaceAll("_", " ")} synapse`;
}

/** How many there are of each kind. */
export function countInWords(told: Difference[]): string {
  if (told.length === 0) return "Both neurons have the same branches and synapses.";
  const count = (kind: Difference["kind"], isBranch: boolean): number =>
    told.filter((one) => one.kind === kind && (one.what === "branch") === isBranch).length;
  const parts = [true, false].map((isBranch) => {
    const [missed, extra] = [count("missed", isBranch), count("extra", isBranch)];
    return missed + extra ? `${isBranch ? "branches" : "synapses"}: ${missed} missed, ${extra} extra` : "";
  });
  const sentence = parts.filter(Boolean).join("; ");
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/** The place after or before one in a list that goes round; the first or last one if none was chosen; -1 if it is empty. */
export function aroundFrom(place: number, step: 1 | -1, length: number): number {
  if (length === 0) return -1;
  if (place < 0) return step > 0 ? 0 : length - 1;
  return (place + step + length) % length;
}

/** Where a difference is in a list that was made anew; -1 if it is there no more. */
export function placeAgain(one: Difference, list: Difference[]): number {
  return list.findIndex(
    (other) =>
      one.kind === other.kind &&
      one.what === other.what &&
      one.place.every((value, axis) => value === other.place[axis]),
  );
}

/** Whether a key leads to the next difference, or to the one before (-1); 0: to none. */
export function stepOfKey(event: KeyboardEvent): 1 | -1 | 0 {
  if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.metaKey || event.altKey) return 0;
  return event.shiftKey ? -1 : 1;
}

export class DifferenceList {
  readonly root = element("ul", { class: "cj-differences", "aria-label": "Differences" });
  private items: Array<{ told: Difference; button: HTMLButtonElement }> = [];
  private at = -1;

  /** `go` is told which one was chosen. */
  constructor(private readonly go: (told: Difference) => Promise<unknown>) {}

  /** Show differences; the one that was chosen stays so if it is still there. */
  show(differences: Difference[], mayGo: boolean): void {
    const before = this.items[this.at]?.told;
    this.items = differences.map((told, place) => {
      const button = textButton(differenceInWords(told), () => void this.choose(place));
      button.disabled = !mayGo;
      return { told, button };
    });
    this.root.replaceChildren(
      ...this.items.map(({ told, button }) => element("li", { class: `cj-${told.kind}` }, button)),
    );
    this.at = before ? placeAgain(before, differences) : -1;
    this.mark();
  }

  /** Go to the next one, or to the one before; whether there is any. */
  async step(step: 1 | -1): Promise<boolean> {
    const place = aroundFrom(this.at, step, this.items.length);
    if (place >= 0) await this.choose(place);
    return place >= 0;
  }

  private async choose(place: number): Promise<void> {
    this.at = place;
    this.mark();
    const chosen = this.items[place];
    if (!chosen) return;
    chosen.button.scrollIntoView?.({ block: "nearest" });
    await this.go(chosen.told);
  }

  private mark(): void {
    this.items.forEach(({ button }, one) => {
      button.setAttribute("aria-pressed", one === this.at ? "true" : "false");
    });
  }
}
