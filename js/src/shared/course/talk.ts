/** What was said about a neuron, and a line to say more. */
import { element, textButton } from "../dom";
import { localTime, timeAgo } from "../times";
import { oneAtATime } from "./one-at-a-time";
import type { CourseMessage } from "./state";

/** What stands in the line, and about which neuron it is. */
export interface Draft {
  text: string;
  about: string;
}

export class CourseTalk {
  readonly root: HTMLElement;
  private readonly list = element("ul", { class: "cj-talk-list", "aria-label": "Messages" });
  private readonly line: HTMLTextAreaElement;
  private readonly pointing = element("input", { type: "checkbox" });
  private readonly drafts = new Map<string, string>();
  private about = "";
  private readonly label = element("label", {}, this.pointing, "about the active node");

  /** `send` is told what was written, and whether it is about the active node; it gives whether it was sent. */
  constructor(
    hint: string,
    title: string,
    private readonly send: (text: string, aboutNode: boolean) => Promise<boolean>,
    ...extra: Node[]
  ) {
    this.line = element("textarea", { rows: 2, placeholder: hint, "aria-label": hint });
    const form = element(
      "form",
      { class: "cj-talk-form" },
      this.line,
      element(
        "div",
        { class: "cj-buttons" },
        element("button", { type: "submit" }, title),
        this.label,
        ...extra,
      ),
    );
    const submit = oneAtATime(() => this.submit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.line.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      submit();
    });
    this.root = element("div", { class: "cj-talk" }, this.list, form);
  }

  get draft(): Draft {
    return { text: this.line.value.trim(), about: this.about };
  }

  /** Take away what was sent; what was written meanwhile stays. */
  forget({ text, about }: Draft): void {
    this.drafts.delete(about);
    if (this.about === about && this.line.value.trim() === text) this.line.value = "";
  }

  /** Show what was said about a neuron; what is written about one waits while another is chosen. */
  show(about: string, messages: CourseMessage[], go?: (message: CourseMessage) => void): void {
    this.turnTo(about);
    this.label.hidden = go === undefined;
    this.list.hidden = messages.length === 0;
    this.list.replaceChildren(...messages.map((message) => itemOf(message, go)));
    this.list.scrollTop = this.list.scrollHeight;
  }

  private turnTo(about: string): void {
    if (about === this.about) return;
    this.drafts.set(this.about, this.line.value);
    this.about = about;
    this.line.value = this.drafts.get(about) ?? "";
  }

  private async submit(): Promise<void> {
    const { draft } = this;
    if (draft.text && (await this.send(draft.text, this.pointing.checked && !this.label.hidden)))
      this.forget(draft);
  }
}

function itemOf(message: CourseMessage, go?: (message: CourseMessage) => void): HTMLElement {
  const when = element(
    "time",
    { datetime: message.time, title: localTime(message.time) },
    timeAgo(message.time),
  );
  const head = element("div", { class: "cj-talk-head" }, element("b", {}, message.author), " ", when);
  const item = element("li", {}, head, element("div", { class: "cj-talk-text" }, message.text));
  if (message.treenode_id !== null && go) {
    head.append(
      " ",
      textButton(`Node ${message.treenode_id}`, () => go(message)),
    );
  }
  return item;
}
