/** Parts of the questions before edits: one of some choices, boxes to tick, and annotations. */
import { element } from "../../shared/dom";
import type { GivenAnnotation } from "../data/kernel";
import type { AnnotationMap } from "../edit/fields";

let groups = 0;

/** One of some choices; `chosen` is told which whenever that changes. */
export function oneOfThese<T extends string>(
  legend: string,
  choices: ReadonlyArray<{ value: T; text: string; isOff?: boolean }>,
  first: T,
  chosen: (value: T) => void,
): HTMLElement {
  const name = `cj-choice-${groups++}`;
  const rows = choices.map(({ value, text, isOff = false }) => {
    const attributes = { type: "radio", name, value, checked: value === first, disabled: isOff };
    const input = element("input", attributes);
    input.addEventListener("change", () => chosen(value));
    return element("label", { class: "cj-ask-choice" }, input, text);
  });
  return element("fieldset", {}, element("legend", {}, legend), ...rows);
}

/** A box to tick; `ticked` is told whether it is. */
export function tickBox(
  text: string,
  attributes: Record<string, string>,
  ticked: (isOn: boolean) => void,
): HTMLElement {
  const input = element("input", { type: "checkbox", ...attributes });
  input.addEventListener("change", () => ticked(input.checked));
  return element("label", { class: "cj-ask-choice" }, input, text);
}

/** Annotations in rows, with a box for each that may have them: all are ticked at first. */
export class AnnotationTable {
  readonly node: HTMLElement;
  /** By place: names that are not ticked. */
  private readonly left: Array<Set<string>>;

  constructor(
    private readonly annotations: readonly GivenAnnotation[],
    private readonly places: readonly string[],
  ) {
    this.left = places.map(() => new Set());
    const head = element(
      "tr",
      {},
      element("td"),
      ...places.map((place) => element("th", { scope: "col" }, place)),
    );
    this.node = element(
      "fieldset",
      { "data-testid": "annotations" },
      element("legend", {}, "Annotations"),
      element(
        "table",
        {},
        element("thead", {}, head),
        element("tbody", {}, ...annotations.map((one) => this.row(one))),
      ),
    );
    this.node.hidden = annotations.length === 0;
  }

  /** The annotations of a place with their users; null for all. */
  of(at: number): AnnotationMap | null {
    const left = this.left[at];
    if (!left || left.size === 0) return null;
    const kept = this.annotations.filter(({ name }) => !left.has(name));
    return Object.fromEntries(kept.map(({ name, user_id }) => [name, user_id]));
  }

  private row({ name, user }: GivenAnnotation): HTMLElement {
    const cells = this.places.map((place, at) => {
      const box = element("input", { type: "checkbox", checked: true, "aria-label": `${name}: ${place}` });
      box.addEventListener("change", () => {
        if (box.checked) this.left[at]?.delete(name);
        else this.left[at]?.add(name);
      });
      return element("td", {}, box);
    });
    const by = user ? ` (${user})` : "";
    return element("tr", {}, element("th", { scope: "row" }, `${name}${by}`), ...cells);
  }
}
