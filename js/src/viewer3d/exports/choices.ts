/** What people save from the tool bar. */
import type { ScreenSize } from "../picking/projection";
import type { ExportOrder } from "./make";

const PICTURE_WIDTH = 3000;
const FILM = { frames: 200, fps: 25, width: 800, height: null, transparent: false };

export interface ExportChoice {
  label: string;
  fileName: string;
  /** Of all nodes the kernel tells when they were made. */
  needsKernel?: boolean;
  order(size: ScreenSize): ExportOrder;
}

export const EXPORT_CHOICES: readonly ExportChoice[] = [
  {
    label: "picture (PNG)",
    fileName: "neurons.png",
    order: () => ({ kind: "png", params: { width: PICTURE_WIDTH, height: null, transparent: false } }),
  },
  {
    label: "picture without background (PNG)",
    fileName: "neurons.png",
    order: () => ({ kind: "png", params: { width: PICTURE_WIDTH, height: null, transparent: true } }),
  },
  {
    label: "drawing (SVG)",
    fileName: "neurons.svg",
    order: ({ width, height }) => ({
      kind: "svg",
      params: {
        width: Math.round(width),
        height: Math.round(height),
        volumes: "outlines",
        transparent: true,
      },
    }),
  },
  { label: "model (glTF)", fileName: "neurons.glb", order: () => ({ kind: "glb", params: {} }) },
  {
    label: "turning (WebM)",
    fileName: "turning.webm",
    order: () => ({ kind: "turntable", params: { ...FILM, format: "webm" } }),
  },
  {
    label: "turning (GIF)",
    fileName: "turning.gif",
    order: () => ({
      kind: "turntable",
      params: { ...FILM, frames: 96, fps: 12.5, width: 480, format: "gif" },
    }),
  },
  {
    label: "growing (WebM)",
    fileName: "growing.webm",
    needsKernel: true,
    order: () => ({ kind: "growth", params: { ...FILM, format: "webm", by: "creation" } }),
  },
  {
    label: "growing by version (WebM)",
    fileName: "growing.webm",
    needsKernel: true,
    order: () => ({ kind: "growth", params: { ...FILM, format: "webm", by: "version" } }),
  },
];
