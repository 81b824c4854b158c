/** Buttons for what is done with rows, some of it after a question, and that question. */
import { element } from "../shared/dom";
import { isInUse } from "../shared/keyboard";
import type { RowAction, RowQuestion } from "./state";

export interface RowActionHost {
  /** Keys of the selected rows, or else of the active one. */
  keys(): unknown[];
  ask(action: string, keys: unknown[]): Promise<RowQuestion | null>;
  run(action: string, keys: unknown[], value: string): void;
  /** The question is closed. */
  closed(): void;
}

export class RowActions {
  readonly buttons: HTMLElement[];
  readonly question = element("form", {
    class: "cj-question",
    role: "dialog",
    "data-testid": "question",
    hidden: true,
  });
  private readonly made: Array<[action: RowAction, button: HTMLButtonElement]>;
  private turn = 0;

  constructor(
    actions: readonly RowAction[],
    private readonly host: RowActionHost,
  ) {
    this.made = actions.map((action) => {
      const button = element(
        "button",
        { type: "button", name: action.name, title: action.hint },
        action.title,
      );
      button.addEventListener("click", () => void this.begin(action, button));
      return [action, button];
    });
    this.buttons = this.made.map(([, button]) => button);
    this.question.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
  }

  /** Offer what can be done. */
  show(isPast: boolean): void {
    const hasRows = this.host.keys().length > 0;
    for (const [action, button] of this.made) {
      button.hidden = isPast;
      button.disabled = action.rows && !hasRows;
    }
  }

  private async begin(action: RowAction, button: HTMLButtonElement): Promise<void> {
    const turn = ++this.turn;
    const keys = this.host.keys();
    if (!action.asks) {
      this.host.run(action.name, keys, "");
      return;
    }
    const asked = await this.host.ask(action.name, keys);
    if (!asked || turn !== this.turn) return;
    const { text, confirm, value, example } = asked;
    const input = element("input", { type: "text", name: "value", "aria-label": text, placeholder: example });
    input.value = value ?? "";
    input.hidden = value === null;
    const yes = element("button", { type: "submit", class: "cj-main" }, confirm);
    const no = element("button", { type: "button" }, "Cancel");
    no.addEventListener("click", () => this.close());
    this.question.setAttribute("aria-label", action.title);
    this.question.onsubmit = (event): void => {
      event.preventDefault();
      this.close();
      this.host.run(action.name, keys, input.value);
      button.focus();
    };
    this.question.replaceChildren(
      element("p", {}, text),
      input,
      element("div", { class: "cj-buttons" }, yes, no),
    );
    this.question.hidden = false;
    if (isInUse(this.question)) (value === null ? no : input).focus();
  }

  private close(): void {
    if (this.question.hidden) return;
    this.question.hidden = true;
    this.host.closed();
  }
}
