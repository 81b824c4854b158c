/** Links of neurons to connectors, as dots of one colour for each relation. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  Points,
  PointsMaterial,
  type Vector3,
} from "three";
import { bytes, isAbort, type Rpc } from "../../shared/rpc";
import { FLAG } from "../../shared/selection/delta";
import type { SelectionStore } from "../../shared/selection/store";

const PATIENCE_MS = 120_000;
const WAIT_MS = 150;
const AT_ONCE = 200;
const SIZE_PX = 6;
const DISC_PX = 32;

/** Those of Okabe and Ito, whom colour-blind people tell apart. */
const COLORS: Record<string, string> = {
  presynaptic_to: "#d55e00",
  postsynaptic_to: "#56b4e9",
  gapjunction_with: "#f0e442",
};
const OTHER_COLOR = "#999999";

/** Links of one neuron. */
interface NeuronLinks {
  relations: string[];
  /** x, y, z of each connector, relative to the scene's origin. */
  places: number[];
}

interface LinksAnswer {
  /** Skeletons that have links. */
  skeleton_ids: number[];
  relations: string[];
}

export interface SynapsesHost {
  changed(): void;
  failed(error: unknown): void;
}

export class Synapses {
  readonly object = new Points(new BufferGeometry(), dots());
  private readonly links = new Map<number, NeuronLinks>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private isShown = false;

  /** `visible` gives the neurons whose links are shown. */
  constructor(
    private readonly selection: SelectionStore,
    private readonly rpc: Rpc,
    private readonly origin: Vector3,
    private readonly visible: () => number[],
    private readonly host: SynapsesHost,
  ) {
    this.object.name = "synapses";
    this.object.frustumCulled = false;
    this.object.visible = false;
  }

  show(isShown: boolean): void {
    this.isShown = isShown;
    this.refresh();
  }

  /** Neurons may have other links now; null: any may. */
  forget(ids: readonly number[] | null): void {
    if (ids === null) this.links.clear();
    else for (const id of ids) this.links.delete(id);
    this.refresh();
  }

  /** Other neurons may be visible now. */
  refresh(): void {
    clearTimeout(this.timer);
    if (this.isShown) this.timer = setTimeout(() => void this.read(), WAIT_MS);
    else if (this.object.visible) {
      this.object.visible = false;
      this.host.changed();
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.object.geometry.dispose();
    this.object.material.map?.dispose();
    this.object.material.dispose();
  }

  private async read(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const missing = this.visible().filter((id) => !this.links.has(id));
    try {
      for (let start = 0; start < missing.length; start += AT_ONCE)
        await this.readPart(missing.slice(start, start + AT_ONCE), asking.signal);
    } catch (error) {
      if (!isAbort(error)) this.host.failed(error);
      return;
    }
    this.build();
  }

  private async readPart(ids: number[], signal: AbortSignal): Promise<void> {
    const params = { skeleton_ids: ids, origin: this.origin.toArray() };
    const options = { signal, timeoutMs: PATIENCE_MS };
    const { result, buffers } = await this.rpc.call<LinksAnswer>("synapses", params, options);
    // Copies, because typed arrays need alignment.
    const [owners, , kinds, , , places] = buffers.map((buffer) => bytes(buffer).slice());
    const owner = new Int32Array(owners?.buffer ?? new ArrayBuffer(0));
    const xyz = new Float32Array(places?.buffer ?? new ArrayBuffer(0));
    for (const id of ids) this.links.set(id, { relations: [], places: [] });
    owner.forEach((index, at) => {
      const links = this.links.get(result.skeleton_ids[index] ?? -1);
      links?.relations.push(result.relations[kinds?.[at] ?? -1] ?? "");
      links?.places.push(...xyz.subarray(3 * at, 3 * at + 3));
    });
  }

  private build(): void {
    const places: number[] = [];
    const colors: number[] = [];
    for (const id of this.visible()) {
      const links = this.links.get(id);
      const flags = this.selection.flagsOf(id);
      links?.relations.forEach((relation, at) => {
        if (!isSwitchedOn(relation, flags)) return;
        const { r, g, b } = new Color().setStyle(COLORS[relation] ?? OTHER_COLOR);
        colors.push(r, g, b);
        places.push(...links.places.slice(3 * at, 3 * at + 3));
      });
    }
    this.object.geometry.dispose();
    this.object.geometry = new BufferGeometry();
    this.object.geometry.setAttribute("position", new BufferAttribute(new Float32Array(places), 3));
    this.object.geometry.setAttribute("color", new BufferAttribute(new Float32Array(colors), 3));
    this.object.visible = places.length > 0;
    this.host.changed();
  }
}

function isSwitchedOn(relation: string, flags: number): boolean {
  if (relation === "presynaptic_to") return (flags & FLAG.PRE) !== 0;
  return relation !== "postsynaptic_to" || (flags & FLAG.POST) !== 0;
}

/** ScreenDots that are round and of one size on the screen. */
function dots(): PointsMaterial {
  const texels = new Uint8Array(4 * DISC_PX * DISC_PX).fill(255);
  const radius = DISC_PX / 2;
  for (let at = 0; at < DISC_PX * DISC_PX; at++) {
    const [x, y] = [(at % DISC_PX) + 0.5 - radius, Math.floor(at / DISC_PX) + 0.5 - radius];
    texels[4 * at + 3] = Math.hypot(x, y) < radius ? 255 : 0;
  }
  const map = new DataTexture(texels, DISC_PX, DISC_PX);
  map.needsUpdate = true;
  return new PointsMaterial({
    size: SIZE_PX,
    sizeAttenuation: false,
    vertexColors: true,
    map,
    alphaTest: 0.5,
  });
}
