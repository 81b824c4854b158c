/** A query as a form holds it: groups and conditions, each of which may be turned round, also while they are incomplete. */
import type { ConditionDescription, PlainQuery } from "./state";

export interface ConditionRow {
  kind: "condition";
  isNot: boolean;
  condition: string;
  values: Record<string, unknown>;
}

export interface Group {
  kind: "group";
  isNot: boolean;
  join: "all" | "any";
  parts: Part[];
}

export type Part = ConditionRow | Group;

/** A plain query as a form shows it: a group at the top. */
export function groupOf(query: PlainQuery): Group {
  const part = partOf(query);
  return part.kind === "group" && !part.isNot
    ? part
    : { kind: "group", isNot: false, join: "all", parts: [part] };
}

function partOf(query: PlainQuery): Part {
  if ("not" in query) {
    const part = partOf(query.not as PlainQuery);
    return { ...part, isNot: !part.isNot };
  }
  if ("all" in query || "any" in query) {
    const join = "all" in query ? "all" : "any";
    const parts = ((query as Record<string, unknown>)[join] as PlainQuery[]).map(partOf);
    return { kind: "group", isNot: false, join, parts };
  }
  const { condition, ...values } = query as { condition: string };
  return { kind: "condition", isNot: false, condition, values };
}

/** The query of a form, without what is incomplete; conditions also in the order of their rows. */
export function plainOf(
  group: Group,
  descriptions: ReadonlyMap<string, ConditionDescription>,
): { query: PlainQuery; rows: ConditionRow[] } {
  const rows: ConditionRow[] = [];
  const condition = (row: ConditionRow): PlainQuery | null => {
    if (!isComplete(row, descriptions)) return null;
    rows.push(row);
    return { condition: row.condition, ...given(row.values) };
  };
  const joined = ({ join, parts }: Group): PlainQuery | null => {
    const found = parts.map(plain).filter((one) => one !== null);
    // An empty group would stand for all neurons, which nobody meant who has just opened it.
    if (found.length === 0) return null;
    return join === "all" ? { all: found } : { any: found };
  };
  function plain(part: Part): PlainQuery | null {
    const found = part.kind === "condition" ? condition(part) : joined(part);
    return found && part.isNot ? { not: found } : found;
  }
  return { query: plain(group) ?? { all: [] }, rows };
}

function isComplete(row: ConditionRow, descriptions: ReadonlyMap<string, ConditionDescription>): boolean {
  const value = descriptions.get(row.condition)?.fields[0];
  if (!value) return false;
  if (row.condition === "reviewed") return true;
  return isGiven(row.values[value.name]);
}

function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isGiven(value)));
}

/** Whether there is a value: not of spaces, not a list without any, not an option that is off. */
export function isGiven(value: unknown): boolean {
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value))
    return value.length > 0 && value[0] !== "" && value.some((one) => one !== null && one !== "");
  return value !== undefined && value !== null && value !== false;
}
