/** The columns of the table of found neurons. */
import type { TableColumn } from "../shared/table/columns";
import { localTime, timeAgo } from "../shared/times";
import type { FoundRow } from "./state";
import type { TargetSelection } from "./target";

/** Characters of a hint. */
const LONGEST_HINT = 2000;

/** The column that says which neurons are in the selection. */
export const IN_TARGET = "in_selection";

export function columnsOf(target: TargetSelection): ReadonlyArray<TableColumn<FoundRow>> {
  return [NAME, memberColumn(target), ...OTHERS];
}

function memberColumn(target: TargetSelection): TableColumn<FoundRow> {
  const isIn = ({ skeleton_id: id }: FoundRow): boolean => target.has(id);
  return {
    name: IN_TARGET,
    title: "In",
    width: 34,
    text: (row) => (isIn(row) ? "" : "+"),
    hint: (row) =>
      isIn(row) ? "In the selection: click to take it out" : "Click to put it into the selection",
    label: (row) =>
      isIn(row) ? `in the selection, colour ${target.colorOf(row.skeleton_id)}` : "not in the selection",
    dress: (cell, row) => {
      const isMember = row !== undefined && isIn(row);
      cell.toggleAttribute("data-swatch", isMember);
      if (isMember) cell.style.setProperty("--cj-swatch", target.colorOf(row.skeleton_id));
    },
    press: ({ skeleton_id: id }) => target.toggle(id),
  };
}

const NAME: TableColumn<FoundRow> = {
  name: "name",
  title: "Name",
  width: 120,
  grow: 3,
  isSortable: true,
  text: ({ name }) => name,
  hint: ({ name }) => name.slice(0, LONGEST_HINT),
};

const OTHERS: ReadonlyArray<TableColumn<FoundRow>> = [
  {
    name: "nodes",
    title: "Nodes",
    width: 72,
    align: "right",
    isSortable: true,
    text: ({ nodes }) => String(nodes),
  },
  {
    name: "cable_length",
    title: "Cable (µm)",
    width: 96,
    align: "right",
    rank: 2,
    isSortable: true,
    text: ({ cable_length: nm }) => (nm / 1000).toFixed(1),
    exact: ({ cable_length: nm }) => String(nm / 1000),
  },
  {
    name: "annotations",
    title: "Annotations",
    width: 110,
    grow: 3,
    rank: 1,
    text: ({ annotations }) => annotations.join(", "),
    hint: ({ annotations }) => annotations.join("\n").slice(0, LONGEST_HINT),
  },
  {
    name: "creator",
    title: "Creator",
    width: 70,
    grow: 1,
    rank: 3,
    isSortable: true,
    text: ({ creator }) => creator,
  },
  {
    name: "edition_time",
    title: "Edited",
    width: 132,
    rank: 4,
    isSortable: true,
    text: ({ edition_time: time }) => localTime(time).slice(0, "2026-06-30 14:05".length),
    hint: ({ edition_time: time }) => `${timeAgo(time)}, ${localTime(time)}`,
  },
  {
    name: "id",
    title: "Skeleton",
    width: 80,
    align: "right",
    rank: 5,
    isSortable: true,
    text: ({ skeleton_id: id }) => String(id),
  },
];
