/** Regions that a person draws: polygons or rectangles by mouse, whose corners can be moved, added and taken away. */
import type { LayerPointer, Plane } from "../shared/layer";
import type { StackView } from "../shared/view";

export type Corner = [right: number, down: number];

/** A polygon in a range of depths: nm, along the axes of its plane. */
export interface DrawnRegion {
  name: string;
  corners: Corner[];
  lower: number;
  upper: number;
  plane: Plane;
}

export interface RegionDrawingContext {
  view(): StackView;
  regions(): readonly DrawnRegion[];
  save(regions: DrawnRegion[]): void;
  /** Whether corners can be moved. */
  isEditing(): boolean;
  /** The mouse draws now, or does no more. */
  armed(isArmed: boolean): void;
  tell(sentence: string): void;
  invalidate(): void;
}

/** CSS pixels. */
const REACH = 8;
const DRAG_START = 4;
const LINE = "#7ee0ff";
const RIM = "rgb(0 0 0 / 65%)";
const FILL = "rgb(126 224 255 / 12%)";

interface CornerDrag {
  region: number;
  corner: number;
  regions: DrawnRegion[];
}

export class RegionDrawing {
  /** Corners of the region that is being drawn; null while none is. */
  private drawn: Corner[] | null = null;
  private cursor: Corner | null = null;
  /** Where a rectangle begins that is being dragged. */
  private pressed: LayerPointer | null = null;
  private isDragged = false;
  private moved: CornerDrag | null = null;
  private readonly past: DrawnRegion[][] = [];

  constructor(private readonly context: RegionDrawingContext) {}

  get isArmed(): boolean {
    return this.drawn !== null;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  /** Clicks draw the corners of a region, or do no more. */
  toggle(): void {
    this.arm(!this.isArmed);
  }

  /** True when a region is drawn or changed, so that nobody else has the mouse. */
  pointer(event: LayerPointer): boolean {
    const isUsed = this.drawn ? this.draw(event, this.drawn) : this.edit(event);
    if (isUsed) this.context.invalidate();
    return isUsed;
  }

  /** Give drawing up; false if nobody draws. */
  cancel(): boolean {
    const wasArmed = this.isArmed;
    this.arm(false);
    return wasArmed;
  }

  /** Regions are others by a person's wish: the ones before can be brought back. */
  change(regions: DrawnRegion[]): void {
    this.past.push([...this.context.regions()]);
    this.context.save(regions);
    this.context.invalidate();
  }

  /** Bring back what there was before the last change. */
  undo(): void {
    const before = this.past.pop();
    if (before) this.context.save(before);
    this.context.invalidate();
  }

  paint(ctx: CanvasRenderingContext2D, view: StackView): void {
    const regions = this.moved?.regions ?? this.context.regions();
    for (const region of regions) {
      if (region.plane !== view.plane) continue;
      const isHere = reaches(region, view);
      trace(ctx, view, region.corners, true);
      ctx.setLineDash(isHere ? [] : [6, 4]);
      if (isHere) {
        ctx.fillStyle = FILL;
        ctx.fill();
      }
      stroke(ctx);
      ctx.setLineDash([]);
      this.paintName(ctx, view, region);
      if (isHere && this.context.isEditing()) for (const corner of region.corners) dot(ctx, view, corner);
    }
    if (this.drawn) this.paintDrawn(ctx, view, this.drawn);
  }

  private paintName(ctx: CanvasRenderingContext2D, view: StackView, { name, corners }: DrawnRegion): void {
    const top = corners.reduce((one, other) => (other[1] < one[1] ? other : one));
    const [px, py] = view.toScreen(...top);
    ctx.font = "12px system-ui, sans-serif";
    ctx.textBaseline = "bottom";
    ctx.lineWidth = 3;
    ctx.strokeStyle = RIM;
    ctx.strokeText(name, px + 4, py - 3);
    ctx.fillStyle = LINE;
    ctx.fillText(name, px + 4, py - 3);
  }

  private paintDrawn(ctx: CanvasRenderingContext2D, view: StackView, drawn: Corner[]): void {
    const { pressed, cursor } = this;
    if (pressed && this.isDragged && cursor)
      trace(ctx, view, rectangle([pressed.x, pressed.y], cursor), true);
    else trace(ctx, view, cursor ? [...drawn, cursor] : drawn, false);
    stroke(ctx);
    for (const corner of drawn) dot(ctx, view, corner);
  }

  private draw(event: LayerPointer, drawn: Corner[]): boolean {
    const at: Corner = [event.x, event.y];
    if (event.kind === "leave") this.cursor = this.pressed = null;
    if (event.kind === "move") {
      this.cursor = at;
      const { pressed } = this;
      if (pressed && Math.hypot(event.px - pressed.px, event.py - pressed.py) > DRAG_START)
        this.isDragged = true;
    }
    if (event.kind === "down") {
      this.pressed = event;
      this.isDragged = false;
    }
    if (event.kind === "up" && this.pressed) {
      const from: Corner = [this.pressed.x, this.pressed.y];
      this.pressed = null;
      if (this.isDragged && drawn.length === 0) this.finish(rectangle(from, at));
    }
    if (event.kind === "click") this.addCorner(drawn, at);
    if (event.kind === "dblclick") this.finish(drawn);
    return true;
  }

  private addCorner(drawn: Corner[], at: Corner): void {
    const [first, last] = [drawn[0], drawn.at(-1)];
    if (first && drawn.length >= 3 && this.isNear(first, at)) this.finish(drawn);
    else if (!last || !this.isNear(last, at)) drawn.push(at);
  }

  private finish(corners: Corner[]): void {
    if (corners.length < 3) return;
    if (crossesItself(corners)) {
      this.context.tell(
        "The edges of this region cross each other: Escape gives it up, further clicks go on.",
      );
      return;
    }
    const { plane, sectionDepth, sectionThickness } = this.context.view();
    const [lower, upper] = [sectionDepth - sectionThickness / 2, sectionDepth + sectionThickness / 2];
    const regions = [...this.context.regions()];
    this.arm(false);
    this.change([...regions, { name: freeName(regions), corners: [...corners], lower, upper, plane }]);
  }

  private edit(event: LayerPointer): boolean {
    if (event.kind === "down") return this.take(event);
    const { moved } = this;
    if (!moved) return false;
    if (event.kind === "move") this.put(moved, [event.x, event.y]);
    if (event.kind === "up" || event.kind === "leave") {
      this.moved = null;
      const corners = moved.regions[moved.region]?.corners ?? [];
      if (event.kind === "leave") return true;
      if (crossesItself(corners)) this.context.tell("The edges would cross each other: the corner stays.");
      else this.change(moved.regions);
    }
    return true;
  }

  /** Take a corner, or one that is made in an edge; with Alt take it away. */
  private take(event: LayerPointer): boolean {
    if (!this.context.isEditing() || event.shift || event.ctrl) return false;
    const view = this.context.view();
    const regions = this.context.regions();
    const here = [...regions.entries()].filter(([, one]) => one.plane === view.plane && reaches(one, view));
    return here.some(([region, one]) => this.takeOf(region, one, [event.x, event.y], event.alt));
  }

  private takeOf(region: number, one: DrawnRegion, at: Corner, isAway: boolean): boolean {
    const corner = one.corners.findIndex((each) => this.isNear(each, at));
    if (isAway) {
      if (corner >= 0) this.takeAway(region, one, corner);
      return corner >= 0;
    }
    const edge = corner < 0 ? this.edgeAt(one.corners, at) : -1;
    if (corner < 0 && edge < 0) return false;
    const corners = corner < 0 ? one.corners.toSpliced(edge + 1, 0, at) : one.corners;
    const regions = [...this.context.regions()].with(region, { ...one, corners });
    this.moved = { region, corner: corner < 0 ? edge + 1 : corner, regions };
    return true;
  }

  private takeAway(region: number, one: DrawnRegion, corner: number): void {
    const corners = one.corners.toSpliced(corner, 1);
    if (corners.length < 3) this.context.tell("A region has at least three corners: delete it in its line.");
    else if (crossesItself(corners))
      this.context.tell("Without this corner the edges would cross each other.");
    else this.change([...this.context.regions()].with(region, { ...one, corners }));
  }

  private put({ region, corner, regions }: CornerDrag, at: Corner): void {
    const one = regions[region];
    if (one) regions[region] = { ...one, corners: one.corners.with(corner, at) };
  }

  /** The corner after which an edge comes near. */
  private edgeAt(corners: readonly Corner[], at: Corner): number {
    const reach = REACH * 0.75 * this.context.view().nmPerPixel;
    return corners.findIndex(
      (from, index) => distance(at, from, corners[(index + 1) % corners.length] ?? from) < reach,
    );
  }

  private isNear([x, y]: Corner, at: Corner): boolean {
    return Math.hypot(x - at[0], y - at[1]) <= REACH * this.context.view().nmPerPixel;
  }

  private arm(isArmed: boolean): void {
    if (this.isArmed !== isArmed) this.context.armed(isArmed);
    this.drawn = isArmed ? [] : null;
    this.cursor = this.pressed = null;
    this.context.invalidate();
  }
}

/** Whether a region is in the section of a view. */
function reaches({ lower, upper }: DrawnRegion, view: StackView): boolean {
  const half = view.sectionThickness / 2;
  return lower < view.sectionDepth + half && upper > view.sectionDepth - half;
}

function rectangle([x0, y0]: Corner, [x1, y1]: Corner): Corner[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

/** The first name “region 1”, “region 2”, … that no region has. */
export function freeName(regions: readonly DrawnRegion[]): string {
  const taken = new Set(regions.map(({ name }) => name));
  let number = 1;
  while (taken.has(`region ${number}`)) number++;
  return `region ${number}`;
}

/** Whether edges of a polygon cross or touch each other beside their common corners. */
export function crossesItself(corners: readonly Corner[]): boolean {
  const count = corners.length;
  const edge = (at: number): [Corner, Corner] => [corners[at] as Corner, corners[(at + 1) % count] as Corner];
  for (let one = 0; one < count; one++)
    for (let other = one + 2; other < count; other++) {
      if (one === 0 && other === count - 1) continue;
      if (meet(edge(one), edge(other))) return true;
    }
  return false;
}

function meet([a, b]: [Corner, Corner], [c, d]: [Corner, Corner]): boolean {
  const side = (p: Corner, q: Corner, r: Corner): number =>
    Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

function distance([x, y]: Corner, [x0, y0]: Corner, [x1, y1]: Corner): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const share = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

function trace(
  ctx: CanvasRenderingContext2D,
  view: StackView,
  corners: readonly Corner[],
  isClosed: boolean,
): void {
  ctx.beginPath();
  for (const [at, corner] of corners.entries()) {
    const [px, py] = view.toScreen(...corner);
    if (at === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
  }
  if (isClosed) ctx.closePath();
}

function stroke(ctx: CanvasRenderingContext2D): void {
  for (const [width, color] of [
    [3.5, RIM],
    [1.5, LINE],
  ] as const) {
    ctx.lineWidth = width;
    ctx.strokeStyle = color;
    ctx.stroke();
  }
}

function dot(ctx: CanvasRenderingContext2D, view: StackView, corner: Corner): void {
  const [px, py] = view.toScreen(...corner);
  ctx.beginPath();
  ctx.rect(px - 4, py - 4, 8, 8);
  ctx.fillStyle = LINE;
  ctx.fill();
  ctx.lineWidth = 1;
  ctx.strokeStyle = "#000";
  ctx.stroke();
}
