/** One view of what differs between a student's neuron and the gold neuron, with comments, accept and give back. */
import type { AnyModel } from "@anywidget/types";
import { countInWords, DifferenceList, stepOfKey } from "../shared/course/differences";
import { CoursePanel } from "../shared/course/panel";
import { progressInWords, statusInWords } from "../shared/course/state";
import { CourseTalk } from "../shared/course/talk";
import { element } from "../shared/dom";
import { isTyped } from "../shared/keyboard";
import type { Rpc } from "../shared/rpc";
import css from "./hand-in-review.css";
import type { HandInContent, HandInState } from "./state";

const LATE_MS = 120_000;
/** What has the panel and the viewers. */
const FRAME = ".cj-hand-in-review";

export class DifferencesPanel extends CoursePanel<HandInContent> {
  readonly root: HTMLElement;
  private readonly about = element("div", { class: "cj-about" });
  private readonly sentence = element("p", {});
  private readonly count = element("p", { class: "cj-total", "data-testid": "differences" });
  private readonly differences = new DifferenceList((told) => this.ask("go_to_difference", { ...told }));
  private readonly buttons = {
    before: this.button("Previous", () => this.step(-1)),
    next: this.button("Next difference", () => this.step(1)),
    again: this.button("Compare again", () => this.ask("compare_again")),
    close: this.button("Close", () => this.ask("close_review")),
  };
  private readonly accept = this.button("Accept", () => this.judge("accepted"));
  private readonly giveBack = this.button("Give back", () => this.judge("given back"));
  private readonly talk = new CourseTalk(
    "Say something to the student",
    "Say",
    (text, aboutNode) => this.ask("write", { text, about_node: aboutNode }),
    this.accept,
    this.giveBack,
  );
  private readonly listening = new AbortController();

  constructor(
    private readonly hands: AnyModel<HandInState>,
    rpc: Rpc,
  ) {
    super(hands, rpc, LATE_MS);
    const { before, next, again, close } = this.buttons;
    next.title = "N, here and in the viewers; Shift+N: the one before";
    before.title = "Shift+N";
    next.classList.add("cj-main");
    this.root = this.section(
      {
        class: "cj-widget cj-project-panel cj-course cj-hand-in-review-panel",
        "aria-label": "Differences from the gold neuron",
        "data-testid": "hand-in",
      },
      css,
      [this.about],
      element("div", { class: "cj-score" }, this.sentence, this.count, this.differences.root),
      element("div", { class: "cj-bar" }, next, before, again, close),
      element("div", { class: "cj-said" }, this.talk.root),
    );
    // The viewers beside it have keys of their own: this one is taken before they hear it.
    const { signal } = this.listening;
    document.addEventListener("keydown", (event) => this.hear(event), { capture: true, signal });
  }

  override dispose(): void {
    this.listening.abort();
    super.dispose();
  }

  protected override get keys(): Record<string, unknown> {
    const { student_id, seed_id } = this.content;
    return { student_id, seed_id };
  }

  protected override show(): void {
    const { content } = this;
    this.title.textContent = `${content.neuron} beside the gold neuron`;
    this.about.replaceChildren(
      element(
        "div",
        { class: "cj-what", "data-status": content.status },
        `${content.full_name || content.username} `,
        element("span", { class: "cj-chip" }, statusInWords(content.status)),
        ` ${progressInWords(content)}`,
      ),
      element("p", {}, [content.task, content.stop].filter(Boolean).join(" – ")),
    );
    this.sentence.textContent = content.sentence;
    const more = content.more ? ` ${content.more} more: course.compare(…).differences has all.` : "";
    this.count.textContent = countInWords(content.differences) + more;
    this.count.hidden = !content.is_compared;
    this.differences.show(content.differences, true);
    this.buttons.next.disabled = this.buttons.before.disabled = content.differences.length === 0;
    this.buttons.close.hidden = !this.hands.get("can_close");
    this.accept.hidden = content.status !== "done";
    this.giveBack.hidden = content.status !== "done" && content.status !== "accepted";
    this.talk.show("", content.messages, this.goToNode);
    this.lines.total.textContent = "N: next difference";
  }

  private async step(step: 1 | -1): Promise<void> {
    if (!(await this.differences.step(step))) this.lines.say(this.count.textContent ?? "");
  }

  private hear(event: KeyboardEvent): void {
    const step = stepOfKey(event);
    const target = event.target instanceof Element ? event.target : null;
    const frame = this.root.closest(FRAME) ?? this.root;
    if (step === 0 || !target || !frame.contains(target) || isTyped(target)) return;
    event.preventDefault();
    event.stopPropagation();
    void this.step(step);
  }

  /** What stands in the line goes along as a comment; it comes back there if the service refuses. */
  private async judge(status: "accepted" | "given back"): Promise<void> {
    const { draft } = this.talk;
    if (await this.ask("review", { status, comment: draft.text })) this.talk.forget(draft);
  }
}
