/** One view of a student's assignments: a list, what to do in the chosen one, and the way on. */
import type { AnyModel } from "@anywidget/types";
import { CoursePanel } from "../shared/course/panel";
import { dueInWords, progressInWords, statusInWords } from "../shared/course/state";
import { CourseTalk } from "../shared/course/talk";
import { element } from "../shared/dom";
import type { Rpc } from "../shared/rpc";
import css from "./assignment-widget.css";
import { type Assignment, type AssignmentState, doneInWords, nextAssignment, stepsFrom } from "./state";

const LATE_MS = 60_000;

export class AssignmentPanel extends CoursePanel<AssignmentState["content"]> {
  readonly root: HTMLElement;
  private readonly guide = element("div", { class: "cj-guide" });
  private readonly list = element("ol", { class: "cj-assignments", "aria-label": "Assignments" });
  private readonly about = element("div", { class: "cj-about", "data-testid": "assignment" });
  private readonly talk = new CourseTalk("Ask the trainer about this neuron", "Ask", (text, aboutNode) =>
    this.ask("write", { text, about_node: aboutNode }),
  );
  private readonly buttons = {
    begin: this.button("Begin", () => this.ask("begin")),
    handIn: this.button("Hand in", () => this.ask("set_status", { status: "done" })),
    hold: this.button("On hold", () => this.ask("set_status", { status: "on hold" })),
    goOn: this.button("Work on it", () => this.ask("set_status", { status: "working" })),
    next: this.button("Next", async () => this.choose(nextAssignment(this.seeds, this.chosenId))),
  };
  private chosenId: number | undefined;

  constructor(model: AnyModel<AssignmentState>, rpc: Rpc) {
    super(model, rpc, LATE_MS);
    const { begin, handIn, hold, goOn, next } = this.buttons;
    this.root = this.section(
      {
        class: "cj-widget cj-project-panel cj-course cj-assignment-widget",
        "aria-label": "Assignments of the course",
        "data-testid": "assignments",
      },
      css,
      [this.guide],
      this.list,
      this.about,
      element("div", { class: "cj-bar" }, begin, handIn, hold, goOn, next),
      element("div", { class: "cj-said" }, this.talk.root),
    );
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  protected override get keys(): Record<string, unknown> {
    return { seed_id: this.chosenId ?? null };
  }

  private get seeds(): Assignment[] {
    return this.content.seeds;
  }

  private get chosen(): Assignment | null {
    return this.seeds.find(({ id }) => id === this.chosenId) ?? null;
  }

  private choose(seed: Assignment | null): void {
    if (!seed) {
      this.lines.say("All neurons are handed in.");
      return;
    }
    this.chosenId = seed.id;
    this.show();
  }

  protected override show(): void {
    const { course } = this.content;
    if (!this.chosen) this.chosenId = (nextAssignment(this.seeds) ?? this.seeds[0])?.id;
    this.title.textContent = course.name;
    this.showGuide(course);
    this.showList();
    this.lines.total.textContent = doneInWords(this.seeds);
    this.showChosen(this.chosen);
  }

  private showGuide(course: AssignmentState["content"]["course"]): void {
    const texts = [
      ["Instructions", course.instructions],
      ["Confidence guide", course.confidence_guide],
    ].filter(([, text]) => text);
    const open = new Set(
      [...this.guide.querySelectorAll("details[open] summary")].map((one) => one.textContent),
    );
    this.guide.replaceChildren(
      ...texts.map(([title, text]) =>
        element(
          "details",
          { open: open.has(title ?? "") },
          element("summary", {}, title ?? ""),
          element("p", {}, text ?? ""),
        ),
      ),
    );
  }

  private showList(): void {
    const focused = this.list.contains(document.activeElement);
    this.list.replaceChildren(...this.seeds.map((seed) => this.row(seed)));
    if (focused) this.list.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
  }

  private row(seed: Assignment): HTMLElement {
    const isChosen = seed.id === this.chosenId;
    const button = element(
      "button",
      { type: "button", "aria-current": isChosen ? "true" : "false", "data-seed": seed.id },
      element("span", { class: "cj-level" }, `Level ${seed.level}`),
      element("span", { class: "cj-name" }, seed.name),
      element("span", { class: "cj-chip" }, statusInWords(seed.status)),
    );
    button.addEventListener("click", () => this.choose(seed));
    return element("li", { "data-status": seed.status }, button);
  }

  private showChosen(seed: Assignment | null): void {
    this.about.replaceChildren(
      ...(seed ? describe(seed) : ["There are no neurons to trace in this course yet."]),
    );
    const { begin, handIn, hold, goOn, next } = this.buttons;
    const steps = stepsFrom(seed?.status ?? "accepted");
    const isThere = seed !== null && seed.status !== "open" && seed.skeleton_id >= 0;
    begin.textContent = isThere ? "Go there" : "Begin";
    begin.hidden = !seed || (isThere && !this.hasViewer);
    begin.classList.toggle("cj-main", seed?.status === "open");
    handIn.hidden = !steps.mayHandIn;
    handIn.classList.toggle("cj-main", steps.mayHandIn);
    hold.hidden = !steps.mayHold;
    goOn.hidden = !steps.mayGoOn;
    next.hidden = this.seeds.length < 2;
    this.talk.root.hidden = !seed;
    this.talk.show(String(seed?.id ?? ""), seed?.messages ?? [], this.goToNode);
  }

  private move(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.seeds.findIndex(({ id }) => id === this.chosenId);
    const seed = by && this.seeds[at + by];
    if (!seed) return;
    event.preventDefault();
    this.choose(seed);
  }
}

function describe(seed: Assignment): Node[] {
  const head = element("h4", {}, seed.name);
  const parts: Node[] = [head];
  if (seed.task) parts.push(element("p", {}, seed.task));
  if (seed.stop) parts.push(element("p", {}, element("b", {}, "Stop: "), seed.stop));
  const due = dueInWords(seed.due, seed.handed_in);
  if (due) parts.push(element("p", {}, element("b", {}, "Due: "), due));
  parts.push(element("p", { class: "cj-total" }, progressInWords(seed)));
  return parts;
}
