/** The form of a query: groups of conditions, by mouse and by keyboard. */
import { button, element } from "../shared/dom";
import { fieldOf, type ValueInputs } from "./fields";
import type { ConditionDescription, FieldDescription, PlainQuery } from "./state";
import { type ConditionRow, type Group, groupOf, type Part, plainOf } from "./tree";

const OPTION_WORDS: Record<string, string> = {
  by: "by",
  on: "annotated",
  synapses: "synapses at least",
  relation: "which are",
};
const DEEPEST = 6;

export interface QueryFormHost {
  changed(query: PlainQuery): void;
  /** Names for a field, shown while somebody types. */
  suggestions(of: string): Promise<string[]>;
}

let lists = 0;

export class QueryForm {
  readonly node = element("div", { class: "cj-form", "data-testid": "form" });
  private group: Group = { kind: "group", isNot: false, join: "all", parts: [] };
  private descriptions = new Map<string, ConditionDescription>();
  private rows = new Map<ConditionRow, HTMLElement>();
  private readonly lists = new Map<string, HTMLDataListElement>();
  private readonly prefix = `cj-names-${lists++}`;

  constructor(private readonly host: QueryFormHost) {
    this.node.addEventListener("input", () => this.tell());
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") event.stopPropagation();
    });
  }

  describe(conditions: readonly ConditionDescription[]): void {
    this.descriptions = new Map(conditions.map((one) => [one.condition, one]));
    this.draw();
  }

  show(query: PlainQuery): void {
    this.group = groupOf(query);
    if (this.group.parts.length === 0) this.group.parts.push(this.fresh());
    this.draw();
  }

  /** Mark the condition that is wrong, by its number among those that are complete; null for none. */
  mark(row: number | null): void {
    const wrong = row === null ? undefined : plainOf(this.group, this.descriptions).rows[row];
    for (const [condition, node] of this.rows) {
      const isWrong = condition === wrong;
      node.classList.toggle("cj-wrong", isWrong);
      for (const input of node.querySelectorAll("input")) input.setAttribute("aria-invalid", String(isWrong));
    }
  }

  focus(): void {
    this.node.querySelector<HTMLElement>("input[type=text], select")?.focus();
  }

  private draw(): void {
    if (this.descriptions.size === 0) return;
    this.rows.clear();
    this.node.replaceChildren(this.drawGroup(this.group, null, 0), ...this.lists.values());
  }

  private drawGroup(group: Group, above: Group | null, depth: number): HTMLElement {
    const join = element(
      "select",
      { "aria-label": "How these conditions are joined" },
      element("option", { value: "all" }, "all of these"),
      element("option", { value: "any" }, "any of these"),
    );
    join.value = group.join;
    join.addEventListener("change", () => {
      group.join = join.value === "any" ? "any" : "all";
    });
    const head = element("div", { class: "cj-row" }, ...(above ? [this.notBox(group)] : []), join);
    if (above) head.append(this.remover(group, above, "Remove this group"));
    const more = element(
      "div",
      { class: "cj-row" },
      button("Add a condition", "+ condition", () => this.append(group, this.fresh())),
    );
    if (depth < DEEPEST) {
      const inner = (): Group => ({ kind: "group", isNot: false, join: "any", parts: [this.fresh()] });
      more.append(button("Add a group of conditions", "+ group", () => this.append(group, inner())));
    }
    const parts = group.parts.map((part) =>
      part.kind === "group" ? this.drawGroup(part, group, depth + 1) : this.drawRow(part, group),
    );
    const label = group.join === "all" ? "All of these" : "Any of these";
    return element("div", { class: "cj-group", role: "group", "aria-label": label }, head, ...parts, more);
  }

  private drawRow(row: ConditionRow, above: Group): HTMLElement {
    const select = element("select", { "aria-label": "Condition", name: "condition" });
    for (const { condition, title } of this.descriptions.values()) {
      select.append(element("option", { value: condition }, title));
    }
    select.value = row.condition;
    select.addEventListener("change", (event) => {
      event.stopPropagation();
      Object.assign(row, { condition: select.value, values: {} });
      this.redraw(row);
    });
    const description = this.descriptions.get(row.condition);
    const fields = (description?.fields ?? []).map((field, index) =>
      this.drawField(row, field, index, description),
    );
    const remove = this.remover(row, above, "Remove this condition");
    const node = element("div", { class: "cj-row", "data-condition": row.condition });
    node.append(this.notBox(row), select, ...fields, remove);
    this.rows.set(row, node);
    return node;
  }

  private drawField(
    row: ConditionRow,
    field: FieldDescription,
    index: number,
    description: ConditionDescription | undefined,
  ): HTMLElement {
    const words = index === 0 ? (description?.title ?? field.name) : (OPTION_WORDS[field.name] ?? field.name);
    const names =
      field.kind === "users" ? "users" : index === 0 && field.kind === "text" ? row.condition : "";
    const made: ValueInputs = fieldOf(
      field,
      row.values[field.name],
      words,
      names ? this.listOf(names) : undefined,
    );
    made.node.addEventListener("input", () => {
      row.values[field.name] = made.read();
    });
    if (index === 0 || field.kind === "flag" || field.kind === "choice") return made.node;
    return element("span", { class: "cj-option" }, words, made.node);
  }

  private notBox(part: Part): HTMLElement {
    const box = element("input", { type: "checkbox" });
    box.checked = part.isNot;
    box.addEventListener("input", () => {
      part.isNot = box.checked;
    });
    return element("label", { class: "cj-flag" }, box, "not");
  }

  private remover(part: Part, above: Group, label: string): HTMLElement {
    return button(label, "×", () => {
      above.parts.splice(above.parts.indexOf(part), 1);
      this.draw();
      this.tell();
      this.focus();
    });
  }

  private append(group: Group, part: Part): void {
    group.parts.push(part);
    this.draw();
    const row = part.kind === "condition" ? part : (part.parts[0] as ConditionRow);
    this.rows.get(row)?.querySelector<HTMLElement>("select")?.focus();
  }

  private redraw(row: ConditionRow): void {
    this.draw();
    this.tell();
    this.rows.get(row)?.querySelector<HTMLElement>("select[name=condition]")?.focus();
  }

  /** The id of a list of names, read when it is first wanted. */
  private listOf(of: string): string {
    const id = `${this.prefix}-${of}`;
    if (!this.lists.has(of)) {
      const list = element("datalist", { id });
      this.lists.set(of, list);
      void this.host.suggestions(of).then(
        (names) => list.replaceChildren(...names.map((name) => element("option", { value: name }))),
        () => this.lists.delete(of), // the names are only a help; they are asked for again
      );
    }
    return id;
  }

  private fresh(): ConditionRow {
    const condition = this.descriptions.keys().next().value ?? "annotation";
    return { kind: "condition", isNot: false, condition, values: {} };
  }

  private tell(): void {
    this.host.changed(plainOf(this.group, this.descriptions).query);
  }
}
