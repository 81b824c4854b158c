/** Where the viewer looks. */
import type { Point } from "../shared/layer";
import { clampSection, depthOf, landingSection, middle, type Stack } from "../shared/stack";
import { clampZoom, fittingZoom, pannedCenter, type Size, StackView, zoomedCenter } from "../shared/view";

type ViewListener = (view: StackView, before: StackView) => void;

export class Camera {
  private current: StackView;
  private readonly listeners = new Set<ViewListener>();

  /** Sign of the last change of section. */
  direction = 0;

  constructor(
    readonly stack: Stack,
    center: Point | null,
    nmPerPixel: number | null,
    private size: Size,
  ) {
    const zoom = nmPerPixel ?? clampZoom(stack, size, fittingZoom(stack, size));
    this.current = new StackView(stack, center ?? middle(stack), zoom, size);
  }

  get view(): StackView {
    return this.current;
  }

  /** Listen to every change; returns a function that stops it. */
  onChange(listener: ViewListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How far it is zoomed out: 0 at a screen pixel for each of the image, 1 at two of them, and so on. */
  get level(): number {
    return Math.log2(this.view.nmPerPixel / this.stack.resolution[0]);
  }

  moveTo(center: Point): void {
    this.look(center, this.view.nmPerPixel);
  }

  panBy(dx: number, dy: number): void {
    this.moveTo(pannedCenter(this.view, dx, dy));
  }

  /** Go some sections on, at most to the stack's end, and not to a broken one. */
  step(sections: number): void {
    this.toSection(landingSection(this.stack, this.view.section, sections));
  }

  toSection(section: number): void {
    const [x, y] = this.view.center;
    this.moveTo([x, y, depthOf(this.stack, clampSection(this.stack, section))]);
  }

  /** Zoom in by a factor (below 1: out), keeping what is under a screen position there. */
  zoomBy(factor: number, px = this.size.width / 2, py = this.size.height / 2): void {
    const zoom = clampZoom(this.stack, this.size, this.view.nmPerPixel / factor);
    this.look(zoomedCenter(this.view, px, py, zoom), zoom);
  }

  zoomTo(nmPerPixel: number): void {
    this.look(this.view.center, clampZoom(this.stack, this.size, nmPerPixel));
  }

  /** Show the whole image of this section. */
  fit(): void {
    const [x, y] = middle(this.stack);
    const zoom = clampZoom(this.stack, this.size, fittingZoom(this.stack, this.size));
    this.look([x, y, this.view.center[2]], zoom);
  }

  resize(size: Size): void {
    this.size = size;
    this.look(this.view.center, this.view.nmPerPixel);
  }

  /** Take over a state from elsewhere as it is. */
  look(center: Point, nmPerPixel: number): void {
    const before = this.current;
    this.current = new StackView(this.stack, center, nmPerPixel, this.size);
    const sections = this.current.section - before.section;
    if (sections !== 0) this.direction = Math.sign(sections);
    for (const listener of this.listeners) listener(this.current, before);
  }
}
