/** What stands below the questions before a split and a join: the arbors, what is to be chosen, and what to mind. */
import { ArborPreview, type PreviewedArbor } from "../../shared/arbor-preview";
import { element } from "../../shared/dom";
import type { QuestionContent } from "../../shared/layer";
import type { EditPreview, PreviewedPart } from "../data/kernel";
import type { Note } from "./notes";

/** What a question shows of an edit, when that is known. */
export interface EditDetails {
  titles: string[];
  controls: HTMLElement[];
  notes: Note[];
  /** Why what is chosen cannot be done; empty if it can. */
  problem(): string;
}

export class ArborContent implements QuestionContent {
  readonly node: HTMLElement;
  readonly known: Promise<boolean>;
  private readonly arbors = new ArborPreview();
  private readonly controls = element("div");
  private readonly notes = element("ul", { class: "cj-ask-notes", "data-testid": "notes" });
  private readonly problem = element("div", { role: "status", "data-testid": "problem" });
  private details: EditDetails | null = null;

  constructor(
    asked: Promise<EditPreview>,
    private readonly describe: (found: EditPreview) => EditDetails,
  ) {
    const { arbors, controls, notes, problem } = this;
    const beside = element("div", {}, controls, notes, problem);
    this.node = element("div", { class: "cj-ask-arbors" }, arbors.node, beside);
    this.node.addEventListener("change", () => this.showProblem());
    this.known = asked.then(
      (found) => this.show(found),
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        arbors.fail(`The arbors cannot be shown: ${reason}`);
        return false;
      },
    );
  }

  /** Arrow keys turn the arbors. */
  key(key: string): boolean {
    return this.arbors.key(key);
  }

  mayConfirm(): boolean {
    const isRefused = this.details?.notes.some(({ level }) => level === "refusal") ?? false;
    return !isRefused && !this.details?.problem();
  }

  private show(found: EditPreview): boolean {
    this.details = this.describe(found);
    const { titles, controls, notes } = this.details;
    this.arbors.show(
      found.parts.map((part, at) => arborOf(part, titles[at] ?? "")),
      found.marks,
    );
    this.controls.replaceChildren(...controls);
    this.notes.replaceChildren(
      ...notes.map(({ level, text }) => element("li", { "data-level": level }, text)),
    );
    return notes.length === 0;
  }

  private showProblem(): void {
    this.problem.textContent = this.details?.problem() ?? "";
  }
}

export function arborOf(
  { nodes, cable_length, positions, parents }: PreviewedPart,
  title: string,
): PreviewedArbor {
  const size = `${nodes.toLocaleString("en")} ${nodes === 1 ? "node" : "nodes"}`;
  return { title, details: `${size}, ${(cable_length / 1000).toFixed(1)} µm`, positions, parents };
}
