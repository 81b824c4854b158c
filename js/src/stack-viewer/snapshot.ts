/** The last picture, small enough to live in a notebook file. */
import { turned } from "../shared/planes";
import type { StackView } from "../shared/view";
import type { Pictures } from "./pictures";
import type { Snapshot } from "./state";

const LONGEST_SIDE = 1024;
const LARGEST_BYTES = 300_000;
const QUALITIES = [0.8, 0.6, 0.4, 0.2];

/** Compose images and overlay into a JPEG of at most 300 kB; null while the picture has no size. */
export function takeSnapshot(
  pictures: Pictures,
  overlay: HTMLCanvasElement,
  view: StackView,
): Snapshot | null {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(overlay.width, overlay.height));
  const width = Math.round(overlay.width * scale);
  const height = Math.round(overlay.height * scale);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  if (!context || width === 0 || height === 0) return null;
  context.imageSmoothingQuality = "high";
  pictures.compose(context, width, height);
  context.drawImage(overlay, 0, 0, width, height);
  const encoded = QUALITIES.map((quality) => () => canvas.toDataURL("image/jpeg", quality));
  for (const encode of encoded) {
    const url = encode();
    if (url.length < LARGEST_BYTES) {
      return {
        image: url,
        position: turned(view.plane, view.center),
        nm_per_pixel: view.nmPerPixel,
        width: view.width,
        height: view.height,
      };
    }
  }
  return null;
}

/** A saved picture that can be painted where it was taken. */
export class SnapshotImage {
  private readonly picture = new Image();
  private readonly snapshot: Snapshot | null;

  constructor(saved: Partial<Snapshot>, loaded: () => void) {
    this.snapshot = isWhole(saved) ? saved : null;
    if (!this.snapshot) return;
    this.picture.onload = loaded;
    this.picture.src = this.snapshot.image;
  }

  get present(): boolean {
    return this.snapshot !== null;
  }

  /** Paint it, if it shows the view's section. */
  paint(context: CanvasRenderingContext2D, view: StackView): void {
    const { snapshot, picture } = this;
    if (!snapshot || !picture.complete || picture.naturalWidth === 0) return;
    const [x, y, z] = turned(view.plane, snapshot.position);
    if (Math.abs(z - view.center[2]) > view.sectionThickness / 2) return;
    const halfWidth = (snapshot.width * snapshot.nm_per_pixel) / 2;
    const halfHeight = (snapshot.height * snapshot.nm_per_pixel) / 2;
    const [left, top] = view.toScreen(x - halfWidth, y - halfHeight);
    const [right, bottom] = view.toScreen(x + halfWidth, y + halfHeight);
    const { dpr } = view;
    context.drawImage(picture, left * dpr, top * dpr, (right - left) * dpr, (bottom - top) * dpr);
  }
}

function isWhole(saved: Partial<Snapshot>): saved is Snapshot {
  // An address of another kind would be fetched when a stranger's notebook is opened.
  const isInline = saved.image?.startsWith("data:image/");
  return Boolean(isInline && saved.position && saved.nm_per_pixel && saved.width && saved.height);
}
