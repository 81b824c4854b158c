/** The columns of the selection table, and how each is filtered. */
import { FLAG, hexOf } from "../shared/selection/delta";
import type { SelectionStore } from "../shared/selection/store";
import type { TableColumn } from "../shared/table/columns";
import type { TypedColumns } from "../shared/table/typed";
import { localTime, timeAgo } from "../shared/times";
import { type Facts, isKnown, type SkeletonFacts } from "./facts";
import type { FactGroup } from "./state";

const UM = 1000;
const LONGEST_HINT = 2000;
const NUMBERS = "12, >500, <=3, =7, 10..20";
const TEXT = "Text, /regular expression/, or !text for rows without it";

export const FILTERS: ReadonlyMap<string, string> = new Map([
  ["name", TEXT],
  ["id", NUMBERS],
  ["nodes", NUMBERS],
  ["cable", `${NUMBERS} (µm)`],
  ["pre", NUMBERS],
  ["post", NUMBERS],
  ["synapses", NUMBERS],
  ["review", `${NUMBERS} (percent)`],
  ["annotations", TEXT],
]);

/** What has to be known of all rows to sort or filter by a column. */
export const GROUPS: Readonly<Record<string, FactGroup>> = {
  pre: "synapses",
  post: "synapses",
  synapses: "synapses",
  review: "review",
  annotations: "annotations",
};

export interface ColumnHost {
  store: SelectionStore;
  facts: Facts;
  idOf(row: number): number;
  switchFlag(id: number, flag: number): void;
  setColor(id: number, color: string): void;
  rename(id: number, name: string): void;
}

export function columnsOf(host: ColumnHost): ReadonlyArray<TableColumn<number>> {
  const facts = (row: number): SkeletonFacts => host.facts.of(host.idOf(row));
  const later = (group: FactGroup, text: (facts: SkeletonFacts) => string) => (row: number) => {
    const found = facts(row);
    return isKnown(found, group) && found.exists ? text(found) : "";
  };
  const number = { align: "right", isSortable: true } as const;
  return [
    colorColumn(host),
    flagColumn(host, "visible", "On", "Visible", FLAG.VISIBLE),
    {
      name: "name",
      title: "Name",
      width: 120,
      grow: 3,
      isSortable: true,
      text: (row) => nameOf(facts(row)),
      hint: (row) => hintOf(host.idOf(row), facts(row)),
      edit: {
        kind: "text",
        value: (row) => facts(row).name,
        save: (row, name) => host.rename(host.idOf(row), name),
      },
    },
    { name: "id", title: "Skeleton", width: 82, rank: 7, ...number, text: (row) => String(host.idOf(row)) },
    {
      name: "nodes",
      title: "Nodes",
      width: 62,
      rank: 1,
      ...number,
      text: later("size", ({ nodes }) => `${nodes}`),
    },
    {
      name: "cable",
      title: "µm",
      menuTitle: "Cable (µm)",
      width: 66,
      rank: 3,
      ...number,
      text: later("size", ({ cableLength }) => (cableLength / UM).toFixed(1)),
      exact: later("size", ({ cableLength }) => String(cableLength / UM)),
    },
    {
      name: "pre",
      title: "Pre",
      menuTitle: "Presynaptic links",
      width: 48,
      rank: 4,
      ...number,
      text: later("synapses", ({ pre }) => `${pre}`),
    },
    {
      name: "post",
      title: "Post",
      menuTitle: "Postsynaptic links",
      width: 48,
      rank: 4,
      ...number,
      text: later("synapses", ({ post }) => `${post}`),
    },
    {
      name: "synapses",
      title: "Syn.",
      menuTitle: "Synapses, both",
      width: 48,
      isHidden: true,
      ...number,
      text: later("synapses", ({ pre, post }) => `${pre + post}`),
    },
    {
      name: "review",
      title: "Review",
      menuTitle: "Reviewed (%)",
      width: 72,
      rank: 5,
      ...number,
      text: later("review", ({ review }) => `${Math.floor(review)}%`),
      exact: later("review", ({ review }) => String(review)),
    },
    {
      name: "annotations",
      title: "Annotations",
      width: 110,
      grow: 2,
      rank: 2,
      isSortable: true,
      text: later("annotations", ({ annotations }) => annotations),
      hint: (row) => authorsOf(facts(row)),
    },
    flagColumn(host, "show_pre", "pre", "Show presynapses", FLAG.PRE, 8),
    flagColumn(host, "show_post", "post", "Show postsynapses", FLAG.POST, 8),
    flagColumn(host, "show_text", "text", "Show tags", FLAG.TEXT, 8),
    flagColumn(host, "show_meta", "meta", "Show reviews and other marks", FLAG.META, 8),
  ];
}

/** Values by which rows are sorted and filtered, in the order of the selection; made when they are needed. */
export function valuesOf(store: SelectionStore, facts: Facts): TypedColumns {
  const { ids } = store;
  const text = (value: (facts: SkeletonFacts) => string) => () =>
    Array.from(ids, (id) => value(facts.of(id)));
  const number = (value: (facts: SkeletonFacts) => number) => () => {
    const found = new Float64Array(ids.length);
    for (let row = 0; row < ids.length; row++) found[row] = value(facts.of(ids[row] ?? 0));
    return found;
  };
  const flag = (bit: number) => () => store.flags.map((flags) => ((flags & bit) === 0 ? 0 : 1));
  return {
    id: ids,
    color: store.rgba,
    name: text(({ name }) => name),
    nodes: number(({ nodes }) => nodes),
    cable: number(({ cableLength }) => cableLength / UM),
    pre: number(({ pre }) => pre),
    post: number(({ post }) => post),
    synapses: number(({ pre, post }) => pre + post),
    review: number(({ review }) => review),
    annotations: text(({ annotations }) => annotations),
    visible: flag(FLAG.VISIBLE),
    show_pre: flag(FLAG.PRE),
    show_post: flag(FLAG.POST),
    show_text: flag(FLAG.TEXT),
    show_meta: flag(FLAG.META),
  };
}

function nameOf(facts: SkeletonFacts): string {
  const { name, exists, fate } = facts;
  if (!exists) return [name, fate?.sentence ?? "Gone."].filter(Boolean).join(": ");
  return isKnown(facts, "size") || name ? name : "…";
}

function hintOf(id: number, facts: SkeletonFacts): string {
  const { editionTime: seconds, editor } = facts;
  const when = Number.isNaN(seconds) ? "" : new Date(1000 * seconds).toISOString();
  const by = editor && ` by ${editor}`;
  const edited = when && `\nlast edited${by} ${timeAgo(when)}, ${localTime(when)}`;
  return `${nameOf(facts)}\nskeleton ${id}${edited}`;
}

/** Annotations with who gave them and when, one a line. */
function authorsOf({ annotationAuthors }: SkeletonFacts): string {
  const lines = annotationAuthors.map(([annotation, user, time]) => {
    const by = user && ` by ${user}`;
    const when = time && ` ${timeAgo(time)}, ${localTime(time)}`;
    return by || when ? `${annotation}:${by}${when}` : annotation;
  });
  return lines.join("\n").slice(0, LONGEST_HINT);
}

function colorColumn(host: ColumnHost): TableColumn<number> {
  const color = (row: number): string => hexOf(host.store.rgba[row] ?? 0);
  return {
    name: "color",
    title: "",
    menuTitle: "Colour",
    width: 34,
    text: () => "",
    hint: (row) => `${color(row)}: click for another one`,
    label: (row) => `colour ${color(row)}`,
    dress: (cell, row) => {
      cell.toggleAttribute("data-swatch", row !== undefined);
      if (row !== undefined) cell.style.setProperty("--cj-swatch", color(row));
    },
    edit: {
      kind: "color",
      value: color,
      save: (row, value) => host.setColor(host.idOf(row), value),
    },
  };
}

function flagColumn(
  host: ColumnHost,
  name: string,
  title: string,
  menuTitle: string,
  flag: number,
  rank = 0,
): TableColumn<number> {
  const isOn = (row: number): boolean => ((host.store.flags[row] ?? 0) & flag) !== 0;
  return {
    name,
    title,
    menuTitle,
    width: 52,
    rank,
    isSortable: true,
    text: (row) => (isOn(row) ? "☑" : "☐"),
    label: (row) => `${menuTitle}: ${isOn(row) ? "yes" : "no"}`,
    press: (row) => host.switchFlag(host.idOf(row), flag),
  };
}
