/** The last picture, small enough to live in a notebook file. */
import type { Snapshot3D } from "./state";

const IDLE_MS = 2_000;
const LONGEST_SIDE = 1024;
const LARGEST_BYTES = 300_000;
const QUALITIES = [0.85, 0.6, 0.4, 0.2];

/** Compose canvases over a colour into a JPEG of at most 300 kB; null while the picture has no size. */
export function takeSnapshot(canvases: readonly HTMLCanvasElement[], background: string): Snapshot3D | null {
  const [first] = canvases;
  if (!first || first.width === 0 || first.height === 0) return null;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(first.width, first.height));
  const copy = document.createElement("canvas");
  copy.width = Math.round(first.width * scale);
  copy.height = Math.round(first.height * scale);
  const context = copy.getContext("2d", { alpha: false });
  if (!context) return null;
  context.fillStyle = background;
  context.fillRect(0, 0, copy.width, copy.height);
  context.imageSmoothingQuality = "high";
  for (const canvas of canvases) context.drawImage(canvas, 0, 0, copy.width, copy.height);
  for (const quality of QUALITIES) {
    const image = copy.toDataURL("image/jpeg", quality);
    if (image.length < LARGEST_BYTES) return { image, width: first.clientWidth, height: first.clientHeight };
  }
  return null;
}

/** Asks for a snapshot when nothing has been drawn for a while. */
export class Snapshots {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isTaking = false;

  constructor(private readonly take: () => void) {}

  later(): void {
    // Taking one draws.
    if (this.isTaking) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.isTaking = true;
      this.take();
      this.isTaking = false;
    }, IDLE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

/** The address of a saved picture; empty if there is none. */
export function savedPicture(snapshot: Partial<Snapshot3D>): string {
  // An address of another kind would be fetched when a stranger's notebook is opened.
  return snapshot.image?.startsWith("data:image/") ? snapshot.image : "";
}
