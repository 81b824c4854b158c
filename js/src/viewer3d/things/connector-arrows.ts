/** Arrows of the visible neurons to and from their connectors. */
import type { AnyModel } from "@anywidget/types";
import { Box3, type Object3D } from "three";
import { bytes, isAbort, type Rpc } from "../../shared/rpc";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent, ViewerParts } from "../parts";
import { type Arrow, Arrows } from "./arrows";

const PATIENCE_MS = 120_000;
const WAIT_MS = 150;
const AT_ONCE = 200;
/** Those of Okabe and Ito, whom colour-blind people tell apart. */
const COLORS: Readonly<Record<string, string>> = {
  presynaptic_to: "#d55e00",
  postsynaptic_to: "#56b4e9",
  gapjunction_with: "#f0e442",
};
const OTHER_COLOR = "#999999";

export interface ConnectorArrowsState {
  arrows: boolean;
}

/** A link of a neuron. */
export interface ArrowLink {
  row: number;
  relation: string;
  /** Of the connector, relative to the scene's origin. */
  place: [x: number, y: number, z: number];
}

export interface LinkAnswer {
  skeleton_ids: number[];
  relations: string[];
}

export class ConnectorArrows implements SceneContent {
  private readonly arrows = new Arrows();
  private readonly links = new Map<number, ArrowLink[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private readonly follow = (): void => this.neuronsChanged();

  constructor(
    private readonly model: AnyModel<ConnectorArrowsState>,
    private readonly rpc: Rpc,
    private readonly neurons: NeuronScene,
    private readonly picture: ViewerParts["picture"],
    private readonly host: { changed(): void; failed(error: unknown): void },
  ) {
    model.on("change:arrows", this.follow);
    this.neuronsChanged();
  }

  get object(): Object3D {
    return this.arrows.object;
  }

  get count(): number {
    return this.arrows.count;
  }

  /** They are where the neurons are. */
  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  neuronsChanged(): void {
    clearTimeout(this.timer);
    if (this.model.get("arrows")) this.timer = setTimeout(() => void this.read(), WAIT_MS);
    else if (this.arrows.count > 0) this.build();
  }

  edited(ids: readonly number[] | null): void {
    if (ids === null) this.links.clear();
    else for (const id of ids) this.links.delete(id);
    this.neuronsChanged();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.model.off("change:arrows", this.follow);
    this.arrows.dispose();
  }

  private async read(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const missing = this.neurons.visibleHere().filter((id) => !this.links.has(id));
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
    const params = { skeleton_ids: ids, origin: this.picture.origin.toArray() };
    const options = { signal, timeoutMs: PATIENCE_MS };
    const { result, buffers } = await this.rpc.call<LinkAnswer>("synapses", params, options);
    for (const id of ids) this.links.set(id, []);
    for (const [id, link] of arrowLinks(result, buffers)) this.links.get(id)?.push(link);
  }

  private build(): void {
    const shown = this.model.get("arrows") ? this.neurons.visibleHere() : [];
    this.arrows.put(shown.flatMap((id) => this.arrowsOf(id)));
    this.host.changed();
  }

  private arrowsOf(id: number): Arrow[] {
    return (this.links.get(id) ?? []).flatMap(({ row, relation, place }) => {
      const node = this.neurons.lines.position(id, row);
      if (!node) return [];
      const color = COLORS[relation] ?? OTHER_COLOR;
      return relation === "presynaptic_to"
        ? [{ from: node, to: place, color }]
        : [{ from: place, to: node, color }];
    });
  }
}

/** Links with their skeletons, of the columns of an answer. */
export function arrowLinks(
  { skeleton_ids: skeletonIds, relations }: LinkAnswer,
  buffers: readonly (DataView | ArrayBuffer | Uint8Array)[],
): Array<[skeletonId: number, link: ArrowLink]> {
  // Copies, because typed arrays need alignment.
  const [owners, rows, kinds, , , places] = buffers.map((buffer) => bytes(buffer).slice().buffer);
  const row = new Int32Array(rows ?? []);
  const kind = new Uint8Array(kinds ?? []);
  const xyz = new Float32Array(places ?? []);
  return Array.from(new Int32Array(owners ?? []), (index, at) => {
    const [x = 0, y = 0, z = 0] = xyz.subarray(3 * at, 3 * at + 3);
    const relation = relations[kind[at] ?? -1] ?? "";
    return [skeletonIds[index] ?? -1, { row: row[at] ?? -1, relation, place: [x, y, z] }];
  });
}
