/** The columns of a table, made of what the kernel side says of them. */
import { array } from "../shared/columns";
import type { TableColumn } from "../shared/table/columns";
import type { TypedColumns, TypedRows } from "../shared/table/typed";
import type { CodedTexts, ShownColumn, TableContent } from "./state";

const LONGEST_HINT = 2000;
const NUMBERS = "12, >500, <=3, =7, 10..20";
const TEXT = "Text, /regular expression/, or !text for rows without it";

export const NO_ROWS: TypedColumns = { key: [], skeleton_id: [] };

export function valuesOf({ values }: TableContent): TypedColumns {
  const typed = Object.entries(values).map(([name, value]) => [
    name,
    "codes" in value ? () => textsOf(value) : array(value),
  ]);
  return Object.fromEntries(typed);
}

function textsOf({ codes, texts }: CodedTexts): string[] {
  const places = array(codes);
  const found = new Array<string>(places.length);
  for (let row = 0; row < places.length; row++) found[row] = texts[places[row] ?? -1] ?? "";
  return found;
}

export function columnsOf(shown: readonly ShownColumn[], rows: TypedRows): Array<TableColumn<number>> {
  return shown.map(({ name, title, hint, kind, width, grow, rank }) => {
    const isText = kind === "text";
    const exact = (row: number): string => `${rows.value(name, row) ?? ""}`;
    const text = kind === "decimal" ? (row: number): string => Number(exact(row)).toFixed(1) : exact;
    return {
      name,
      title,
      menuTitle: hint,
      width,
      grow,
      rank,
      isSortable: true,
      text,
      exact,
      hint: (row) => `${hint}: ${text(row)}`.slice(0, LONGEST_HINT),
      ...(isText ? {} : { align: "right" as const }),
    };
  });
}

export function filtersOf(shown: readonly ShownColumn[]): Map<string, string> {
  return new Map(shown.map(({ name, kind }) => [name, kind === "text" ? TEXT : NUMBERS]));
}
