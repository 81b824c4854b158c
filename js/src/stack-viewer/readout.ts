/** What the images have under the cursor: at once as shown, and as stored when the mouse rests. */
import { element } from "../shared/dom";
import type { PixelColor } from "../shared/image/look";
import type { StackPicture } from "../shared/image/picture";
import type { Point } from "../shared/layer";
import type { PictureEntry } from "./pictures";

const REST_MS = 150;

export class Readout {
  readonly node = element("output", {
    class: "cj-values",
    "data-testid": "values",
    title: "Values of the images under the cursor",
  });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = new AbortController();
  private place = "";

  constructor(private readonly pictures: () => readonly PictureEntry[]) {}

  /** The cursor is over a place of the view's plane, nm; null: elsewhere. */
  pointAt(point: Point | null): void {
    const place = String(point);
    if (place === this.place) return;
    this.place = place;
    this.stop();
    if (!point) {
      this.node.value = "";
      return;
    }
    const seen = this.seen();
    this.write(seen.map((picture) => [picture, shownText(picture, picture.shownAt(point[0], point[1]))]));
    this.timer = setTimeout(() => void this.ask(seen, point, this.asking.signal), REST_MS);
  }

  /** The images have changed under the resting cursor. */
  refresh(point: Point | null): void {
    this.place = "";
    this.pointAt(point);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    this.asking = new AbortController();
  }

  private async ask(seen: StackPicture[], [x, y, z]: Point, signal: AbortSignal): Promise<void> {
    const texts = seen.map(async (picture): Promise<[StackPicture, string]> => {
      // What is shown stands where nobody tells more.
      const stored = await picture.storedAt(x, y, z, signal).catch(() => null);
      return [picture, stored === null ? shownText(picture, picture.shownAt(x, y)) : String(stored)];
    });
    const found = await Promise.all(texts);
    if (!signal.aborted) this.write(found);
  }

  private seen(): StackPicture[] {
    const all = this.pictures().map(({ picture }) => picture);
    return all.filter((picture) => picture.look().visible);
  }

  private write(texts: Array<[StackPicture, string]>): void {
    const found = texts.filter(([, text]) => text !== "");
    const named = this.seen().length > 1;
    this.node.value = found.map(([{ title }, text]) => `${named ? title : "value"} ${text}`).join(" · ");
  }
}

function shownText(picture: StackPicture, value: PixelColor | null): string {
  if (!value || picture.isLabels) return "";
  const [red, green, blue] = value;
  return red === green && green === blue ? `≈ ${red}` : `≈ ${red}, ${green}, ${blue}`;
}
