/** A canvas with a WebGL context of its own. */
import { type Camera, type Scene, WebGLRenderer } from "three";
import type { ScreenSize } from "../picking/projection";
import type { PictureCanvas } from "./picture-canvas";

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
      antialias: true,
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

  dispose(): void {
    this.isDisposed = true;
    this.renderer.dispose();
    // Browsers keep the contexts of removed canvases for long, and give few.
    this.renderer.forceContextLoss();
    this.node.remove();
  }
}
