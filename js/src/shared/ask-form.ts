/** A question over a picture: a dialog with a line to write or a yes, and a visible no. */
import { element } from "./dom";
import type { AskOptions, QuestionContent } from "./layer";

const FOCUSABLE = "input, button, select, [tabindex='0']";
let forms = 0;

export class AskForm {
  readonly node: HTMLFormElement;
  private readonly line: HTMLInputElement | null;
  private readonly yes: HTMLButtonElement;
  private readonly noMore = element("input", { type: "checkbox", "data-testid": "no-more" });
  private isOpen = true;
  /** What the question is about has come, or there is nothing that could come. */
  private isKnown: boolean;
  /** Enter was pressed before. */
  private isWanted = false;

  /** `settled` is told the answer, null for none, and whether the focus is to go back. */
  constructor(
    prompt: string,
    private readonly options: AskOptions,
    private readonly settled: (answer: string | null, refocus: boolean) => void,
  ) {
    const id = `cj-ask-${forms++}`;
    const { confirm, content } = options;
    this.line = confirm ? null : element("input", { type: "text", "data-testid": "ask" });
    this.yes = element("button", { type: "submit", class: "cj-ask-yes" }, confirm ?? "OK");
    if (confirm) this.yes.dataset.testid = "ask";
    const no = element("button", { type: "button", "data-testid": "ask-no" }, "Cancel");
    no.addEventListener("click", () => this.settle(null));
    this.node = element(
      "form",
      { class: "cj-ask", role: "dialog", "aria-modal": "true", "aria-labelledby": id },
      this.line ? element("label", { id }, prompt, this.line) : element("p", { id }, prompt),
    );
    if (this.line) this.prefill(this.line);
    if (content) this.node.append(content.node);
    if (options.askNoMore) {
      const text = "Do not ask this again";
      this.node.append(element("label", { class: "cj-ask-choice cj-ask-no-more" }, this.noMore, text));
    }
    this.node.append(element("div", { class: "cj-ask-buttons" }, this.yes, no));
    this.isKnown = !content?.known;
    content?.known?.then((isPlain) => this.came(isPlain));
    this.listen(content);
  }

  focus(): void {
    (this.line ?? this.yes).focus();
    this.line?.select();
  }

  /** Take the question away without an answer. */
  dismiss(): void {
    this.settle(null, false);
  }

  /** Who asks does not wait for these: what a person writes meanwhile would be taken for keys of the picture. */
  private prefill(line: HTMLInputElement): void {
    const { value = "", suggestions = [] } = this.options;
    later(value, (text) => {
      if (line.value !== "") return;
      line.value = text;
      if (document.activeElement === line) line.select();
    });
    later(suggestions, (names) => {
      if (names.length > 0) this.node.append(suggestionList(line, names));
    });
  }

  private listen(content: QuestionContent | undefined): void {
    const { node } = this;
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.confirm();
    });
    node.addEventListener("change", () => this.showYes());
    node.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.settle(null);
      else if (event.key === "Tab") this.goRound(event);
      else if (event.target instanceof HTMLButtonElement && content?.key(event.key)) event.preventDefault();
    });
    // Without a related target the whole window lost the focus, and will have it back.
    node.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !node.contains(relatedTarget)) this.settle(null, false);
    });
  }

  private confirm(): void {
    this.isWanted = true;
    const { content, confirm = "", askNoMore } = this.options;
    if (!this.isKnown || content?.mayConfirm?.() === false) return;
    this.settle(this.line?.value ?? confirm);
    if (this.noMore.checked) askNoMore?.();
  }

  /** A yes that was given before holds, unless there is something to be said against it. */
  private came(isPlain: boolean): void {
    this.isKnown = true;
    this.showYes();
    if (this.isWanted && isPlain) this.confirm();
  }

  private showYes(): void {
    this.yes.setAttribute("aria-disabled", String(this.options.content?.mayConfirm?.() === false));
  }

  /** From the last control Tab leads to the first, and back. */
  private goRound(event: KeyboardEvent): void {
    const controls = [...this.node.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
      (one) => !(one instanceof HTMLInputElement && one.type === "radio" && !one.checked),
    );
    const now = controls.indexOf(document.activeElement as HTMLElement);
    const next = event.shiftKey ? (now > 0 ? null : controls.at(-1)) : now === controls.length - 1;
    if (!next) return;
    event.preventDefault();
    (next === true ? controls[0] : next)?.focus();
  }

  private settle(answer: string | null, refocus = true): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.node.remove();
    this.settled(answer, refocus);
  }
}

/** Take what is here or will come; what fails to come is done without. */
function later<T>(value: T | Promise<T>, take: (value: T) => void): void {
  if (value instanceof Promise) value.then(take, () => {});
  else take(value);
}

let lists = 0;

function suggestionList(input: HTMLInputElement, suggestions: string[]): HTMLDataListElement {
  const id = `cj-suggestions-${lists++}`;
  input.setAttribute("list", id);
  return element("datalist", { id }, ...suggestions.map((value) => element("option", { value })));
}
