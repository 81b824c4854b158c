/** The row of buttons: go to a version's place, see before and after, take back. */
import { element, textButton } from "../shared/dom";
import { counted } from "./columns";
import type { HistoryState, LogRow, Side } from "./state";

const SIDES: ReadonlyArray<[side: Side, words: string]> = [
  ["before", "Before"],
  ["after", "After"],
  ["present", "Present"],
];

export interface ActionHost {
  go(): void;
  compare(side: Side): void;
  takeBack(): void;
}

export class VersionActions {
  readonly node: HTMLElement;
  private readonly goTo: HTMLButtonElement;
  private readonly takeBack: HTMLButtonElement;
  private readonly sides: HTMLElement;
  private readonly buttons: Map<Side, HTMLButtonElement>;

  constructor(host: ActionHost) {
    this.goTo = textButton("Go there", () => host.go());
    this.takeBack = textButton("Take back…", () => host.takeBack());
    this.buttons = new Map(SIDES.map(([side, words]) => [side, textButton(words, () => host.compare(side))]));
    this.sides = element(
      "span",
      { class: "cj-sides", role: "group", "aria-label": "What the viewer shows" },
      ...this.buttons.values(),
    );
    this.node = element(
      "div",
      { class: "cj-bar", role: "toolbar", "aria-label": "Of the version" },
      this.goTo,
      this.sides,
      this.takeBack,
    );
  }

  /** Offer what can be done with the active row and the selected versions. */
  show(
    active: LogRow | undefined,
    chosen: readonly number[],
    state: Omit<HistoryState, "height" | "first_rows">,
  ): void {
    const [compared, side] = state.compared;
    this.goTo.hidden = !state.has_viewer;
    this.goTo.disabled = !active;
    this.goTo.textContent = active ? `Go to version ${active.version}` : "Go there";
    this.sides.hidden = !state.has_viewer || state.lacking !== "";
    for (const [name, button] of this.buttons) {
      const isShown = name === (side ?? "present") && (name === "present" || compared === active?.version);
      button.setAttribute("aria-pressed", String(isShown));
      button.disabled = name !== "present" && !active;
    }
    this.takeBack.hidden = state.version_shown !== "" || state.lacking !== "";
    this.node.hidden = this.takeBack.hidden && !state.has_viewer;
    const isTrimmed = active?.is_trimmed === true && chosen.includes(active.version);
    this.takeBack.disabled = chosen.length === 0 || isTrimmed;
    this.takeBack.title = isTrimmed ? "Its history was trimmed: it cannot be taken back any more." : "";
    this.takeBack.textContent = chosen.length === 0 ? "Take back…" : `Take back ${counted(chosen)}…`;
  }
}
