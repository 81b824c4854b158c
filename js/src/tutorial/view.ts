/** One view of the tutorial: the steps, what to do, what is right or wrong, and the way on. */
import type { AnyModel } from "@anywidget/types";
import { element } from "../shared/dom";
import { nearest } from "../shared/nearest";
import panelCss from "../shared/panel.css";
import { PanelLines } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import widgetCss from "../shared/widget.css";
import { markedNodes } from "./marked";
import type { TutorialState } from "./state";
import css from "./tutorial.css";

const LATE_MS = 120_000;
const TRAITS = ["titles", "step", "text", "verdict", "done"] as const;

export class TutorialPanel {
  readonly root: HTMLElement;
  private readonly lines = new PanelLines();
  private readonly steps = element("ol", { class: "cj-steps", "aria-label": "Steps" });
  private readonly text = element("p", { class: "cj-task", "data-testid": "task" });
  private readonly verdict = element("p", { class: "cj-verdict", role: "status", "data-testid": "verdict" });
  private readonly buttons = {
    show: this.button("Show", "Show in the viewer where the step goes on", () => this.goOn("show")),
    check: this.button("Check", "Check the step now", () => void this.ask("check")),
    next: this.button("Next step", "Go on to the next step", () => this.go(1)),
    back: this.button("Back", "Go back to the step before", () => this.go(-1)),
  };
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<TutorialState>,
    private readonly rpc: Rpc,
  ) {
    const { show, check, next, back } = this.buttons;
    this.root = element(
      "section",
      {
        class: "cj-widget cj-project-panel cj-tutorial",
        "aria-label": "Tutorial in tracing",
        "data-testid": "tutorial",
        "data-lm-suppress-shortcuts": "true",
      },
      element("style", {}, widgetCss + panelCss + css),
      this.lines.service,
      this.steps,
      element("div", { class: "cj-step" }, this.text, this.verdict),
      element("div", { class: "cj-bar" }, back, show, check, next),
      element("div", { class: "cj-state" }, this.lines.status),
    );
  }

  start(): void {
    const react = (): void => this.show();
    for (const name of TRAITS) {
      this.model.on(`change:${name}`, react);
      this.stopping.push(() => this.model.off(`change:${name}`, react));
    }
    this.stopping.push(this.lines.followService(this.rpc, () => void this.ask("check")));
    this.show();
    if (!this.model.get("done").some(Boolean)) showFromTop(this.root);
  }

  dispose(): void {
    for (const stop of this.stopping) stop();
    this.root.remove();
  }

  private show(): void {
    const [titles, step, done] = [this.model.get("titles"), this.model.get("step"), this.model.get("done")];
    this.steps.replaceChildren(
      ...titles.map((title, at) => {
        const state = done[at] ? "done" : at === step ? "now" : "later";
        const item = element("li", { "data-state": state }, done[at] ? `${title} ✓` : title);
        if (at === step) item.setAttribute("aria-current", "step");
        return item;
      }),
    );
    const isDone = done[step] === true;
    const isLast = step === titles.length - 1;
    this.text.replaceChildren(...markedNodes(this.model.get("text")));
    const all = isLast && done.every(Boolean) ? " That was the whole lesson: you can trace." : "";
    const verdict = this.model.get("verdict");
    this.verdict.replaceChildren(...markedNodes(verdict && verdict + all));
    // A step that was done before is not known to be right until it is checked again.
    this.verdict.dataset.done = String(isDone && verdict !== "");
    this.buttons.back.disabled = step === 0;
    this.buttons.next.disabled = isLast;
    this.buttons.next.classList.toggle("cj-main", isDone);
    this.buttons.next.textContent = isDone || isLast ? "Next step" : "Skip";
  }

  private go(by: number): void {
    this.model.set("step", this.model.get("step") + by);
    this.model.save_changes();
    this.goOn("open");
  }

  /** Show where the step goes on; keys are meant for the picture then. */
  private goOn(method: "show" | "open"): void {
    nearest(".cj-stack-viewer", this.root)
      ?.querySelector<HTMLElement>(".cj-canvas")
      ?.focus({ preventScroll: true });
    void this.ask(method);
  }

  private async ask(method: "show" | "check" | "open"): Promise<void> {
    try {
      await this.rpc.call(method, {}, { timeoutMs: LATE_MS });
      this.lines.succeed();
    } catch (error) {
      this.lines.fail(error);
    }
  }

  private button(title: string, hint: string, run: () => void): HTMLButtonElement {
    const made = element("button", { type: "button", title: hint }, title);
    made.addEventListener("click", run);
    return made;
  }
}

/** Whoever has just run the cell sees its beginning, and not only the cell below, to which Jupyter has gone on. */
function showFromTop(root: HTMLElement): void {
  const cell = root.closest(".jp-Cell");
  const active = cell?.parentElement?.querySelector(".jp-Cell.jp-mod-active");
  if (cell && active && (active === cell || active === cell.nextElementSibling)) {
    cell.scrollIntoView({ block: "start" });
  }
}
