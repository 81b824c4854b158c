/** What the viewer says over the picture: state of the image, notices, questions, and the key map. */
import { AskForm } from "./ask-form";
import { HelpPanel, type HelpSection } from "./bindings/help-panel";
import type { KeyEditor } from "./bindings/key-change";
import { choiceMenu } from "./choice-menu";
import { button, element } from "./dom";
import { isInUse } from "./keyboard";
import type { AskOptions, NoticeLevel } from "./layer";
import { readingTime } from "./times";

const MOUSE = ["pointerdown", "pointermove", "pointerup", "dblclick", "wheel"] as const;

export class Messages {
  readonly node: HTMLElement;
  private readonly status = element("div", { class: "cj-status", role: "status", "data-testid": "status" });
  private readonly notices = element("div", { class: "cj-notices", "aria-live": "polite" });
  private readonly loading = element("div", { class: "cj-loading", "data-testid": "loading" });
  private readonly tip = element("div", { class: "cj-tip", role: "tooltip", "data-testid": "tip" });
  private readonly peek = element("div", { class: "cj-peek", role: "status", "data-testid": "peek" });
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;
  private dismissQuestion: () => void = () => {};
  private loadingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly focusCanvas: () => void) {
    this.status.hidden = true;
    this.loading.hidden = true;
    this.tip.hidden = true;
    this.peek.hidden = true;
    const { loading, status, notices, tip, peek } = this;
    this.node = element("div", { class: "cj-messages" }, loading, status, notices, tip, peek);
    // What is pressed here is not meant for the tissue below.
    for (const kind of MOUSE) this.node.addEventListener(kind, (event) => event.stopPropagation());
  }

  /** Say in what state the image is; empty when there is nothing to say. */
  showStatus(text: string, action?: { label: string; run(): void }): void {
    if (this.status.dataset.text === text) return;
    this.status.dataset.text = text;
    this.status.hidden = text === "";
    this.status.replaceChildren(text);
    if (action) this.status.append(button(action.label, action.label, action.run));
  }

  /** A thin moving line, once loading takes long enough to be noticed. */
  showLoading(busy: boolean): void {
    if (!busy) {
      clearTimeout(this.loadingTimer);
      this.loadingTimer = undefined;
      this.loading.hidden = true;
    } else if (this.loadingTimer === undefined) {
      this.loadingTimer = setTimeout(() => {
        this.loading.hidden = false;
      }, 150);
    }
  }

  /** Show a text beside a place of the picture, inside it; null for none. */
  showTip(text: string | null, { px, py } = { px: 0, py: 0 }): void {
    this.tip.hidden = text === null;
    if (text === null) return;
    this.tip.textContent = text;
    const { clientWidth, clientHeight } = this.node;
    const { offsetWidth, offsetHeight } = this.tip;
    const left = Math.max(Math.min(px + 14, clientWidth - offsetWidth - 4), 4);
    const below = py + 16 + offsetHeight < clientHeight;
    Object.assign(this.tip.style, {
      left: `${left}px`,
      top: `${below ? py + 16 : Math.max(py - offsetHeight - 10, 0)}px`,
    });
  }

  /** Show something in the upper left corner; null for nothing. */
  showPeek(content: HTMLElement | null): void {
    this.peek.hidden = content === null;
    this.peek.replaceChildren(...(content ? [content] : []));
  }

  notify(level: NoticeLevel, text: string, sticky = false): void {
    clearTimeout(this.noticeTimer);
    if (text === "") {
      this.notices.replaceChildren();
      return;
    }
    const role = level === "error" ? "alert" : "status";
    const notice = element(
      "div",
      { class: "cj-notice", "data-level": level, role, "data-testid": "notice" },
      text,
    );
    notice.append(button("dismiss", "×", () => notice.remove()));
    this.notices.replaceChildren(notice);
    if (!sticky) this.noticeTimer = setTimeout(() => notice.remove(), readingTime(text));
  }

  /**
   * Ask for one line, a yes or a choice; Enter answers, Escape or leaving gives null.
   *
   * The focus comes here only out of the same widget: who works elsewhere goes on there, and answers by mouse.
   */
  ask(prompt: string, options: AskOptions = {}): Promise<string | null> {
    this.dismissQuestion();
    if (options.choices) return this.choose(prompt, options.choices);
    return new Promise((resolve) => {
      const form = new AskForm(prompt, options, (answer, refocus) => {
        if (refocus) this.focusCanvas();
        resolve(answer);
      });
      this.dismissQuestion = () => form.dismiss();
      this.node.append(form.node);
      if (isInUse(this.node)) form.focus();
    });
  }

  /** Whether a question or the help is open. */
  get isAsking(): boolean {
    return this.node.querySelector(".cj-ask, .cj-help") !== null;
  }

  /** Answer what is asked with no, and put the help away. */
  answerNo(): void {
    this.dismissQuestion();
    this.closeHelp();
  }

  private choose(prompt: string, choices: string[]): Promise<string | null> {
    return new Promise((resolve) => {
      const menu = choiceMenu(prompt, choices, (answer, refocus) => {
        this.dismissQuestion = () => {};
        menu.remove();
        if (refocus) this.focusCanvas();
        resolve(answer);
      });
      this.dismissQuestion = () => {
        menu.remove();
        resolve(null);
      };
      this.node.append(menu);
      if (isInUse(this.node)) menu.querySelector("button")?.focus();
    });
  }

  /** Show the keys, or put them away. */
  toggleHelp(sections: readonly HelpSection[], editor: KeyEditor | null = null): void {
    if (this.closeHelp()) return;
    const help = new HelpPanel(sections, () => void this.closeHelp(), editor);
    this.node.append(help.node);
    help.focus();
  }

  private closeHelp(): boolean {
    const open = this.node.querySelector(".cj-help");
    open?.remove();
    if (open) this.focusCanvas();
    return open !== null;
  }

  dispose(): void {
    this.dismissQuestion();
    clearTimeout(this.noticeTimer);
    clearTimeout(this.loadingTimer);
  }
}
