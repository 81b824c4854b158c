/** The section at which a stack viewer looks, as a plane with its image. */
import {
  BufferGeometry,
  CanvasTexture,
  Color,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  LinearFilter,
  LineBasicMaterial,
  LineLoop,
  Mesh,
  MeshBasicMaterial,
  SRGBColorSpace,
  type Vector3,
} from "three";
import { isAbort } from "../../shared/rpc";
import {
  clampSection,
  depthOf,
  imageCorner,
  imageExtent,
  levelFactors,
  type Stack,
  sectionAt,
} from "../../shared/stack";
import { gridSize, type Tile } from "../../shared/tiles";
import { type Arrivals, LaterWork } from "../arrivals";

const MOST_PIXELS = 1024;
const REST_MS = 120;
/** A stack without coarse levels has its frame only. */
const MOST_TILES = 64;

/** Where the plane's image comes from. */
export interface SectionImages {
  readonly stack: Stack;
  load(tile: Tile, signal: AbortSignal): Promise<Blob | null>;
}

export interface SectionLook {
  /** Of the frame. */
  color: string;
  /** Of the image, 0 to 1. */
  opacity: number;
}

export class SectionPlane {
  readonly object = new Group();
  private readonly canvas = document.createElement("canvas");
  private readonly texture = new CanvasTexture(this.canvas);
  private readonly image: Mesh<BufferGeometry, MeshBasicMaterial>;
  private readonly frame: LineLoop<BufferGeometry, LineBasicMaterial>;
  private readonly reading: LaterWork;
  private wanted: { images: SectionImages; section: number } | null = null;
  private shown = "";
  /** Of which section the image is. */
  private drawn = "";

  /** `changed` is called when there is more to see. */
  constructor(
    arrivals: Arrivals,
    private readonly changed: () => void,
  ) {
    // Whoever turns through sections wants to see the last one.
    this.reading = new LaterWork(REST_MS, arrivals, (signal) => this.read(signal));
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.minFilter = LinearFilter;
    this.texture.generateMipmaps = false;
    const geometry = new BufferGeometry();
    geometry.setAttribute("uv", new Float32BufferAttribute([0, 1, 1, 1, 1, 0, 0, 0], 2));
    geometry.setIndex([0, 1, 2, 0, 2, 3]);
    const material = new MeshBasicMaterial({
      map: this.texture,
      side: DoubleSide,
      transparent: true,
      opacity: 0.85,
    });
    this.image = new Mesh(geometry, material);
    this.image.visible = false;
    this.frame = new LineLoop(new BufferGeometry(), new LineBasicMaterial());
    this.object.add(this.image, this.frame);
    this.object.name = "section";
    this.object.visible = false;
  }

  /** Show the section of a depth (nm), in a scene that has its origin somewhere; null: none. */
  show(images: SectionImages | null, z: number, origin: Vector3, { color, opacity }: SectionLook): void {
    this.object.visible = images !== null;
    this.image.material.opacity = opacity;
    if (images === null) {
      this.reading.stop();
      this.shown = "";
      return;
    }
    const { stack } = images;
    const section = clampSection(stack, sectionAt(stack, z));
    const places = cornersOf(stack, section, origin);
    for (const { geometry } of [this.image, this.frame])
      geometry.setAttribute("position", new Float32BufferAttribute(places, 3));
    this.image.geometry.computeBoundingSphere();
    this.frame.geometry.computeBoundingSphere();
    this.frame.material.color = new Color().setStyle(color);
    const key = `${stack.id}/${stack.revision}/${section}`;
    if (key === this.shown) return;
    this.shown = key;
    this.reading.stop();
    // The image of another section would be at a depth at which it is not.
    if (placeOf(stack, section) !== this.drawn) this.image.visible = false;
    this.wanted = { images, section };
    if (tilesOf(stack, section).length <= MOST_TILES) this.reading.ask();
  }

  dispose(): void {
    this.reading.stop();
    this.texture.dispose();
    for (const { geometry, material } of [this.image, this.frame]) {
      geometry.dispose();
      material.dispose();
    }
  }

  private async read(signal: AbortSignal): Promise<void> {
    if (!this.wanted) return;
    const { images, section } = this.wanted;
    const { stack } = images;
    const [across, down] = levelFactors(stack, levelOf(stack));
    const drawing = document.createElement("canvas");
    drawing.width = Math.max(Math.ceil(stack.dimension[0] / across), 1);
    drawing.height = Math.max(Math.ceil(stack.dimension[1] / down), 1);
    const context = drawing.getContext("2d");
    let found = 0;
    const draw = async (tile: Tile): Promise<void> => {
      const blob = await images.load(tile, signal);
      if (!blob) return;
      const bitmap = await createImageBitmap(blob);
      context?.drawImage(bitmap, tile.col * stack.tile_width, tile.row * stack.tile_height);
      bitmap.close();
      found++;
    };
    const outcomes = await Promise.allSettled(tilesOf(stack, section).map(draw));
    if (signal.aborted) return;
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed && !isAbort((failed as PromiseRejectedResult).reason)) this.shown = "";
    this.drawn = placeOf(stack, section);
    this.take(drawing, found > 0);
  }

  private take(drawing: HTMLCanvasElement, hasImage: boolean): void {
    const isLarger = this.canvas.width !== drawing.width || this.canvas.height !== drawing.height;
    if (isLarger) {
      // The size of a texture is fixed once it has been sent.
      this.texture.dispose();
      this.canvas.width = drawing.width;
      this.canvas.height = drawing.height;
    }
    const context = this.canvas.getContext("2d");
    context?.clearRect(0, 0, drawing.width, drawing.height);
    context?.drawImage(drawing, 0, 0);
    this.texture.needsUpdate = true;
    this.image.visible = hasImage;
    this.changed();
  }
}

function placeOf(stack: Stack, section: number): string {
  return `${stack.id}/${section}`;
}

/** The finest level of which a section is small enough for a texture. */
function levelOf(stack: Stack): number {
  for (let zoom = 0; zoom < stack.zoom_levels; zoom++) {
    const [across, down] = levelFactors(stack, zoom);
    if (Math.max(stack.dimension[0] / across, stack.dimension[1] / down) <= MOST_PIXELS) return zoom;
  }
  return stack.zoom_levels - 1;
}

/** All tiles of a section at that level. */
function tilesOf(stack: Stack, section: number): Tile[] {
  const zoom = levelOf(stack);
  const [columns, rows] = gridSize(stack, zoom);
  return Array.from({ length: rows * columns }, (_, at) => ({
    zoom,
    z: section,
    row: Math.floor(at / columns),
    col: at % columns,
  }));
}

/** The four corners of a section, relative to an origin. */
function cornersOf(stack: Stack, section: number, origin: Vector3): number[] {
  const [left, top] = imageCorner(stack);
  const [width, height] = imageExtent(stack);
  const z = depthOf(stack, section) - origin.z;
  const [x, y] = [left - origin.x, top - origin.y];
  return [x, y, z, x + width, y, z, x + width, y + height, z, x, y + height, z];
}
