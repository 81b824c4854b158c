/** The picture: draws the scene when something changed, on WebGL or without, and keeps to few contexts. */
import { Scene, type Sphere, Vector3 } from "three";
import { onPixelRatio } from "../shared/dom";
import type { Moving } from "./camera/moving";
import type { SpaceCamera } from "./camera/space-camera";
import { claimContext, releaseContext } from "./canvas/contexts";
import type { PictureCanvas } from "./canvas/picture-canvas";
import { WebGLCanvas } from "./canvas/webgl-canvas";
import { FlatCanvas, type FlatLines } from "./flat/flat-canvas";
import type { SpaceFrame } from "./frame";

const RESTORE_MS = 2_000;
const REVIVE_MS = 700;

export const WITHOUT_WEBGL =
  "This browser gives no WebGL: neurons are drawn as plain lines without synapses, volumes and images, and large selections turn slowly. " +
  "Switch on hardware acceleration in the browser's settings, or use another browser.";

export interface SpacePictureHost {
  /** A frame is about to be drawn: let the scene be as it is to be seen. */
  prepare(): void;
  /** The camera is where it looks from: choose how fine the neurons are. */
  placed(): void;
  /** It was drawn: draw what is over it. */
  drawn(): void;
  /** What the scene has, relative to its origin. */
  content(): Sphere;
  /** Edges that were drawn. */
  edges(): number;
  /** The visible neurons, for browsers without WebGL. */
  lines(): readonly FlatLines[];
  /** There is more or less room. */
  resized(): void;
  /** Say something of the picture as a whole; nothing if the sentence is empty. */
  say(sentence: string): void;
}

export class SpacePicture {
  readonly scene = new Scene();
  /** Of the scene, in project space. */
  readonly origin = new Vector3();
  frames = 0;
  private canvas: PictureCanvas | null = null;
  private scheduled = 0;
  /** The last frame is not finished yet. */
  private isDrawing = false;
  /** There is more to be drawn than in that frame. */
  private isOld = false;
  private reviving: ReturnType<typeof setTimeout> | undefined;
  private restoring: ReturnType<typeof setTimeout> | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly frame: SpaceFrame,
    private readonly camera: SpaceCamera,
    private readonly moving: Moving,
    private readonly host: SpacePictureHost,
  ) {}

  /** Whether there is a canvas, and not a still picture in place of it. */
  get isLive(): boolean {
    return this.canvas !== null;
  }

  get hasContext(): boolean {
    return this.canvas instanceof WebGLCanvas && !this.canvas.isLost;
  }

  /** A place of the scene in project space. */
  inProject([x = 0, y = 0, z = 0]: readonly number[]): [number, number, number] {
    const { origin } = this;
    return [x + origin.x, y + origin.y, z + origin.z];
  }

  /** Start, once the stage is in the page. */
  start(): void {
    const { signal } = this.stopping;
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.frame.stage);
    signal.addEventListener("abort", () => sizes.disconnect());
    onPixelRatio(() => this.resize(), signal);
    for (const kind of ["pointerdown", "focus"] as const)
      this.frame.stage.addEventListener(kind, () => this.use(), { signal, passive: true, capture: true });
    this.use();
    this.resize();
  }

  /** Draw in the next frame; without a canvas, have one soon. */
  invalidate(): void {
    clearTimeout(this.reviving);
    if (!this.canvas) {
      // Those that take turns do so when all has come that is on its way.
      this.reviving = setTimeout(() => this.use(), REVIVE_MS);
      return;
    }
    this.isOld = true;
    if (this.scheduled !== 0 || this.isDrawing || this.stopping.signal.aborted) return;
    this.scheduled = requestAnimationFrame(() => {
      this.scheduled = 0;
      this.isOld = false;
      void this.drawFrame();
    });
  }

  /** One frame after the other: a view that moves never waits for frames that nobody sees any more. */
  private async drawFrame(): Promise<void> {
    const began = performance.now();
    const { isMoving } = this.moving;
    if (this.draw()) {
      this.isDrawing = true;
      await this.canvas?.finished();
      this.isDrawing = false;
      this.moving.frame(performance.now() - began, isMoving ? null : this.host.edges());
    }
    this.moving.drawn();
    if (this.isOld) this.invalidate();
  }

  /** Draw at once; false while there is nothing to draw on. */
  draw(): boolean {
    const { clientWidth: width, clientHeight: height } = this.frame.stage;
    if (!this.canvas || width === 0 || height === 0) return false;
    this.host.prepare();
    this.camera.place(this.origin, this.host.content());
    this.host.placed();
    this.canvas.draw(this.scene, this.camera.three, { width, height });
    this.frames++;
    this.host.drawn();
    return true;
  }

  /** The picture as it is now; null while there is none. */
  image(): HTMLCanvasElement | null {
    return this.draw() ? (this.canvas?.node ?? null) : null;
  }

  /** Draw the scene as it is on a canvas of its own, as a camera sees it that is placed; `invalidate` afterwards. */
  paint(camera: SpaceCamera, background: string): HTMLCanvasElement {
    this.use();
    const made = document.createElement("canvas");
    Object.assign(made, camera.size);
    const context = made.getContext("2d");
    if (!this.canvas || !context) throw new Error("The browser has nothing to draw on. Load the page again.");
    context.fillStyle = background || "transparent";
    context.fillRect(0, 0, made.width, made.height);
    const enlarged = Math.max(camera.size.width / this.frame.stage.clientWidth, 1);
    this.canvas.paint(context, this.scene, camera.three, camera.size, enlarged);
    return made;
  }

  /** Another viewer needs the context: show a still picture until this one is used again. */
  giveWay(): void {
    if (!(this.canvas instanceof WebGLCanvas)) return;
    const address = this.hasContext && this.draw() ? this.canvas.node.toDataURL("image/png") : "";
    this.canvas.dispose();
    this.canvas = null;
    this.frame.showStill(address);
  }

  dispose(): void {
    this.stopping.abort();
    cancelAnimationFrame(this.scheduled);
    clearTimeout(this.restoring);
    clearTimeout(this.reviving);
    releaseContext(this);
    this.canvas?.dispose();
    this.canvas = null;
  }

  /** Have a canvas, and count as used. */
  private use(): void {
    if (this.canvas instanceof FlatCanvas || this.stopping.signal.aborted) return;
    claimContext(this);
    if (!this.canvas) this.renew();
  }

  private renew(): void {
    this.canvas?.dispose();
    this.canvas = this.newCanvas();
    this.frame.showCanvas(this.canvas.node);
    this.invalidate();
  }

  private newCanvas(): PictureCanvas {
    const made = WebGLCanvas.make({
      lost: () => this.contextLost(),
      restored: () => this.contextRestored(),
    });
    if (made) {
      this.host.say("");
      this.frame.hasLinesOnly = false;
      return made;
    }
    releaseContext(this);
    this.frame.hasLinesOnly = true;
    this.host.say(WITHOUT_WEBGL);
    return new FlatCanvas(() => this.host.lines());
  }

  private contextLost(): void {
    this.host.say("The graphics card was taken away. The picture comes back by itself.");
    clearTimeout(this.restoring);
    this.restoring = setTimeout(() => this.renew(), RESTORE_MS);
  }

  private contextRestored(): void {
    clearTimeout(this.restoring);
    this.host.say("");
    this.invalidate();
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.frame.stage;
    if (width === 0 || height === 0) return;
    this.camera.resize({ width, height });
    this.host.resized();
    this.invalidate();
  }
}
