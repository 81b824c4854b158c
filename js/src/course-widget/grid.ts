/** The cells of a board: a row for each student, a column for each seed; arrow keys go from cell to cell. */
import { statusInWords } from "../shared/course/state";
import { element } from "../shared/dom";
import { type BoardCell, type CourseBoardState, cellInSentence, cellInWords } from "./state";

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export class BoardGrid {
  readonly root = element("div", { class: "cj-board" });
  private buttons: HTMLButtonElement[] = [];
  private columns = 0;
  private at = 0;

  /** `chosen` is told which cell was chosen; `go` which one to go to. */
  constructor(
    private readonly chosen: (place: number) => void,
    private readonly go: (place: number) => void,
  ) {
    this.root.addEventListener("keydown", (event) => this.move(event));
  }

  show({ students, seeds, cells }: CourseBoardState["content"], at: number): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.columns = seeds.length;
    this.at = at;
    this.buttons = cells.map((cell, place) => {
      const student = students[Math.floor(place / seeds.length)];
      return this.button(cell, place, student ? cellInSentence(cell, student) : "");
    });
    const head = element(
      "tr",
      {},
      element("th", { scope: "col" }, "Student"),
      ...seeds.map((seed) =>
        element(
          "th",
          { scope: "col", title: seed.task },
          element("small", {}, `Level ${seed.level}`),
          element("br"),
          seed.name,
        ),
      ),
    );
    const rows = students.map((student, row) =>
      element(
        "tr",
        {},
        element(
          "th",
          { scope: "row", title: student.full_name || student.username },
          `${student.initials} `,
          element("small", {}, student.username),
        ),
        ...this.buttons
          .slice(row * seeds.length, (row + 1) * seeds.length)
          .map((button) => element("td", { "data-status": button.dataset.status ?? "" }, button)),
      ),
    );
    const table = element(
      "table",
      { "aria-label": "Students and neurons" },
      element("thead", {}, head),
      element("tbody", {}, ...rows),
    );
    this.root.replaceChildren(table);
    if (hadFocus) this.buttons[at]?.focus();
  }

  focus(place: number): void {
    this.buttons[place]?.focus();
  }

  private button(cell: BoardCell, place: number, sentence: string): HTMLButtonElement {
    const made = element(
      "button",
      {
        type: "button",
        title: sentence,
        "aria-label": sentence,
        "aria-pressed": place === this.at ? "true" : "false",
        tabindex: place === this.at ? 0 : -1,
        "data-status": cell.status,
        "data-place": place,
      },
      element("span", {}, statusInWords(cell.status)),
      element("small", {}, cellInWords(cell)),
    );
    made.addEventListener("click", () => this.chosen(place));
    made.addEventListener("dblclick", () => this.go(place));
    return made;
  }

  private move(event: KeyboardEvent): void {
    const place = Number((event.target as HTMLElement).dataset?.place ?? Number.NaN);
    if (Number.isNaN(place)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.chosen(place);
      this.go(place);
      return;
    }
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [rows, columns] = step;
    const column = (place % this.columns) + columns;
    const next = place + rows * this.columns + columns;
    if (column < 0 || column >= this.columns || !this.buttons[next]) return;
    event.preventDefault();
    this.chosen(next);
    this.focus(next);
  }
}
