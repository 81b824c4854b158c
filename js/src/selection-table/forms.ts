/** Forms of the selection table's actions: colour, annotate, rename, tag, export. */
import { element, needsKernel } from "../shared/dom";

/** A row as a form sees it. */
export interface ChosenRow {
  id: number;
  name: string;
  nodes: number;
}

export interface FormHost {
  /** The rows that an action is about. */
  rows(): ChosenRow[];
  color(ids: number[], color: string): void;
  colorInTurn(ids: number[]): void;
  colorBy(ids: number[], column: string, palette: string): Promise<void>;
  annotate(ids: number[], annotations: string[], meta: string): Promise<void>;
  unannotate(ids: number[], annotations: string[]): Promise<void>;
  rename(names: Array<[id: number, name: string]>): Promise<void>;
  tag(ids: number[], tag: string): Promise<void>;
  export(kind: string): Promise<void>;
  /** The form is done with. */
  close(): void;
}

const PREVIEWED = 8;

type Controls = Array<HTMLElement | string>;

/** The form of an action, by its name. */
export const FORMS: Readonly<Record<string, (host: FormHost) => HTMLElement>> = {
  color: colorForm,
  annotate: annotateForm,
  rename: renameForm,
  tag: tagForm,
  export: exportForm,
};

/** The name of a row in a pattern such as `{name} (DA1) {n}`; `{n}` counts from 1. */
export function nameBy(pattern: string, row: ChosenRow, at: number): string {
  const values: Record<string, string> = {
    name: row.name,
    id: String(row.id),
    nodes: String(row.nodes),
    n: String(at + 1),
  };
  return pattern.replaceAll(/\{(name|id|nodes|n)\}/g, (_, key: string) => values[key] ?? "");
}

function colorForm(host: FormHost): HTMLElement {
  const kind = select("How", [
    ["one", "in one colour"],
    ["turn", "in turn, palette for colour-blind people"],
    ["name", "by name"],
    ["annotations", "by annotation"],
    ["nodes", "by nodes"],
    ["cable_length", "by cable"],
    ["pre", "by presynaptic links"],
    ["post", "by postsynaptic links"],
    ["review", "by review"],
  ]);
  for (const byColumn of [...kind.options].slice(2)) needsKernel(byColumn);
  const palettes = ["colorblind", "cividis", "viridis", "magma", "coolwarm", "tab10", "tab20"];
  const palette = select(
    "Palette",
    palettes.map((name) => [name, name]),
  );
  const color = element("input", { type: "color", "aria-label": "Colour", value: "#ee7733" });
  const show = (): void => {
    color.hidden = kind.value !== "one";
    palette.hidden = kind.value === "one" || kind.value === "turn";
  };
  kind.addEventListener("change", show);
  show();
  return form(host, "Colour", [kind, color, palette], async () => {
    const ids = host.rows().map(({ id }) => id);
    if (kind.value === "one") host.color(ids, color.value);
    else if (kind.value === "turn") host.colorInTurn(ids);
    else await host.colorBy(ids, kind.value, palette.value);
  });
}

function annotateForm(host: FormHost): HTMLElement {
  const names = field("Annotations", "annotations, with commas between");
  const meta = field("Meta-annotation", "meta-annotation, if any");
  const isRemoved = element("input", { type: "checkbox" });
  const label = element("label", {}, isRemoved, "take away");
  isRemoved.addEventListener("change", () => {
    meta.hidden = isRemoved.checked;
  });
  return form(host, "Annotate", [names, meta, label], async () => {
    const annotations = names.value
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    if (annotations.length === 0) throw new Error("Write at least one annotation.");
    const ids = host.rows().map(({ id }) => id);
    if (isRemoved.checked) await host.unannotate(ids, annotations);
    else await host.annotate(ids, annotations, meta.value.trim());
  });
}

function renameForm(host: FormHost): HTMLElement {
  const pattern = field("New name", "{name} (DA1)");
  pattern.value = "{name}";
  const preview = element("ul", { class: "cj-preview", "data-testid": "preview", "aria-label": "Preview" });
  const names = (): Array<[id: number, name: string, old: string]> =>
    host.rows().map((row, at) => [row.id, nameBy(pattern.value, row, at).trim(), row.name]);
  const show = (): void => {
    const changed = names().filter(([, name, old]) => name !== old);
    const lines = changed.slice(0, PREVIEWED).map(([, name, old]) => element("li", {}, `${old} → ${name}`));
    const more = changed.length - lines.length;
    const rest = changed.length === 0 ? "No name changes." : more > 0 ? `and ${more} more` : "";
    preview.replaceChildren(...lines, ...(rest ? [element("li", {}, rest)] : []));
  };
  pattern.addEventListener("input", show);
  const hint = "{name}, {id}, {nodes} and {n}, which counts, stand for each neuron's own.";
  const node = form(host, "Rename", [pattern, hint], async () => {
    if (!pattern.value.trim()) throw new Error("Write a name.");
    await host.rename(names().map(([id, name]) => [id, name]));
  });
  show();
  node.append(preview);
  return node;
}

function tagForm(host: FormHost): HTMLElement {
  const tag = field("Tag", "tag of the root nodes");
  return form(host, "Tag", [tag], async () => {
    if (!tag.value.trim()) throw new Error("Write a tag.");
    await host.tag(
      host.rows().map(({ id }) => id),
      tag.value.trim(),
    );
  });
}

function exportForm(host: FormHost): HTMLElement {
  const kind = select("Format", [
    ["csv", "CSV, the table"],
    ["json", "JSON, ids, names and colours"],
    ["swc", "SWC, a zip file of skeletons"],
  ]);
  for (const swc of [...kind.options].slice(2)) needsKernel(swc);
  return form(host, "Export", [kind], () => host.export(kind.value));
}

function form(host: FormHost, title: string, controls: Controls, run: () => Promise<void>): HTMLElement {
  const count = host.rows().length;
  const yes = element("button", { type: "submit", class: "cj-main" }, title);
  const no = element("button", { type: "button" }, "Cancel");
  const said = element("span", { role: "alert", class: "cj-refusal" });
  const about = count === 1 ? "1 neuron" : `${count} neurons`;
  const made = element(
    "form",
    { class: "cj-bar cj-form", "aria-label": title },
    element("span", { class: "cj-about" }, about),
    ...controls,
    yes,
    no,
    said,
  );
  made.addEventListener("keydown", (event) => {
    if (event.key === "Escape") host.close();
    event.stopPropagation();
  });
  no.addEventListener("click", () => host.close());
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    yes.disabled = true;
    said.textContent = "";
    run()
      .then(() => host.close())
      .catch((error: unknown) => {
        said.textContent = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        yes.disabled = false;
      });
  });
  return made;
}

function field(label: string, placeholder: string): HTMLInputElement {
  return element("input", {
    type: "text",
    "aria-label": label,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
  });
}

function select(
  label: string,
  options: ReadonlyArray<readonly [value: string, words: string]>,
): HTMLSelectElement {
  const made = element("select", { "aria-label": label });
  made.append(...options.map(([value, words]) => element("option", { value }, words)));
  return made;
}
