/** The columns of the history table. */
import type { TableColumn } from "../shared/table/columns";
import { localTime, timeAgo } from "../shared/times";
import type { LogRow } from "./state";

export const COLUMNS: ReadonlyArray<TableColumn<LogRow>> = [
  { name: "version", title: "Version", width: 68, align: "right", text: ({ version }) => String(version) },
  {
    name: "time",
    title: "Time",
    width: 132,
    rank: 2,
    text: ({ time }) => localTime(time).slice(0, "2026-06-30 14:05".length),
    hint: ({ time }) => `${timeAgo(time)}, ${localTime(time)}`,
  },
  { name: "user", title: "User", width: 66, grow: 1, rank: 1, text: ({ user }) => user },
  {
    name: "what",
    title: "What",
    width: 110,
    grow: 3,
    text: ({ what }) => what,
    hint: (row) =>
      [`${row.what} (${row.label})`, row.note, backText(row), trimmedText(row)].filter(Boolean).join("\n"),
  },
  {
    name: "neurons",
    title: "Neurons",
    width: 120,
    grow: 3,
    rank: 4,
    text: ({ neurons }) => neurons.join(", "),
  },
  {
    name: "taken_back_by",
    title: "Taken back by",
    width: 120,
    align: "right",
    rank: 3,
    text: ({ taken_back_by: by }) => (by === null ? "" : String(by)),
    hint: backText,
  },
];

function backText({ taken_back_by: by }: LogRow): string {
  return by === null ? "" : `Taken back by version ${by}.`;
}

function trimmedText({ is_trimmed: isTrimmed }: LogRow): string {
  return isTrimmed ? "Its history was trimmed." : "";
}

/** "version 17 (move nodes, ana)", or "3 versions". */
export function described(versions: readonly number[], row: LogRow | undefined): string {
  const about = row && versions.length === 1 ? ` (${[row.what, row.user].filter(Boolean).join(", ")})` : "";
  return counted(versions) + about;
}

/** "version 17" or "3 versions". */
export function counted(versions: readonly number[]): string {
  return versions.length === 1 ? `version ${versions[0]}` : `${versions.length} versions`;
}
