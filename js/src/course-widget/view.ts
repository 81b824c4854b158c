/** One view of a trainer's board: the grid, what is known of the chosen neuron, and what to do with it. */
import type { AnyModel } from "@anywidget/types";
import { DifferenceList, stepOfKey } from "../shared/course/differences";
import { CoursePanel } from "../shared/course/panel";
import { dueInWords, progressInWords, statusInWords } from "../shared/course/state";
import { CourseTalk } from "../shared/course/talk";
import { element } from "../shared/dom";
import type { Rpc } from "../shared/rpc";
import css from "./course-widget.css";
import { BoardGrid } from "./grid";
import { type BoardCell, boardInWords, type Compared, type CourseBoardState, nextHandedIn } from "./state";

const LATE_MS = 120_000;
const EMPTY =
  "Nobody learns here yet, or there are no seeds: course.add_students and course.add_seed make them.";

export class CourseBoard extends CoursePanel<CourseBoardState["content"]> {
  readonly root: HTMLElement;
  private readonly empty = element("p", { class: "cj-none", hidden: true }, EMPTY);
  private readonly grid = new BoardGrid(
    (place) => this.choose(place),
    (place) => {
      this.choose(place);
      if (this.hasViewer) void this.ask("go");
    },
  );
  private readonly about = element("div", { class: "cj-about", "data-testid": "chosen" });
  private readonly score = element("div", { class: "cj-score", hidden: true, "data-testid": "score" });
  private readonly buttons = {
    go: this.button("Go there", () => this.ask("go")),
    compare: this.button("Compare", () => this.compare()),
    difference: this.button("Next difference", () => this.goToDifference(1)),
    beside: this.button("Side by side", () => this.ask("open_review")),
    gold: this.button("Gold in the viewer", () => this.ask("show_gold")),
    next: this.button("Next handed in", async () => this.goNext()),
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
  private at = 0;
  private readonly differences = new DifferenceList((told) => this.ask("go", { ...told }));

  constructor(
    private readonly board: AnyModel<CourseBoardState>,
    rpc: Rpc,
  ) {
    super(board, rpc, LATE_MS);
    const { go, compare, difference, beside, gold, next } = this.buttons;
    beside.title = "Open it beside the gold neuron, below the board";
    difference.title = "N: the next place that differs; Shift+N: the one before";
    this.root = this.section(
      {
        class: "cj-widget cj-project-panel cj-course cj-course-widget",
        "aria-label": "Course",
        "data-testid": "course",
      },
      css,
      [],
      this.empty,
      this.grid.root,
      this.about,
      element("div", { class: "cj-bar" }, go, compare, difference, beside, gold, next),
      this.score,
      element("div", { class: "cj-said" }, this.talk.root),
    );
    this.root.addEventListener("keydown", (event) => this.step(event));
  }

  private get cells(): BoardCell[] {
    return this.content.cells;
  }

  private choose(place: number): void {
    if (place !== this.at) this.forgetScore();
    this.at = place;
    this.show();
  }

  protected override show(): void {
    const { content } = this;
    if (this.at >= content.cells.length) this.at = 0;
    const cell = content.cells[this.at];
    this.title.textContent = content.course.name;
    this.empty.hidden = content.cells.length > 0;
    this.grid.root.hidden = content.cells.length === 0;
    this.grid.show(content, this.at);
    this.lines.total.textContent = boardInWords(content.cells);
    this.about.hidden = !cell;
    this.talk.root.hidden = !cell;
    for (const made of Object.values(this.buttons)) made.hidden = !cell;
    if (cell) this.showChosen(cell);
  }

  private showChosen(cell: BoardCell): void {
    const { seeds, students } = this.content;
    const seed = seeds.find(({ id }) => id === cell.seed_id);
    const student = students.find(({ id }) => id === cell.student_id);
    this.about.replaceChildren(
      element(
        "div",
        { class: "cj-what", "data-status": cell.status },
        element("b", {}, cell.neuron),
        ` of ${student?.full_name || student?.username || ""} `,
        element("span", { class: "cj-chip" }, statusInWords(cell.status)),
      ),
      element("p", {}, [seed?.task, seed?.stop].filter(Boolean).join(" – ")),
      ...dueOf(seed?.due ?? null, cell.handed_in),
      element("p", { class: "cj-total" }, progressInWords(cell)),
    );
    const isTraced = cell.status !== "open" && cell.skeleton_id >= 0;
    this.buttons.go.hidden = !this.hasViewer;
    this.buttons.compare.hidden = !seed?.has_gold;
    this.buttons.difference.hidden = this.buttons.gold.hidden = !seed?.has_gold || !this.hasViewer;
    this.buttons.beside.hidden = !seed?.has_gold || !this.board.get("opens_reviews");
    for (const name of ["compare", "difference", "beside"] as const) this.buttons[name].disabled = !isTraced;
    this.buttons.next.disabled = nextHandedIn(this.cells, this.at) < 0;
    this.accept.hidden = cell.status !== "done";
    this.giveBack.hidden = cell.status !== "done" && cell.status !== "accepted";
    this.talk.show(`${cell.student_id} ${cell.seed_id}`, cell.messages, this.goToNode);
  }

  private goNext(): void {
    const place = nextHandedIn(this.cells, this.at);
    if (place < 0) return;
    this.choose(place);
    this.grid.focus(place);
    if (this.hasViewer) void this.ask("go");
    if (this.board.get("has_review") && !this.buttons.beside.hidden) void this.ask("open_review");
  }

  /** What stands in the line goes along as a comment; it comes back there if the service refuses. */
  private async judge(status: "accepted" | "given back"): Promise<void> {
    const { draft } = this.talk;
    if (await this.ask("review", { status, comment: draft.text })) this.talk.forget(draft);
  }

  private async compare(): Promise<void> {
    const at = this.at;
    this.lines.say("Comparing …");
    try {
      const { result } = await this.rpc.call<Compared>("compare", this.keys, { timeoutMs: this.lateMs });
      if (at !== this.at) return;
      this.showScore(result);
      this.lines.say("");
    } catch (error) {
      this.lines.fail(error);
    }
  }

  private forgetScore(): void {
    this.score.hidden = true;
    this.differences.show([], false);
  }

  private step(event: KeyboardEvent): void {
    const { difference } = this.buttons;
    const step = stepOfKey(event);
    if (step === 0 || difference.hidden || difference.disabled) return;
    event.preventDefault();
    event.stopPropagation();
    void this.goToDifference(step);
  }

  /** Go to the next branch that differs; what was not compared yet is compared first. */
  private async goToDifference(step: 1 | -1): Promise<void> {
    if (this.score.hidden) await this.compare();
    if (this.score.hidden) return;
    if (!(await this.differences.step(step)))
      this.lines.say("Both neurons have the same branches and synapses.");
  }

  private showScore({ sentence, picture, differences, more }: Compared): void {
    const drawn = element("div", { class: "cj-picture" });
    drawn.innerHTML = picture;
    this.differences.show(differences, this.hasViewer);
    this.score.replaceChildren(
      element("p", {}, sentence),
      drawn,
      this.differences.root,
      ...(more
        ? [element("p", { class: "cj-total" }, `${more} more: course.compare(…).differences has all.`)]
        : []),
    );
    this.score.hidden = false;
  }

  protected override get keys(): Record<string, unknown> {
    const cell = this.cells[this.at];
    return { student_id: cell?.student_id ?? null, seed_id: cell?.seed_id ?? null };
  }
}

function dueOf(due: string | null, handedIn: string | null): HTMLElement[] {
  const text = dueInWords(due, handedIn);
  return text ? [element("p", {}, element("b", {}, "Due: "), text)] : [];
}
