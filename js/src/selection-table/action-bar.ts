/** The row of buttons above the table, and the form that one of them opened. */
import { element, textButton } from "../shared/dom";
import { FORMS, type FormHost } from "./forms";
import type { SkeletonFate } from "./state";

const ACTIONS: ReadonlyArray<[name: string, words: string]> = [
  ["color", "Colour…"],
  ["annotate", "Annotate…"],
  ["rename", "Rename…"],
  ["tag", "Tag…"],
  ["export", "Export…"],
];
const EDITS = new Set(["annotate", "rename", "tag"]);
const PLACES: ReadonlyArray<[to: string, words: string]> = [
  ["root", "Root"],
  ["soma", "Soma"],
  ["nearest", "Nearest node"],
];

export interface ActionBarHost {
  forms: Omit<FormHost, "close">;
  jump(to: string): void;
  remove(): void;
  /** Put the skeleton that a gone one became in its place. */
  replace(fate: SkeletonFate): void;
  /** A form was closed. */
  closed(): void;
}

export interface Offered {
  /** Rows that actions are about. */
  chosen: number;
  hasViewer: boolean;
  isPast: boolean;
  hasActive: boolean;
  /** Of the active row, if it is gone. */
  fate: SkeletonFate | null;
}

export class ActionBar {
  readonly node: HTMLElement;
  readonly panel = element("div", { class: "cj-panel", "data-testid": "panel", hidden: true });
  private readonly actions: Map<string, HTMLButtonElement>;
  private readonly places: HTMLElement;
  private readonly removal: HTMLButtonElement;
  private readonly successor: HTMLButtonElement;
  private fate: SkeletonFate | null = null;
  private open = "";

  constructor(
    private readonly host: ActionBarHost,
    ...more: HTMLElement[]
  ) {
    this.actions = new Map(
      ACTIONS.map(([name, words]) => [name, textButton(words, () => this.toggle(name))]),
    );
    for (const action of this.actions.values()) action.setAttribute("aria-expanded", "false");
    this.places = element(
      "span",
      { class: "cj-places", role: "group", "aria-label": "Go to" },
      "Go to",
      ...PLACES.map(([to, words]) => textButton(words, () => host.jump(to))),
    );
    this.removal = textButton("Remove", () => host.remove());
    this.removal.title = "Take these rows out of the selection; the neurons stay.";
    this.successor = textButton("", () => this.fate && host.replace(this.fate));
    this.node = element(
      "div",
      { class: "cj-bar", role: "toolbar", "aria-label": "Actions" },
      ...this.actions.values(),
      this.removal,
      this.successor,
      this.places,
      ...more,
    );
  }

  offer({ chosen, hasViewer, isPast, hasActive, fate }: Offered): void {
    for (const [name, action] of this.actions) {
      action.disabled = chosen === 0;
      action.hidden = isPast && EDITS.has(name);
    }
    this.removal.disabled = chosen === 0;
    this.places.hidden = !hasViewer;
    for (const place of this.places.querySelectorAll("button")) place.disabled = !hasActive || fate !== null;
    this.fate = fate;
    this.successor.hidden = fate?.successor == null;
    this.successor.textContent = `Take skeleton ${fate?.successor ?? ""} instead`;
  }

  close(): void {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.actions.get(this.open)?.setAttribute("aria-expanded", "false");
    this.open = "";
    this.host.closed();
  }

  private toggle(name: string): void {
    const wasOpen = this.open === name;
    this.close();
    const make = FORMS[name];
    if (wasOpen || !make) return;
    this.open = name;
    this.actions.get(name)?.setAttribute("aria-expanded", "true");
    this.panel.replaceChildren(make({ ...this.host.forms, close: () => this.close() }));
    this.panel.hidden = false;
    this.panel.querySelector<HTMLElement>("input, select")?.focus();
  }
}
