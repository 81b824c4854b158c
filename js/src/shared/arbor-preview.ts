/** A small picture of two or three arbors in colours of their own, which can be turned, and what they are. */
import { element } from "./dom";
import type { Point } from "./layer";

/** Arbors that are told apart by colour-blind people, on light and on dark. */
const COLORS = ["#0f8ac8", "#e69f00", "#cc79a7"] as const;
const WIDTH = 300;
const HEIGHT = 140;
const MARGIN = 10;
const TURN_PER_PIXEL = Math.PI / 300;
const TURN_PER_KEY = Math.PI / 24;

export interface PreviewedArbor {
  title: string;
  /** More of it, in one line. */
  details: string;
  /** x, y, z of each node, nm. */
  positions: Float32Array;
  /** Row of each node's parent, -1 at roots. */
  parents: Int32Array;
}

export class ArborPreview {
  readonly node = element(
    "div",
    { class: "cj-preview", "data-testid": "preview" },
    "Looking at the arbors …",
  );
  private readonly canvas = element("canvas", { class: "cj-preview-picture", "aria-hidden": "true" });
  private arbors: readonly PreviewedArbor[] = [];
  private marks: readonly Point[] = [];
  private middle: Point = [0, 0, 0];
  /** From the middle to the sides of the box around all arbors, nm. */
  private reach: Point = [1, 1, 1];
  /** CSS pixels for 1 nm. */
  private scale = 1;
  /** About the vertical, and then about the horizontal axis of the picture. */
  private turned: [number, number] = [0, 0];
  private drag: [number, number] | null = null;

  constructor() {
    this.canvas.addEventListener("pointerdown", (event) => {
      // The question keeps the focus.
      event.preventDefault();
      this.drag = [event.clientX, event.clientY];
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", ({ clientX, clientY }) => {
      if (!this.drag) return;
      this.turn((clientX - this.drag[0]) * TURN_PER_PIXEL, (clientY - this.drag[1]) * TURN_PER_PIXEL);
      this.drag = [clientX, clientY];
    });
    for (const kind of ["pointerup", "pointercancel"] as const)
      this.canvas.addEventListener(kind, () => {
        this.drag = null;
      });
  }

  /** @param marks - where arbors part or meet, nm */
  show(arbors: readonly PreviewedArbor[], marks: readonly Point[]): void {
    this.arbors = arbors;
    this.marks = marks;
    this.measure();
    const rows = arbors.map(({ title, details }, at) =>
      element(
        "li",
        {},
        element("span", { class: "cj-preview-color", style: `background: ${colorOf(at)}` }),
        element("strong", {}, title),
        ` ${details}`,
      ),
    );
    this.node.replaceChildren(this.canvas, element("ul", { class: "cj-preview-parts" }, ...rows));
    this.draw();
  }

  /** Say why there is no picture. */
  fail(sentence: string): void {
    this.node.replaceChildren(sentence);
  }

  /** Turn by an arrow key; false for others. */
  key(key: string): boolean {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!step || this.arbors.length === 0) return false;
    this.turn((step[0] ?? 0) * TURN_PER_KEY, (step[1] ?? 0) * TURN_PER_KEY);
    return true;
  }

  private turn(across: number, down: number): void {
    this.turned = [this.turned[0] + across, this.turned[1] + down];
    this.draw();
  }

  /** Where all arbors are, and how far they reach. */
  private measure(): void {
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (const { positions } of this.arbors)
      for (const [at, value] of positions.entries()) {
        low[at % 3] = Math.min(low[at % 3] ?? 0, value);
        high[at % 3] = Math.max(high[at % 3] ?? 0, value);
      }
    const sizes = low.map((value, axis) => (high[axis] ?? 0) - value);
    this.middle = low.map((value, axis) => value + (sizes[axis] ?? 0) / 2) as Point;
    this.reach = sizes.map((size) => Math.max(size / 2, 1)) as Point;
  }

  /** Let the arbors fill the picture, however they are turned. */
  private fit(): void {
    const [x, y, z] = this.reach;
    const corners = [-1, 1].flatMap((left) => [-1, 1].map((up) => this.turnedBy(left * x, up * y, z)));
    const farthest = (axis: 0 | 1): number => Math.max(...corners.map((corner) => Math.abs(corner[axis])));
    this.scale = Math.min((WIDTH / 2 - MARGIN) / farthest(0), (HEIGHT / 2 - MARGIN) / farthest(1));
  }

  private draw(): void {
    const ratio = globalThis.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: WIDTH * ratio, height: HEIGHT * ratio });
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.scale(ratio, ratio);
    this.fit();
    context.lineWidth = 1.6;
    for (const [at, arbor] of this.arbors.entries()) this.drawArbor(context, arbor, colorOf(at));
    context.strokeStyle = getComputedStyle(this.node).color;
    context.lineWidth = 1.5;
    for (const mark of this.marks) {
      const [px, py] = this.onScreen(mark[0], mark[1], mark[2]);
      context.beginPath();
      context.arc(px, py, 5, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  private drawArbor(
    context: CanvasRenderingContext2D,
    { positions, parents }: PreviewedArbor,
    color: string,
  ): void {
    const place = (row: number): [number, number] =>
      this.onScreen(positions[3 * row] ?? 0, positions[3 * row + 1] ?? 0, positions[3 * row + 2] ?? 0);
    context.strokeStyle = color;
    context.fillStyle = color;
    context.beginPath();
    for (const [row, parent] of parents.entries()) {
      const [px, py] = place(row);
      if (parent < 0) {
        context.fillRect(px - 3, py - 3, 6, 6);
        continue;
      }
      context.moveTo(...place(parent));
      context.lineTo(px, py);
    }
    context.stroke();
  }

  private onScreen(x: number, y: number, z: number): [number, number] {
    const [right, below] = this.turnedBy(x - this.middle[0], y - this.middle[1], z - this.middle[2]);
    return [WIDTH / 2 + right * this.scale, HEIGHT / 2 + below * this.scale];
  }

  /** From the front x goes to the right, y down and z away, as in a stack viewer; nm from the middle. */
  private turnedBy(dx: number, dy: number, dz: number): [right: number, below: number] {
    const [across, down] = this.turned;
    const away = dx * Math.sin(across) + dz * Math.cos(across);
    return [dx * Math.cos(across) - dz * Math.sin(across), dy * Math.cos(down) - away * Math.sin(down)];
  }
}

function colorOf(at: number): string {
  return COLORS[at % COLORS.length] ?? COLORS[0];
}
