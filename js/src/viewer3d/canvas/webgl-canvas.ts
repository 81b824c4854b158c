/** A canvas with a WebGL context of its own. */
import { type Camera, type Scene, WebGLRenderer } from "three";
import type { ScreenSize } from "../picking/projection";
import type { PictureCanvas, ViewingCamera } from "./picture-canvas";

/** Longest side of what is drawn at once: larger pictures are drawn in tiles. */
const MOST_TILE = 4096;
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

  paint(onto: CanvasRenderingContext2D, scene: Scene, camera: ViewingCamera, size: ScreenSize): void {
    const context = this.renderer.getContext();
    if (this.isLost) throw new Error("The graphics card was taken away while a picture was made. Try again.");
    const [most = MOST_TILE] = context.getParameter(context.MAX_VIEWPORT_DIMS) as Int32Array;
    const side = Math.min(most, context.getParameter(context.MAX_RENDERBUFFER_SIZE) as number, MOST_TILE);
    this.renderer.setPixelRatio(1);
    for (let top = 0; top < size.height; top += side)
      for (let left = 0; left < size.width; left += side) {
        const width = Math.min(side, size.width - left);
        const height = Math.min(side, size.height - top);
        this.renderer.setSize(width, height, false);
        camera.setViewOffset(size.width, size.height, left, top, width, height);
        this.renderer.render(scene, camera);
        onto.drawImage(this.node, left, top);
      }
    camera.clearViewOffset();
  }

  dispose(): void {
    this.isDisposed = true;
    this.renderer.dispose();
    // Browsers keep the contexts of removed canvases for long, and give few.
    this.renderer.forceContextLoss();
    this.node.remove();
  }
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
