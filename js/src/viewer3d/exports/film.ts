/** Frames of a film into a file: WebM, GIF, or PNG frames in a zip. */
import { Zip, ZipPassThrough } from "fflate";
import { applyPalette, GIFEncoder, quantize } from "gifenc";

export type FilmFormat = "webm" | "gif" | "zip";

export const MEDIA_TYPES: Readonly<Record<FilmFormat, string>> = {
  webm: "video/webm",
  gif: "image/gif",
  zip: "application/zip",
};

export interface FilmEncoder {
  add(frame: HTMLCanvasElement): Promise<void>;
  /** @param progress - is told how much is done, 0 to 1 */
  finish(progress: (part: number) => Promise<void>): Promise<Uint8Array<ArrayBuffer>>;
}

export function filmEncoder(format: FilmFormat, fps: number): FilmEncoder {
  if (format === "gif") return new GifFilm(fps);
  if (format === "zip") return new ZippedFrames();
  return new WebmFilm(fps);
}

/** The picture of a canvas as a file. */
export async function blobOf(canvas: HTMLCanvasElement, type = "image/png", quality?: number): Promise<Blob> {
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  if (!made)
    throw new Error(`The browser has no memory for a picture of ${canvas.width} × ${canvas.height} pixels.`);
  return made;
}

export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

class GifFilm implements FilmEncoder {
  private readonly writer = GIFEncoder();

  constructor(private readonly fps: number) {}

  async add(frame: HTMLCanvasElement): Promise<void> {
    const { width, height } = frame;
    const pixels = frame.getContext("2d")?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
    const palette = quantize(pixels, 256);
    this.writer.writeFrame(applyPalette(pixels, palette), width, height, { palette, delay: 1000 / this.fps });
  }

  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    this.writer.finish();
    return this.writer.bytes();
  }
}

/** `frame_0000.png`, `frame_0001.png`, … */
export class ZippedFrames implements FilmEncoder {
  private readonly parts: Uint8Array[] = [];
  private count = 0;
  private readonly zip = new Zip((error, part) => {
    if (error) throw error;
    this.parts.push(part);
  });

  async add(frame: HTMLCanvasElement): Promise<void> {
    this.addPng(await bytesOf(await blobOf(frame)));
  }

  addPng(png: Uint8Array<ArrayBuffer>): void {
    // PNG is compressed already.
    const entry = new ZipPassThrough(`frame_${String(this.count++).padStart(4, "0")}.png`);
    this.zip.add(entry);
    entry.push(png, true);
  }

  async finish(): Promise<Uint8Array<ArrayBuffer>> {
    this.zip.end();
    return joined(this.parts);
  }
}

/** Browsers record films as they are played: frames are kept, and played at the end. */
class WebmFilm implements FilmEncoder {
  private readonly frames: Blob[] = [];
  private size = { width: 0, height: 0 };

  constructor(private readonly fps: number) {
    if (typeof MediaRecorder === "undefined" || !MediaRecorder.isTypeSupported("video/webm"))
      throw new Error("This browser records no WebM. Take .gif or .zip.");
  }

  async add(frame: HTMLCanvasElement): Promise<void> {
    this.size = { width: frame.width, height: frame.height };
    this.frames.push(await blobOf(frame, "image/webp", 0.95));
  }

  async finish(progress: (part: number) => Promise<void>): Promise<Uint8Array<ArrayBuffer>> {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, this.size);
    const context = canvas.getContext("2d");
    const stream = canvas.captureStream(0);
    const track = stream.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack;
    const recorder = new MediaRecorder(stream, {
      mimeType: "video/webm",
      videoBitsPerSecond: Math.max(0.2 * this.fps * canvas.width * canvas.height, 1e6),
    });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise<void>((resolve, reject) => {
      recorder.onstop = () => resolve();
      recorder.onerror = () => reject(new Error("The browser could not record the film."));
    });
    try {
      recorder.start();
      const begin = performance.now();
      for (const [number, frame] of this.frames.entries()) {
        if (document.hidden)
          throw new Error(
            "A WebM is recorded as it is played, and browsers play nothing in a hidden tab. Keep the tab in " +
              "sight, or take .gif or .zip.",
          );
        const bitmap = await createImageBitmap(frame);
        context?.drawImage(bitmap, 0, 0);
        bitmap.close();
        track.requestFrame();
        if (number % 10 === 0) await progress(number / this.frames.length);
        const next = begin + ((number + 1) * 1000) / this.fps;
        await new Promise((resolve) => setTimeout(resolve, Math.max(next - performance.now(), 0)));
      }
    } finally {
      recorder.stop();
      track.stop();
    }
    await stopped;
    return bytesOf(new Blob(parts));
  }
}
