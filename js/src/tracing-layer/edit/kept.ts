/** Edits as they are kept in the browser's storage until they are written. */
import { EDIT_KEYS } from "../../wire/facts";
import type { Edit, Op } from "./edit";
import { EDITS } from "./edits";
import {
  listOf,
  number,
  oneOf,
  optional,
  readFields,
  record,
  type Translation,
  text,
  Unreadable,
} from "./fields";

/** The form in which edits are stored: raise it when the values of a kind of edit change. */
const FORMAT = 1;
const DAY_MS = 86_400_000;
/** A day less than the service remembers keys, for clocks that are not right. */
const LONGEST_MS = (EDIT_KEYS.KEPT_DAYS - 1) * DAY_MS;

export interface KeptEdit {
  op: Op;
  values: object;
  /** Idempotency key. */
  key: string;
  group: string | null;
  /** When it was made, ms since 1970. */
  time: number;
}

/** Ids and times as they are stored. */
const AS_STORED: Translation = { id: (id) => id, time: ({ time }) => time };

const FIELDS = {
  op: oneOf(...EDITS.map(({ op }) => op)),
  values: record,
  key: text,
  group: optional(text),
  time: number,
};

/** The edit of an operation and its values; throws `Unreadable` if they are none. */
export function readEdit({ op, values }: { op: Op; values: object }, translation: Translation): Edit {
  const kind = EDITS.find((known) => known.op === op);
  if (!kind) throw new Unreadable(`there is no edit ${op}`);
  return kind.read(values, translation);
}

export function writeKept(edits: readonly KeptEdit[]): string {
  return JSON.stringify({ format: FORMAT, edits });
}

/** The edits of a stored text; throws `Unreadable` if this version cannot read it. */
export function readKept(stored: string): KeptEdit[] {
  const { format, edits } = record(parsed(stored));
  if (format !== FORMAT) throw new Unreadable(`format ${format} is not that of this version`);
  const kept = listOf((value, translation) => readFields(FIELDS, value, translation))(edits, AS_STORED);
  for (const edit of kept) readEdit(edit, AS_STORED);
  return kept;
}

/** Whether the service may have forgotten the keys of some, so that they might be done twice. */
export function areTooOld(edits: readonly KeptEdit[], now = Date.now()): boolean {
  return edits.some(({ time }) => now - time > LONGEST_MS);
}

/** "add the node (2), move the node". */
export function inWords(edits: readonly KeptEdit[]): string {
  const counts = new Map<string, number>();
  for (const edit of edits) {
    const { purpose } = readEdit(edit, AS_STORED);
    counts.set(purpose, (counts.get(purpose) ?? 0) + 1);
  }
  return [...counts].map(([purpose, count]) => (count === 1 ? purpose : `${purpose} (${count})`)).join(", ");
}

function parsed(stored: string): unknown {
  try {
    return JSON.parse(stored);
  } catch {
    throw new Unreadable("it is not JSON");
  }
}
