/** The row of fields that say which versions are listed. */
import { element } from "../shared/dom";
import type { FilterState } from "./state";

const SPANS: ReadonlyArray<[last: string, words: string]> = [
  ["", "at any time"],
  ["1h", "in the last hour"],
  ["1d", "in the last day"],
  ["7d", "in the last 7 days"],
  ["30d", "in the last 30 days"],
];
const NAMES = ["user", "label", "last", "since", "until"] as const;

export class Filters {
  readonly node: HTMLElement;
  private readonly user = field("user", "any");
  private readonly label = element("select", { name: "label" });
  private readonly last = element("select", { name: "last" });
  private readonly since = field("since", "version, pin, UTC time");
  private readonly until = field("until", "version, pin, UTC time");

  constructor(private readonly apply: (filters: FilterState) => void) {
    this.node = element(
      "form",
      { class: "cj-bar cj-filters", role: "search", "aria-label": "Which versions are listed" },
      element("label", {}, "User", this.user),
      element("label", {}, "What", this.label),
      element("label", {}, "When", this.last),
      element("label", {}, "Since", this.since),
      element("label", {}, "Until", this.until),
      element("button", { type: "reset", title: "List all versions" }, "Clear"),
    );
    this.offerLabels([]);
    offer(this.last, SPANS);
    this.node.addEventListener("submit", (event) => event.preventDefault());
    this.node.addEventListener("change", (event) => this.changed(event.target));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.changed(event.target);
      event.stopPropagation();
    });
    this.node.addEventListener("reset", (event) => {
      event.preventDefault();
      this.show({ user: "", label: "", last: "", since: "", until: "" });
      this.apply(this.value);
    });
  }

  get value(): FilterState {
    const [user, label, last, since, until] = NAMES.map((name) => this[name].value.trim());
    return { user: user ?? "", label: label ?? "", last: last ?? "", since: since ?? "", until: until ?? "" };
  }

  show(filters: FilterState): void {
    for (const name of NAMES) {
      const input = this[name];
      if (input instanceof HTMLSelectElement) choose(input, filters[name]);
      else input.value = filters[name];
    }
  }

  offerLabels(labels: ReadonlyArray<[label: string, words: string]>): void {
    const chosen = this.label.value;
    offer(this.label, [["", "everything"], ...labels]);
    choose(this.label, chosen);
  }

  private changed(target: EventTarget | null): void {
    // The last so many days and a beginning exclude each other.
    if (target === this.last && this.last.value) this.since.value = "";
    if (target === this.since && this.since.value) this.last.value = "";
    this.apply(this.value);
  }
}

function field(name: string, placeholder: string): HTMLInputElement {
  return element("input", { name, type: "text", placeholder, spellcheck: "false", autocomplete: "off" });
}

function offer(select: HTMLSelectElement, options: ReadonlyArray<[value: string, words: string]>): void {
  select.replaceChildren(...options.map(([value, words]) => element("option", { value }, words)));
}

/** Choose a value, also one that is not offered: Python code can name any. */
function choose(select: HTMLSelectElement, value: string): void {
  if (![...select.options].some((option) => option.value === value)) {
    select.append(element("option", { value }, value));
  }
  select.value = value;
}
