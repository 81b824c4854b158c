/** One query in three views, of which one is edited and shows the others. */
import { element } from "../shared/dom";
import { isAbort } from "../shared/rpc";
import { QueryForm } from "./form";
import type { ConditionDescription, Notation, Notations, PlainQuery, Problem } from "./state";

const VIEWS: ReadonlyArray<[view: Notation, title: string]> = [
  ["form", "Form"],
  ["text", "Text"],
  ["python", "Python"],
];
const LABELS: Record<"text" | "python", string> = {
  text: "The search as text, such as annotation:PN -annotation:fragment nodes:100..",
  python: "The search as a Python cell",
};

export interface NotationHost {
  convert(notation: Notation, source: unknown, signal: AbortSignal): Promise<Notations>;
  suggestions(of: string): Promise<string[]>;
  /** The query is another, or its text; null while it says nothing. */
  changed(text: string | null): void;
  /** Enter was pressed: search. */
  entered(): void;
  viewed(view: Notation): void;
  failed(error: unknown): void;
}

export class QueryViews {
  readonly node: HTMLElement;
  private readonly form: QueryForm;
  private readonly areas = { text: area("text"), python: area("python") };
  private readonly problem = element("div", { class: "cj-problem", role: "alert", "data-testid": "problem" });
  private readonly others = element("div", { class: "cj-others", "data-testid": "others" });
  private readonly tabs = new Map<Notation, HTMLButtonElement>();
  private readonly panels = new Map<Notation, HTMLElement>();
  private view: Notation = "form";
  private known: Notations = { text: "*", python: "", form: { all: [] }, problem: null };
  /** Whether `known` came from the kernel; false for the initial value. */
  private isConverted = false;
  private converting = new AbortController();
  /** Settles when what was written last is known in all notations, or what is wrong with it. */
  settled: Promise<void> = Promise.resolve();

  constructor(private readonly host: NotationHost) {
    this.form = new QueryForm({
      changed: (query) => void this.convert("form", query),
      suggestions: (of) => host.suggestions(of),
    });
    this.panels.set("form", this.form.node);
    for (const notation of ["text", "python"] as const) this.listen(notation);
    this.node = element(
      "div",
      { class: "cj-query" },
      this.tabList(),
      ...this.panels.values(),
      this.problem,
      this.others,
    );
    this.problem.hidden = true;
    this.form.node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || (event.target as Element).tagName === "BUTTON") return;
      event.preventDefault();
      event.stopPropagation();
      this.host.entered();
    });
  }

  describe(conditions: readonly ConditionDescription[]): void {
    this.form.describe(conditions);
    if (this.known.form) this.form.show(this.known.form);
  }

  /** Show a view, in which the query can be edited. */
  showView(view: Notation): void {
    this.view = view;
    for (const [name, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(name === view));
      tab.tabIndex = name === view ? 0 : -1;
      const panel = this.panels.get(name);
      if (panel) panel.hidden = name !== view;
    }
    if (!this.known.problem) this.fill(view);
    this.showOthers();
  }

  /** Show a query that comes from elsewhere, in all views. */
  async showText(text: string): Promise<void> {
    if (this.isConverted && text === this.known.text && !this.known.problem) return;
    await this.convert("text", text, true);
  }

  focus(): void {
    if (this.view === "form") this.form.focus();
    else this.areas[this.view].focus();
  }

  dispose(): void {
    this.converting.abort();
  }

  private convert(notation: Notation, source: PlainQuery | string, isForeign = false): Promise<void> {
    this.settled = this.ask(notation, source, isForeign);
    return this.settled;
  }

  private async ask(notation: Notation, source: PlainQuery | string, isForeign: boolean): Promise<void> {
    this.converting.abort();
    this.converting = new AbortController();
    const { signal } = this.converting;
    try {
      const found = await this.host.convert(notation, source, signal);
      if (signal.aborted) return;
      this.take(found, notation, source, isForeign);
    } catch (error) {
      if (!isAbort(error)) this.host.failed(error);
    }
  }

  private take(found: Notations, notation: Notation, source: PlainQuery | string, isForeign: boolean): void {
    if (found.problem) {
      this.known = { ...this.known, problem: found.problem };
      if (isForeign && this.view !== "form") this.areas[this.view].value = String(source);
      this.showProblem(found.problem, notation);
      this.host.changed(null);
      return;
    }
    this.known = found;
    this.isConverted = true;
    this.showProblem(null, notation);
    if (isForeign) this.fill(this.view);
    this.showOthers();
    this.host.changed(found.text);
  }

  private showProblem(problem: Problem | null, notation: Notation): void {
    this.problem.hidden = problem === null;
    for (const input of Object.values(this.areas)) input.setAttribute("aria-invalid", "false");
    this.form.mark(problem && notation === "form" ? problem.row : null);
    if (!problem) return;
    const parts: Array<Node | string> = [problem.message];
    if (notation !== "form") {
      const input = this.areas[notation];
      input.setAttribute("aria-invalid", "true");
      const [before, wrong, after] = cut(input.value, problem.start, problem.end);
      const place = element("code", { dir: "auto" }, before, element("mark", {}, wrong || "‸"), after);
      const go = element("button", { type: "button" }, "Show the place");
      go.addEventListener("click", () => {
        input.focus();
        input.setSelectionRange(problem.start, problem.end);
      });
      parts.push(element("div", { class: "cj-place" }, place, go));
    }
    this.problem.replaceChildren(...parts);
  }

  private fill(view: Notation): void {
    if (view !== "form") this.areas[view].value = view === "text" ? this.known.text : this.known.python;
    else if (this.known.form) this.form.show(this.known.form);
  }

  /** The query in the notations that are not edited. */
  private showOthers(): void {
    const shown = (["text", "python"] as const).filter((notation) => notation !== this.view);
    this.others.replaceChildren(
      ...shown.map((notation) =>
        element(
          "div",
          { "data-notation": notation },
          element("span", {}, notation === "text" ? "Text " : "Python "),
          element("code", { dir: "auto" }, this.known[notation].slice(0, 2000)),
        ),
      ),
    );
  }

  private listen(notation: "text" | "python"): void {
    const input = this.areas[notation];
    this.panels.set(notation, input);
    input.addEventListener("input", () => void this.convert(notation, input.value));
    input.addEventListener("keydown", (event) => {
      const isDone =
        event.key === "Enter" && (notation === "text" ? !event.shiftKey : event.ctrlKey || event.metaKey);
      if (isDone) {
        event.preventDefault();
        this.host.entered();
      }
      event.stopPropagation();
    });
  }

  private tabList(): HTMLElement {
    const list = element("div", {
      class: "cj-tabs",
      role: "tablist",
      "aria-label": "How the search is written",
    });
    for (const [view, title] of VIEWS) {
      const tab = element("button", { type: "button", role: "tab", "data-view": view }, title);
      tab.addEventListener("click", () => this.host.viewed(view));
      this.tabs.set(view, tab);
      list.append(tab);
    }
    list.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (step === 0) return;
      const names = VIEWS.map(([name]) => name);
      const next = names[(names.indexOf(this.view) + step + names.length) % names.length] as Notation;
      this.host.viewed(next);
      this.tabs.get(next)?.focus();
      event.preventDefault();
      event.stopPropagation();
    });
    return list;
  }
}

function area(notation: "text" | "python"): HTMLTextAreaElement {
  return element("textarea", {
    rows: notation === "text" ? 2 : 3,
    "aria-label": LABELS[notation],
    "data-testid": notation,
    spellcheck: "false",
    dir: "auto",
  });
}

/** What is before a place of a text, there, and after it; not more than a line of each. */
export function cut(
  text: string,
  start: number,
  end: number,
): [before: string, wrong: string, after: string] {
  const room = 30;
  const before = text.slice(Math.max(0, start - room), start);
  const after = text.slice(end, end + room);
  return [(start > room ? "…" : "") + before, text.slice(start, Math.min(end, start + 2 * room)), after];
}
