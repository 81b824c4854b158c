/** A small picture of the whole section in a corner: it shows what the view has of it, and leads elsewhere. */
import { element } from "../shared/dom";
import { LookFilter } from "../shared/image/filter";
import type { TileLoader } from "../shared/image/loader";
import type { ImageLook } from "../shared/image/look";
import { ImagePainter } from "../shared/image/painter";
import type { NeuronOutline, Point } from "../shared/layer";
import { imageCorner, imageExtent, middle, type Stack } from "../shared/stack";
import { levelFor, type Tile, tilesInView } from "../shared/tiles";
import { fittingZoom, type Size, StackView } from "../shared/view";
import type { Camera } from "./camera";

/** CSS pixels. */
const LARGEST = { width: 160, height: 120 };
const LEAST = 12;
/** Most of a view's width and height that the map takes. */
const SHARE = 0.28;
/** A view that is lower has no room for a map. */
const LOWEST_VIEW = 150;
/** A stack whose coarsest images are more than this is shown by its edges alone. */
const MOST_TILES = 8;
/** CSS pixels of the least frame that is seen. */
const LEAST_FRAME = 5;
const CLICK_REACH = 3;
/** Share of the stack that an arrow key goes. */
const KEY_STEP = 0.1;

const FRAME = "#ffe14d";
const RIM = "rgb(0 0 0 / 70%)";
const LABEL = "Overview of the section: arrow keys move the view, Home leads to the middle, Escape back.";
const MOUSE = ["pointermove", "pointerup", "dblclick", "click"] as const;

export interface MiniMapContext {
  readonly camera: Camera;
  readonly loader: TileLoader;
  isOn(): boolean;
  /** The neuron that is active. */
  outline(): NeuronOutline | null;
  /** Give keys back to the picture. */
  done(): void;
}

interface MapDrag {
  pointerId: number;
  px: number;
  py: number;
  /** From the pointer to the middle of the frame, CSS pixels of the map; null once a click outside it has led there. */
  hold: [number, number] | null;
  moved: boolean;
}

/** CSS pixels of the map in a view, in the stack's shape; null where there is no room. */
export function mapSize(stack: Stack, { width, height }: Size): { width: number; height: number } | null {
  const [across, down] = [Math.min(LARGEST.width, width * SHARE), Math.min(LARGEST.height, height * SHARE)];
  if (height < LOWEST_VIEW) return null;
  const [extentX, extentY] = imageExtent(stack);
  const scale = Math.min(across / extentX, down / extentY);
  return {
    width: Math.max(Math.round(extentX * scale), LEAST),
    height: Math.max(Math.round(extentY * scale), LEAST),
  };
}

export class MiniMap {
  readonly node: HTMLElement;
  private readonly image = element("canvas", { "aria-hidden": "true" });
  private readonly marks = element("canvas", { "aria-hidden": "true" });
  private readonly filter = new LookFilter();
  private readonly painter: ImagePainter;
  private drag: MapDrag | null = null;
  private painted = "";

  constructor(private readonly context: MiniMapContext) {
    const { camera, loader } = context;
    this.painter = new ImagePainter(this.image, camera.stack, loader);
    this.node = element(
      "div",
      {
        class: "cj-mini-map",
        role: "application",
        tabindex: 0,
        "aria-label": LABEL,
        title: "Click or drag to go elsewhere",
        "data-testid": "mini-map",
        hidden: true,
      },
      this.image,
      this.filter.node,
      this.marks,
    );
    this.node.addEventListener("pointerdown", (event) => this.down(event));
    this.node.addEventListener("pointermove", (event) => this.move(event));
    this.node.addEventListener("pointerup", (event) => this.up(event));
    this.node.addEventListener("pointercancel", () => {
      this.drag = null;
    });
    // What is pressed here is not meant for the tissue below.
    for (const kind of MOUSE) this.node.addEventListener(kind, (event) => event.stopPropagation());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  /** The images that the map shows of the view's section; none where it is not shown. */
  tiles(view: StackView): Tile[] {
    const map = this.view(view);
    const { stack } = this.context.camera;
    if (!map || stack.is_grid) return [];
    const found = tilesInView(stack, map, levelFor(stack, map), map.section);
    return found.length > MOST_TILES ? [] : found;
  }

  /** Show the image as the view does. */
  restyle(look: ImageLook): void {
    this.image.style.filter = this.filter.css(look);
  }

  paint(view: StackView): void {
    const map = this.view(view);
    this.node.hidden = map === null;
    if (!map) return;
    Object.assign(this.node.style, { width: `${map.width}px`, height: `${map.height}px` });
    const { loaded, missing } = this.context.loader.stats;
    const wanted = [map.section, map.width, map.height, map.dpr, loaded, missing].join();
    if (wanted !== this.painted) this.painter.paint(map);
    this.painted = wanted;
    this.paintMarks(view, map);
  }

  /** The section as the map shows it; null where it is not shown. */
  private view(view: StackView): StackView | null {
    const { camera, isOn } = this.context;
    const size = isOn() ? mapSize(camera.stack, view) : null;
    if (!size) return null;
    const { stack } = camera;
    const [x, y] = middle(stack);
    return new StackView(stack, [x, y, view.sectionDepth], fittingZoom(stack, { ...size, dpr: view.dpr }), {
      ...size,
      dpr: view.dpr,
    });
  }

  private paintMarks(view: StackView, map: StackView): void {
    const { dpr, width, height } = map;
    Object.assign(this.marks, { width: Math.round(width * dpr), height: Math.round(height * dpr) });
    const ctx = this.marks.getContext("2d");
    if (!ctx) return;
    ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
    const outline = this.context.outline();
    if (outline) {
      ctx.fillStyle = outline.color;
      for (const { x, y } of outline.places) {
        const [px, py] = map.toScreen(x, y);
        ctx.fillRect(px - 1, py - 1, 2, 2);
      }
    }
    const [left, top, across, down] = frameIn(map, view);
    for (const [line, color] of [
      [3.5, RIM],
      [1.5, FRAME],
    ] as const) {
      ctx.lineWidth = line;
      ctx.strokeStyle = color;
      ctx.strokeRect(left, top, across, down);
    }
  }

  private down(event: PointerEvent): void {
    event.stopPropagation();
    const { camera } = this.context;
    const map = this.view(camera.view);
    if (event.button !== 0 || !map || this.drag) return;
    // Keys stay with the picture.
    event.preventDefault();
    this.context.done();
    this.node.setPointerCapture(event.pointerId);
    const [px, py] = this.locate(event);
    const [left, top, across, down] = frameIn(map, camera.view);
    const isInside = px >= left && px <= left + across && py >= top && py <= top + down;
    const [x, y] = map.toScreen(camera.view.center[0], camera.view.center[1]);
    this.drag = {
      pointerId: event.pointerId,
      px,
      py,
      hold: isInside ? [x - px, y - py] : null,
      moved: false,
    };
    if (!isInside) this.goTo(map, px, py);
  }

  private move(event: PointerEvent): void {
    const { drag } = this;
    const map = this.view(this.context.camera.view);
    if (drag?.pointerId !== event.pointerId || !map) return;
    const [px, py] = this.locate(event);
    if (Math.hypot(px - drag.px, py - drag.py) > CLICK_REACH) drag.moved = true;
    const [dx, dy] = drag.hold ?? [0, 0];
    if (drag.moved) this.goTo(map, px + dx, py + dy);
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    if (drag?.pointerId !== event.pointerId) return;
    this.drag = null;
    const map = this.view(this.context.camera.view);
    if (map && drag.hold && !drag.moved) this.goTo(map, drag.px, drag.py);
  }

  private key(event: KeyboardEvent): void {
    const { camera, done } = this.context;
    const { stack, view } = camera;
    const [width, height] = imageExtent(stack);
    const [x, y, z] = view.center;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) this.moveTo([x + (step[0] ?? 0) * KEY_STEP * width, y + (step[1] ?? 0) * KEY_STEP * height, z]);
    else if (event.key === "Home") this.moveTo([middle(stack)[0], middle(stack)[1], z]);
    else if (event.key === "Escape") done();
    else return;
    event.preventDefault();
  }

  private goTo(map: StackView, px: number, py: number): void {
    const [x, y] = map.toProject(px, py);
    this.moveTo([x, y, this.context.camera.view.center[2]]);
  }

  /** Go to the nearest place that the stack has. */
  private moveTo([x, y, z]: Point): void {
    const { camera } = this.context;
    const [left, top] = imageCorner(camera.stack);
    const [width, height] = imageExtent(camera.stack);
    const [inX, inY] = [Math.min(Math.max(x, left), left + width), Math.min(Math.max(y, top), top + height)];
    camera.moveTo([inX, inY, z]);
  }

  private locate(event: PointerEvent): [number, number] {
    const box = this.node.getBoundingClientRect();
    // Lab and notebook themes may scale the page.
    const scale = box.width > 0 ? this.node.offsetWidth / box.width : 1;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }
}

/** What the view has of the map (left, top, width, height in its CSS pixels): never too small, nor outside. */
export function frameIn(map: StackView, view: StackView): [number, number, number, number] {
  const [x, y] = map.toScreen(view.center[0], view.center[1]);
  const scale = view.nmPerPixel / map.nmPerPixel;
  const [left, across] = side(x, view.width * scale, map.width);
  const [top, down] = side(y, view.height * scale, map.height);
  return [left, top, across, down];
}

function side(middleOf: number, length: number, room: number): [start: number, length: number] {
  const long = Math.max(length, LEAST_FRAME);
  const start = Math.min(Math.max(middleOf - long / 2, 1), room - 1 - LEAST_FRAME);
  const end = Math.max(Math.min(middleOf + long / 2, room - 1), start + LEAST_FRAME);
  return [start, end - start];
}
