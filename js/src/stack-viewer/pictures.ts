/** The images of a viewer, first at the bottom: the stack's own, and those of image layers. */
import { element } from "../shared/dom";
import { LookFilter } from "../shared/image/filter";
import { applyLook, PLAIN_LOOK } from "../shared/image/look";
import type { ShownPicture, StackPicture } from "../shared/image/picture";
import type { Layer } from "../shared/layer";
import { BLENDS } from "../wire/facts";

/** The canvas operation for each blend mode. */
const OPERATIONS = { ...BLENDS, normal: "source-over", add: "lighter" } as const;

export interface PictureEntry {
  picture: StackPicture;
  /** null: the viewer's own. */
  layer: Layer | null;
}

interface Entry extends PictureEntry {
  filter: LookFilter;
}

export class Pictures {
  readonly node = element("div", { class: "cj-images", "data-testid": "images" });
  private entries: Entry[] = [];

  constructor(private readonly changed: () => void) {}

  /** First at the bottom. */
  get shown(): readonly PictureEntry[] {
    return this.entries;
  }

  /** Put the images of layers in this order, above the viewer's own. */
  order(layers: readonly Layer[]): void {
    const place = ({ layer }: Entry): number => (layer ? layers.indexOf(layer) : -1);
    const before = [...this.entries];
    this.entries.sort((one, other) => place(one) - place(other));
    if (this.entries.every((entry, index) => entry === before[index])) return;
    for (const { picture } of this.entries) this.node.append(picture.canvas);
    this.changed();
  }

  /** Show one above all others. */
  add(picture: StackPicture, layer: Layer | null = null): ShownPicture {
    const entry = { picture, layer, filter: new LookFilter() };
    this.entries.push(entry);
    this.node.append(picture.canvas, entry.filter.node);
    this.style(entry);
    this.changed();
    return {
      restyle: () => {
        this.style(entry);
        this.changed();
      },
      remove: () => {
        this.entries = this.entries.filter((each) => each !== entry);
        picture.canvas.remove();
        entry.filter.node.remove();
        this.changed();
      },
    };
  }

  /** Paint all as the page shows them. */
  compose(target: CanvasRenderingContext2D, width: number, height: number): void {
    for (const { picture } of this.entries) {
      const look = picture.look();
      if (!look.visible || picture.canvas.width === 0) continue;
      const canvas = element("canvas", { width, height });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      if (!context) continue;
      context.imageSmoothingQuality = "high";
      context.drawImage(picture.canvas, 0, 0, width, height);
      if (!isPlain(picture)) {
        const pixels = context.getImageData(0, 0, width, height);
        applyLook(pixels, look);
        context.putImageData(pixels, 0, 0);
      }
      target.globalAlpha = look.opacity;
      target.globalCompositeOperation = OPERATIONS[look.blend];
      target.drawImage(canvas, 0, 0);
    }
    target.globalAlpha = 1;
    target.globalCompositeOperation = "source-over";
  }

  private style({ picture, filter }: Entry): void {
    const look = picture.look();
    const { style } = picture.canvas;
    style.filter = filter.css(look);
    style.opacity = String(look.opacity);
    style.mixBlendMode = BLENDS[look.blend];
    style.visibility = look.visible ? "" : "hidden";
  }
}

function isPlain(picture: StackPicture): boolean {
  const { brightness, contrast, invert, color_map, threshold } = picture.look();
  const plain = PLAIN_LOOK;
  return (
    brightness === plain.brightness &&
    contrast === plain.contrast &&
    !invert &&
    color_map === plain.color_map &&
    threshold === null
  );
}
