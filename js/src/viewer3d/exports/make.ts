/** Pictures, drawings, models and films of what a viewer shows, as bytes of a file. */
import type { SpaceCamera } from "../camera/space-camera";
import { cameraFor, type ExportScene, requireCanvas } from "./export-scene";
import { blobOf, bytesOf, type FilmFormat, filmEncoder } from "./film";
import { glbOf } from "./gltf";
import { GrowingNeurons, type TreenodeIds } from "./growth";
import { type PastEdges, PastNeurons } from "./past-growth";
import { type SvgOptions, svgOf } from "./svg-scene";

export interface PictureOptions {
  width: number;
  /** Null: as high as the viewer is for the width. */
  height: number | null;
  transparent: boolean;
}

export interface FilmOptions extends PictureOptions {
  frames: number;
  fps: number;
  format: FilmFormat;
}

export interface GrowthOptions extends FilmOptions {
  /** `creation`: treenodes that there are, as they were made; `version`: neurons as they were. */
  by: "creation" | "version";
}

/** What is to be made, as Python and the tool bar ask for it. */
export type ExportOrder =
  | { kind: "png"; params: PictureOptions }
  | { kind: "svg"; params: SvgOptions }
  | { kind: "glb"; params: object }
  | { kind: "turntable"; params: FilmOptions }
  | { kind: "growth"; params: GrowthOptions };

export interface Making {
  signal: AbortSignal;
  /** Is told how much is made, 0 to 1; the page is drawn and reacts meanwhile. */
  progress(part: number): Promise<void>;
  /** Ids of treenodes, of skeletons. */
  treenodeIds(skeletonIds: number[], signal: AbortSignal): Promise<TreenodeIds>;
  /** The edges that skeletons ever had. */
  pastEdges(skeletonIds: number[], signal: AbortSignal): Promise<PastEdges>;
}

const READY_MS = 120_000;
const NOT_READY =
  "The page has not drawn all within two minutes. Bring its tab into sight, and try again when all is drawn.";
const FULL_TURN = 2 * Math.PI;
/** Part of a film's making that its frames take; the rest is for its file. */
const FRAMES_PART = 0.7;

/** @throws Error with a sentence if it cannot be made. */
export async function made(
  view: ExportScene,
  order: ExportOrder,
  making: Making,
): Promise<Uint8Array<ArrayBuffer>> {
  await untilReady(view.ready(), making.signal);
  switch (order.kind) {
    case "png":
      return pictureOf(view, order.params);
    case "svg":
      return new TextEncoder().encode(svgOf(view, order.params));
    case "glb":
      return glbOf(view);
    case "turntable":
      return turntableOf(view, order.params, making);
    case "growth":
      return growthOf(view, order.params, making);
    default:
      throw new Error(
        `This page does not know how to make ${JSON.stringify((order as ExportOrder).kind)}. Load it again.`,
      );
  }
}

async function untilReady(ready: Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    // Browsers draw nothing in a tab that was never in sight.
    timer = setTimeout(() => reject(new Error(NOT_READY)), READY_MS);
  });
  try {
    await Promise.race([ready, stopped]);
  } finally {
    clearTimeout(timer);
  }
  signal.throwIfAborted();
}

async function pictureOf(view: ExportScene, options: PictureOptions): Promise<Uint8Array<ArrayBuffer>> {
  const camera = cameraFor(view, options.width, options.height);
  requireCanvas(camera.size);
  const canvas = view.paint(camera, options.transparent ? "" : view.background);
  view.restore();
  return bytesOf(await blobOf(canvas));
}

function turntableOf(
  view: ExportScene,
  options: FilmOptions,
  making: Making,
): Promise<Uint8Array<ArrayBuffer>> {
  return filmOf(view, options, making, (camera, frame) => {
    if (frame > 0) camera.turn(FULL_TURN / options.frames, 0);
  });
}

async function growthOf(
  view: ExportScene,
  options: GrowthOptions,
  making: Making,
): Promise<Uint8Array<ArrayBuffer>> {
  const growing = await growingOf(view, options, making);
  view.scene.add(growing.object);
  // What is not lines has no time at which it came.
  const whole = [view.neuronLines, view.neuronThings];
  const showWhole = (isShown: boolean): void => {
    for (const object of whole) object.visible = isShown;
    growing.object.visible = !isShown;
  };
  try {
    return await filmOf(
      view,
      options,
      making,
      (_camera, frame) => {
        growing.show((frame + 1) / options.frames);
        showWhole(false);
      },
      // The page's own picture, between frames, shows all.
      () => showWhole(true),
    );
  } finally {
    showWhole(true);
    view.scene.remove(growing.object);
    growing.dispose();
    view.restore();
  }
}

async function growingOf(
  view: ExportScene,
  { by }: GrowthOptions,
  { pastEdges, treenodeIds, signal }: Making,
): Promise<GrowingNeurons | PastNeurons> {
  const neurons = view.neurons();
  const ids = neurons.map(({ skeletonId }) => skeletonId);
  if (by !== "version") return new GrowingNeurons(neurons, await treenodeIds(ids, signal));
  const colors = new Map(neurons.map(({ skeletonId, color }) => [skeletonId, color]));
  return new PastNeurons(await pastEdges(ids, signal), (id) => colors.get(id) ?? 0, view.origin);
}

async function filmOf(
  view: ExportScene,
  options: FilmOptions,
  { signal, progress }: Making,
  before: (camera: SpaceCamera, frame: number) => void,
  after: () => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  // Codecs take even sizes only.
  const even = (length: number): number => Math.max(2 * Math.round(length / 2), 2);
  const shape = cameraFor(view, options.width, options.height).size;
  const camera = cameraFor(view, even(shape.width), even(shape.height));
  requireCanvas(camera.size);
  const encoder = filmEncoder(options.format, options.fps);
  for (let frame = 0; frame < options.frames; frame++) {
    signal.throwIfAborted();
    before(camera, frame);
    const canvas = view.paint(camera, options.transparent ? "" : view.background);
    after();
    await encoder.add(canvas);
    await progress((FRAMES_PART * (frame + 1)) / options.frames);
  }
  view.restore();
  return encoder.finish(async (part) => {
    signal.throwIfAborted();
    await progress(FRAMES_PART + (1 - FRAMES_PART) * part);
  });
}
