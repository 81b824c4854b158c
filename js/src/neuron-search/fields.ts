/** The inputs of one value of a condition. */
import { element } from "../shared/dom";
import type { FieldDescription } from "./state";

export interface ValueInputs {
  node: HTMLElement;
  /** What is in the inputs, as plain queries have it. */
  read(): unknown;
}

const PATTERNS: ReadonlyArray<[how: string, words: string]> = [
  ["contains", "contains"],
  ["exact", "is"],
  ["regex", "matches /…/"],
];
const CHOICES: Record<string, string> = {
  out: "downstream: they get its synapses",
  in: "upstream: they make its synapses",
  gap: "by gap junctions",
};

/** The inputs of a value; `label` says what it is, for those who do not see where it stands. */
export function fieldOf(
  description: FieldDescription,
  value: unknown,
  label: string,
  list?: string,
): ValueInputs {
  switch (description.kind) {
    case "flag":
      return flag(description, value);
    case "pattern":
      return pattern(description, value, label);
    case "numbers":
      return range(description, value, label, "decimal", numberOf);
    case "dates":
      return range(description, value, label, "text", textOf);
    case "choice":
      return choice(description, value, label);
    default:
      return line(description, value, label, list);
  }
}

function line(description: FieldDescription, value: unknown, label: string, list?: string): ValueInputs {
  const input = textInput(label, description.example.replaceAll('"', ""));
  if (list) input.setAttribute("list", list);
  const isList = description.kind === "users" || description.kind === "ids";
  input.value = Array.isArray(value) ? value.join(", ") : value === undefined ? "" : String(value);
  const read = (): unknown => {
    if (!isList) return description.kind === "count" ? numberOf(input.value) : input.value;
    const parts = input.value
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean);
    return description.kind === "ids" ? parts.map(numberOf) : parts;
  };
  return { node: input, read };
}

function flag(description: FieldDescription, value: unknown): ValueInputs {
  const input = element("input", { type: "checkbox" });
  input.checked = value === true;
  const words = description.name === "sub" ? "and sub-annotations" : "case counts";
  return { node: element("label", { class: "cj-flag" }, input, words), read: () => input.checked };
}

function pattern(description: FieldDescription, value: unknown, label: string): ValueInputs {
  const [text, how] = Array.isArray(value) ? value : [value ?? "", "contains"];
  const select = element("select", { "aria-label": `How the ${label} is compared` });
  select.append(...PATTERNS.map(([name, words]) => element("option", { value: name }, words)));
  select.value = String(how);
  const input = textInput(label, description.example.replaceAll("/", ""));
  input.value = String(text);
  return {
    node: element("span", { class: "cj-field" }, select, input),
    read: () => [input.value, select.value],
  };
}

function choice(description: FieldDescription, value: unknown, label: string): ValueInputs {
  const select = element("select", { "aria-label": label });
  select.append(
    ...description.choices.map((name) => element("option", { value: name }, CHOICES[name] ?? name)),
  );
  if (typeof value === "string") select.value = value;
  return { node: select, read: () => select.value };
}

function range(
  description: FieldDescription,
  value: unknown,
  label: string,
  mode: string,
  read: (text: string) => unknown,
): ValueInputs {
  const ends = Array.isArray(value) ? value : [null, null];
  const [low, high] = ["from", "to"].map((end, index) => {
    const input = textInput(`${label} ${end}`, mode === "text" ? "2026-01-31" : end);
    input.inputMode = mode;
    input.className = mode === "text" ? "cj-date" : "cj-number";
    input.value = ends[index] === null || ends[index] === undefined ? "" : String(ends[index]);
    return input;
  }) as [HTMLInputElement, HTMLInputElement];
  const node = element("span", { class: "cj-field" }, low, "to", high, description.unit);
  return { node, read: () => [read(low.value), read(high.value)] };
}

function textInput(label: string, placeholder: string): HTMLInputElement {
  return element("input", {
    type: "text",
    "aria-label": label,
    placeholder,
    spellcheck: "false",
    autocomplete: "off",
    dir: "auto",
  });
}

/** A number; text that is none stays, so that it can be said what is wrong with it. */
function numberOf(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : trimmed;
}

function textOf(text: string): string | null {
  return text.trim() || null;
}
