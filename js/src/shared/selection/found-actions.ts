/** What is done with found neurons: into a selection, or annotate them. */
import { element } from "../dom";
import { WAYS, type Way } from "./ways";

export interface FoundActionHost {
  select(way: Way): void;
  annotate(annotation: string): void;
  chosen(target: string): void;
}

export class FoundActions {
  readonly node: HTMLElement;
  private readonly target = element("select", { "aria-label": "Selection", name: "target" });
  private readonly buttons = new Map<Way, HTMLButtonElement>();
  private readonly annotation = element("input", {
    type: "text",
    "aria-label": "Annotation for these neurons",
    placeholder: "annotation",
    dir: "auto",
    name: "annotation",
  });
  private readonly annotate = element("button", { type: "submit", name: "annotate" }, "Annotate");
  private readonly whom = element("span", { class: "cj-whom", "data-testid": "whom" });

  constructor(host: FoundActionHost) {
    const ways = WAYS.map(([way, title, hint]) => {
      const made = element("button", { type: "button", name: way, title: hint }, title);
      made.addEventListener("click", () => host.select(way));
      this.buttons.set(way, made);
      return made;
    });
    const [first, ...others] = ways as [HTMLButtonElement, ...HTMLButtonElement[]];
    this.node = element(
      "form",
      { class: "cj-bar", "aria-label": "What is done with these neurons" },
      this.whom,
      first,
      this.target,
      ...others,
      this.annotation,
      this.annotate,
    );
    this.node.addEventListener("keydown", (event) => event.stopPropagation());
    this.target.addEventListener("change", () => host.chosen(this.target.value));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.annotation.value.trim()) host.annotate(this.annotation.value);
      else this.annotation.focus();
    });
  }

  /** Offer what can be done with so many neurons. */
  show(count: number, isSelected: boolean, names: readonly string[], target: string, isPast: boolean): void {
    const neurons = `${count.toLocaleString("en")} ${count === 1 ? "neuron" : "neurons"}`;
    this.whom.textContent = `${isSelected ? "" : "all "}${neurons}:`;
    this.target.replaceChildren(...names.map((name) => element("option", { value: name }, name)));
    this.target.value = target;
    this.target.hidden = names.length === 0;
    for (const [way, made] of this.buttons) {
      made.hidden = way !== "new" && names.length === 0;
      made.disabled = count === 0;
    }
    this.annotate.disabled = count === 0 || isPast;
    this.annotate.title = isPast ? "The past cannot be changed." : "Annotate these neurons";
  }
}
