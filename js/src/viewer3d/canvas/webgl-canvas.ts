/** A canvas with a WebGL context of its own. */
import { type Camera, type Line, type Scene, WebGLRenderer } from "three";
import type { ScreenSize } from "../picking/projection";
import type { PictureCanvas, ViewingCamera } from "./picture-canvas";

/** Longest side of what is drawn at once: larger pictures are drawn in tiles. */
const MOST_TILE = 4096;
/** The layer that lines of one pixel are in, too. */
const THIN_LINES = 1;
/** Pixels. */
const WIDEST_LINE = 9;
/** Between two looks at whether a frame is finished. */
const LOOK_MS = 4;

export interface ContextListeners {
  /** The browser has taken the context away. */
  lost(): void;
  /** It gave it back. */
  restored(): void;
}

export class WebGLCanvas implements PictureCanvas {
  private readonly renderer: WebGLRenderer;
  private isDisposed = false;

  private constructor(
    readonly node: HTMLCanvasElement,
    context: WebGL2RenderingContext,
    { lost, restored }: ContextListeners,
  ) {
    this.renderer = new WebGLRenderer({ canvas: node, context });
    this.renderer.setClearAlpha(0);
    node.addEventListener("webglcontextlost", () => {
      if (!this.isDisposed) lost();
    });
    node.addEventListener("webglcontextrestored", () => {
      if (!this.isDisposed) restored();
    });
  }

  /** A canvas with a new context; null if the browser gives none. */
  static make(listeners: ContextListeners): WebGLCanvas | null {
    const node = document.createElement("canvas");
    const context = node.getContext("webgl2", {
      alpha: true,
      antialias: !isDrawnByProcessor(),
      powerPreference: "high-performance",
    });
    return context && !context.isContextLost() ? new WebGLCanvas(node, context, listeners) : null;
  }

  get isLost(): boolean {
    return this.renderer.getContext().isContextLost();
  }

  draw(scene: Scene, camera: Camera, { width, height }: ScreenSize): void {
    const ratio = devicePixelRatio;
    if (this.renderer.getPixelRatio() !== ratio) this.renderer.setPixelRatio(ratio);
    if (this.node.width !== Math.floor(width * ratio) || this.node.height !== Math.floor(height * ratio))
      this.renderer.setSize(width, height, false);
    this.renderer.render(scene, camera);
  }

  async finished(): Promise<void> {
    const context = this.renderer.getContext() as WebGL2RenderingContext;
    const fence = context.fenceSync(context.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    context.flush();
    do await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    while (!this.isLost && context.clientWaitSync(fence, 0, 0) === context.TIMEOUT_EXPIRED);
    context.deleteSync(fence);
  }

  paint(
    onto: CanvasRenderingContext2D,
    scene: Scene,
    camera: ViewingCamera,
    size: ScreenSize,
    enlarged: number,
  ): void {
    const context = this.renderer.getContext();
    if (this.isLost) throw new Error("The graphics card was taken away while a picture was made. Try again.");
    const [most = MOST_TILE] = context.getParameter(context.MAX_VIEWPORT_DIMS) as Int32Array;
    const side = Math.min(most, context.getParameter(context.MAX_RENDERBUFFER_SIZE) as number, MOST_TILE);
    this.renderer.setPixelRatio(enlarged);
    for (let top = 0; top < size.height; top += side)
      for (let left = 0; left < size.width; left += side) {
        const width = Math.min(side, size.width - left);
        const height = Math.min(side, size.height - top);
        // Half a pixel more, as the product is rounded down.
        this.renderer.setSize((width + 0.5) / enlarged, (height + 0.5) / enlarged, false);
        const view = (dx: number, dy: number): void =>
          camera.setViewOffset(size.width, size.height, left + dx, top + dy, width, height);
        this.renderWide(scene, camera, enlarged, view);
        onto.drawImage(this.node, left, top);
      }
    camera.clearViewOffset();
  }

  /** Draw thin lines, which have one pixel whatever one asks for, side by side, and then all. */
  private renderWide(
    scene: Scene,
    camera: ViewingCamera,
    width: number,
    view: (dx: number, dy: number) => void,
  ): void {
    const { renderer } = this;
    renderer.autoClear = false;
    renderer.clear();
    scene.traverse((object) => {
      if ((object as Line).isLine) object.layers.enable(THIN_LINES);
    });
    camera.layers.set(THIN_LINES);
    for (const [dx, dy] of discOf(width)) {
      view(dx, dy);
      renderer.render(scene, camera);
    }
    camera.layers.set(0);
    view(0, 0);
    renderer.render(scene, camera);
    renderer.autoClear = true;
  }

  dispose(): void {
    this.isDisposed = true;
    this.renderer.dispose();
    // Browsers keep the contexts of removed canvases for long, and give few.
    this.renderer.forceContextLoss();
    this.node.remove();
  }
}

/** Where dots of a pixel stand that make a disc, beside the one in its middle. @param width - pixels */
export function discOf(width: number): Array<[dx: number, dy: number]> {
  const radius = Math.min(width, WIDEST_LINE) / 2 - 0.5;
  const places: Array<[number, number]> = [];
  for (let ring = radius; ring > 0.25; ring--) {
    const count = Math.max(Math.ceil(2 * Math.PI * ring), 4);
    for (let at = 0; at < count; at++) {
      const angle = (2 * Math.PI * at) / count;
      places.push([ring * Math.cos(angle), ring * Math.sin(angle)]);
    }
  }
  return places;
}

let byProcessor: boolean | undefined;

/** Whether there is no graphics card: smooth edges cost four times as much there. */
function isDrawnByProcessor(): boolean {
  if (byProcessor !== undefined) return byProcessor;
  const context = document.createElement("canvas").getContext("webgl2");
  const names = context?.getExtension("WEBGL_debug_renderer_info");
  const name = names ? String(context?.getParameter(names.UNMASKED_RENDERER_WEBGL)) : "";
  byProcessor = /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return byProcessor;
}
