/** What was said about a neuron, and a line to say more. */
import { element, textButton } from "../dom";
import { localTime, timeAgo } from "../times";
import type { CourseMessage } from "./state";

export class CourseTalk {
  readonly root: HTMLElement;
  private readonly list = element("ul", { class: "cj-talk-list", "aria-label": "Messages" });
  private readonly line: HTMLTextAreaElement;
  private readonly pointing = element("input", { type: "checkbox" });
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
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    this.line.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.submit();
    });
    this.root = element("div", { class: "cj-talk" }, this.list, form);
  }

  /** What stands in the line. */
  get said(): string {
    return this.line.value.trim();
  }

  clear(): void {
    this.line.value = "";
  }

  show(messages: CourseMessage[], go?: (message: CourseMessage) => void): void {
    this.label.hidden = go === undefined;
    this.list.hidden = messages.length === 0;
    this.list.replaceChildren(...messages.map((message) => itemOf(message, go)));
    this.list.scrollTop = this.list.scrollHeight;
  }

  private async submit(): Promise<void> {
    if (this.said && (await this.send(this.said, this.pointing.checked && !this.label.hidden))) this.clear();
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
