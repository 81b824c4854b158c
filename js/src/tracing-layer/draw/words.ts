/** Words beside nodes of the section: tags, and confidences below 5 on the edge to the parent. */
import { labelText } from "./label-text";
import { LABEL_TEXT } from "./palette";
import type { Brush, Picture } from "./picture";

const FONT = "11px system-ui, sans-serif";
const HEIGHT = 14;
/** What stands for words that there is no room for. */
const ELSEWHERE = "…";
/** Parts of the view (CSS pixels) have so many words of other neurons at most: more would hide the tissue. */
const PART = { width: 200, height: 100, most: 3 };

/** A text and the place that it belongs to, nm. */
export interface Words {
  text: string;
  x: number;
  y: number;
  /** It stands on the place itself, and not beside a node. */
  isOnPlace: boolean;
  /** Of the active neuron. */
  isOwn: boolean;
}

/** Words where they stand: the left end of their middle line as CSS pixels from their place. */
export interface PlacedWords extends Words {
  dx: number;
  dy: number;
  width: number;
}

/** All words of a section, those of the active neuron first. */
export function gatherWords(picture: Picture): Words[] {
  if (!picture.look.labels) return [];
  const { activeSkeleton } = picture.look;
  const own: Words[] = [];
  const others: Words[] = [];
  const { skeleton } = picture.graph.nodes.columns;
  const add: Add = (row, words) => {
    const isOwn = row !== null && skeleton[row] === activeSkeleton;
    (isOwn ? own : others).push({ ...words, isOwn });
  };
  gatherTags(picture, add);
  gatherConfidences(picture, add);
  return [...own, ...others];
}

/** row: of the treenode; null for a connector. */
type Add = (row: number | null, words: Omit<Words, "isOwn">) => void;

function gatherTags({ graph, section }: Picture, add: Add): void {
  if (graph.labels.size === 0) return;
  const tables = [
    { rows: section.nodes, columns: graph.nodes.columns, isNode: true },
    { rows: section.connectors, columns: graph.connectors.columns, isNode: false },
  ];
  for (const { rows, columns, isNode } of tables) {
    for (const row of rows) {
      const names = graph.labels.get(columns.id[row] as number);
      if (!names) continue;
      const text = names.map(labelText).join(", ");
      add(isNode ? row : null, {
        text,
        x: columns.x[row] as number,
        y: columns.y[row] as number,
        isOnPlace: false,
      });
    }
  }
}

function gatherConfidences({ graph, topology, section }: Picture, add: Add): void {
  const { x, y, confidence } = graph.nodes.columns;
  for (const row of section.nodes) {
    const parent = topology.parentRow[row] as number;
    if (parent < 0 || (confidence[row] as number) >= 5) continue;
    const third = (column: Float64Array): number =>
      ((column[row] as number) * 2 + (column[parent] as number)) / 3;
    add(row, { text: String(confidence[row]), x: third(x), y: third(y), isOnPlace: true });
  }
}

/**
 * Put words so that none lies on others: right or left of their nodes, above or below them.
 *
 * Where there is no room for them, or there are many, a "…" says that there are some; closer, they show.
 */
export function placeWords(
  words: readonly Words[],
  nmPerPixel: number,
  widthOf: (text: string) => number,
): PlacedWords[] {
  const taken = new TakenRoom();
  const placed: PlacedWords[] = [];
  const isPut = (one: Words, text: string): boolean => {
    const width = widthOf(text);
    for (const [dx, dy] of spots(one.isOnPlace, width)) {
      const [left, middle] = [one.x / nmPerPixel + dx, one.y / nmPerPixel + dy];
      if (!taken.take(left, middle - HEIGHT / 2, left + width, middle + HEIGHT / 2)) continue;
      placed.push({ ...one, text, dx, dy, width });
      return true;
    }
    return false;
  };
  const parts = new Map<string, number>();
  for (const one of words) {
    const part = [one.x / PART.width, one.y / PART.height].map((at) => Math.floor(at / nmPerPixel)).join();
    const others = parts.get(part) ?? 0;
    if ((one.isOwn || others < PART.most) && isPut(one, one.text)) parts.set(part, others + 1);
    else isPut(one, ELSEWHERE);
  }
  return placed;
}

function spots(isOnPlace: boolean, width: number): Array<[dx: number, dy: number]> {
  if (isOnPlace) return [[3, 0]];
  return [
    [9, -8],
    [9, 9],
    [-9 - width, -8],
    [-9 - width, 9],
  ];
}

/** Rectangles of a plane that do not meet. */
class TakenRoom {
  private readonly cells = new Map<string, number[]>();
  private static readonly CELL = 64;

  /** Take a rectangle; false if part of it is taken. */
  take(left: number, top: number, right: number, bottom: number): boolean {
    const keys = this.keys(left, top, right, bottom);
    if (keys.some((key) => this.meets(this.cells.get(key), left, top, right, bottom))) return false;
    for (const key of keys) {
      const known = this.cells.get(key);
      if (known) known.push(left, top, right, bottom);
      else this.cells.set(key, [left, top, right, bottom]);
    }
    return true;
  }

  private meets(
    boxes: number[] | undefined,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): boolean {
    if (!boxes) return false;
    for (let at = 0; at < boxes.length; at += 4) {
      const [l, t, r, b] = boxes.slice(at, at + 4) as [number, number, number, number];
      if (l < right && r > left && t < bottom && b > top) return true;
    }
    return false;
  }

  private keys(left: number, top: number, right: number, bottom: number): string[] {
    const keys: string[] = [];
    const cell = (value: number): number => Math.floor(value / TakenRoom.CELL);
    for (let column = cell(left); column <= cell(right); column++) {
      for (let line = cell(top); line <= cell(bottom); line++) keys.push(`${column} ${line}`);
    }
    return keys;
  }
}

const widths = new Map<string, number>();

/** Width of a text in CSS pixels. */
export function widthIn(ctx: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    ctx.font = FONT;
    width = ctx.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

export function paintWords({ ctx, view, frame }: Brush, words: readonly PlacedWords[]): void {
  ctx.font = FONT;
  ctx.lineWidth = 3;
  ctx.strokeStyle = "rgb(0 0 0 / 75%)";
  ctx.fillStyle = LABEL_TEXT;
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  for (const { text, x, y, dx, dy, width } of words) {
    const [px, py] = view.toScreen(x, y);
    const [left, middle] = [px + dx, py + dy];
    if (left > frame.right || left + width < frame.left) continue;
    if (middle - HEIGHT > frame.bottom || middle + HEIGHT < frame.top) continue;
    ctx.strokeText(text, left, middle);
    ctx.fillText(text, left, middle);
  }
}
