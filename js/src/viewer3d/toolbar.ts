/** Buttons of a 3D viewer: sides to look from, what a drag does, and what is shown beside the neurons. */
import { KeyedButtons } from "../shared/bindings/keyed-buttons";
import type { Keymap } from "../shared/bindings/keymap";
import { button, element, icon } from "../shared/dom";
import type { DragMode } from "./camera/controls";
import type { CameraKind } from "./camera/space-camera";
import { VIEW_NAMES } from "./camera/views";
import { MenuButton, type MenuChoice } from "./menu-button";
import { Popover } from "./popover";
import { KEPT_VIEWS, type KeptViews } from "./views/kept-views";

const ICONS = {
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  turn: "M13 8a5 5 0 1 1-2-4M11 1v3H8",
  rectangle: "M2 4h12v8H2z",
  lasso: "M8 3c4 0 6 2 6 4s-2 4-6 4-6-2-6-4 2-4 6-4zM6 11l-2 3",
  show: "M1 8s3-4 7-4 7 4 7 4-3 4-7 4-7-4-7-4zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
};

const MODES: ReadonlyArray<[mode: DragMode, label: string]> = [
  ["turn", "a drag turns"],
  ["rectangle", "a drag selects the neurons in a rectangle (Shift drag)"],
  ["lasso", "a drag selects the neurons in an outline (Alt drag)"],
];

/** Traits that are switched on and off. */
export type Switch =
  | "synapses"
  | "arrows"
  | "somas"
  | "labels"
  | "tubes"
  | "follow"
  | "section_shown"
  | "show_box"
  | "show_grid"
  | "show_scale"
  | "show_orientation";

export const SWITCHES: ReadonlyArray<[trait: Switch, label: string]> = [
  ["synapses", "Synapses"],
  ["arrows", "Arrows"],
  ["somas", "Somata"],
  ["labels", "Labels"],
  ["tubes", "Tubes"],
  ["show_box", "Box"],
  ["show_grid", "Grid"],
  ["show_scale", "Scale bar"],
  ["show_orientation", "Axes"],
  ["section_shown", "Section"],
  ["follow", "Follow"],
];

export interface SpaceToolbarActions {
  view(name: string): void;
  fit(): void;
  toggleKind(): void;
  switch(trait: Switch, isOn: boolean): void;
  help(): void;
}

export class SpaceToolbar {
  readonly node: HTMLElement;
  mode: DragMode = "turn";
  private readonly keyed = new KeyedButtons();
  private readonly views = new MenuButton("view from a side", "view…", "view");
  private readonly kind: HTMLButtonElement;
  private readonly modes = new Map<DragMode, HTMLButtonElement>();
  private readonly switches = new Map<Switch, HTMLInputElement>();
  private named: readonly string[] | null = null;
  private shownKind: CameraKind | null = null;

  /** @param keptViews - the menu of kept views */
  constructor(
    private readonly actions: SpaceToolbarActions,
    keptViews: Pick<KeptViews, "node" | "opener">,
  ) {
    this.keyed.add(keptViews.opener, KEPT_VIEWS, "space.kept_views");
    this.kind = this.keyed.button("orthographic or perspective", "space.kind", "", () =>
      actions.toggleKind(),
    );
    this.kind.dataset.testid = "kind";
    this.showViews([]);
    const modes = MODES.map(([mode, label]) => {
      const made = button(label, icon(ICONS[mode]), () => this.setMode(mode));
      made.dataset.testid = `mode-${mode}`;
      this.modes.set(mode, made);
      return made;
    });
    this.setMode("turn");
    this.node = element(
      "div",
      { class: "cj-viewer3d-toolbar", role: "toolbar", "aria-label": "View in space" },
      this.views.node,
      keptViews.node,
      this.keyed.button("show all neurons", "space.fit", icon(ICONS.fit), () => actions.fit()),
      this.kind,
      element("span", { role: "group", "aria-label": "what a drag does" }, ...modes),
      this.panel(),
      element("span", { class: "cj-viewer3d-gap" }),
      this.keyed.button("keys and mouse", "space.help", "?", () => actions.help()),
    );
  }

  showKind(kind: CameraKind): void {
    this.shownKind = kind;
    const text = kind === "perspective" ? "persp" : "ortho";
    this.kind.textContent = text;
    // What is seen is part of what is said.
    this.kind.setAttribute("aria-label", `${text}: ${this.kind.title}`);
  }

  /** Offer the standard views and those that have names. */
  showViews(named: readonly string[]): void {
    if (named.join("\n") === this.named?.join("\n")) return;
    this.named = named;
    const choice = (name: string): MenuChoice => ({ label: name, run: () => this.actions.view(name) });
    this.views.offer([{ choices: VIEW_NAMES.map(choice) }, { heading: "kept", choices: named.map(choice) }]);
  }

  showSwitch(trait: Switch, isOn: boolean): void {
    const input = this.switches.get(trait);
    if (input) input.checked = isOn;
  }

  /** Whether there is a stack viewer whose section can be shown, and that can be followed. */
  showLinked(isLinked: boolean): void {
    for (const trait of ["section_shown", "follow"] as const) {
      const input = this.switches.get(trait);
      if (input?.parentElement) input.parentElement.hidden = !isLinked;
    }
  }

  /** Say in the hints of buttons which keys do the same. */
  nameKeys(keymap: Keymap): void {
    this.keyed.name(keymap);
    if (this.shownKind) this.showKind(this.shownKind);
  }

  focus(): void {
    this.views.focus();
  }

  private setMode(mode: DragMode): void {
    this.mode = mode;
    for (const [one, made] of this.modes) made.setAttribute("aria-pressed", String(one === mode));
  }

  private panel(): HTMLElement {
    const choices = SWITCHES.map(([trait, label]) => {
      const input = element("input", { type: "checkbox", name: trait });
      input.addEventListener("change", () => this.actions.switch(trait, input.checked));
      this.switches.set(trait, input);
      return element("label", {}, input, label);
    });
    const panel = element("div", { role: "group", "aria-label": "What is shown" }, ...choices);
    return new Popover(panel, { label: "what is shown", face: icon(ICONS.show), testId: "shown" }).node;
  }
}
