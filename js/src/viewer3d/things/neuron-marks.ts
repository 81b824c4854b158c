/** Somata of the visible neurons as spheres, and special treenodes as dots: open ends, uncertain, labelled. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Group } from "three";
import { bytes, isAbort, type Rpc } from "../../shared/rpc";
import type { SelectionStore } from "../../shared/selection/store";
import type { NeuronScene } from "../neuron-scene";
import type { SceneContent } from "../parts";
import { ScreenDots } from "./dots";
import { type Sphere, Spheres } from "./spheres";

const PATIENCE_MS = 120_000;
const WAIT_MS = 150;
const AT_ONCE = 200;
const DOT_PX = 8;
/** nm, of a soma without a radius. */
const SOMA_RADIUS = 2_000;
const SOMA = "soma";
/** Of Okabe and Ito, whom colour-blind people tell apart; a node of several kinds has the first one's. */
const KIND_COLORS: ReadonlyArray<[kind: string, color: string]> = [
  ["open_end", "#d55e00"],
  ["low_confidence", "#cc79a7"],
  ["labelled", "#0072b2"],
];

export interface NeuronMarksState {
  somas: boolean;
  /** nm: without a label soma the thickest treenode is one, if its radius is at least this; null: labels only. */
  soma_radius: number | null;
  special_nodes: string[];
}

/** A treenode that may be marked. */
export interface SpecialNode {
  row: number;
  /** The sum of its kinds. */
  kinds: number;
  /** nm; -1 where unset. */
  radius: number;
}

interface SpecialAnswer {
  skeleton_ids: number[];
  kinds: Record<string, number>;
}

export class NeuronMarks implements SceneContent {
  readonly object = new Group();
  private readonly spheres = new Spheres("somata");
  private readonly dots = new ScreenDots("special nodes", DOT_PX);
  private readonly nodes = new Map<number, SpecialNode[]>();
  private kinds: Readonly<Record<string, number>> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | null = null;
  private readonly stopping: Array<() => void> = [];

  constructor(
    private readonly model: AnyModel<NeuronMarksState>,
    private readonly rpc: Rpc,
    private readonly selection: SelectionStore,
    private readonly neurons: NeuronScene,
    private readonly host: { changed(): void; failed(error: unknown): void },
  ) {
    this.object.name = "marks";
    this.object.add(this.spheres.object, this.dots.object);
    for (const name of ["somas", "special_nodes"] as const) this.listen(name, () => this.neuronsChanged());
    this.listen("soma_radius", () => this.edited(null));
    this.stopping.push(selection.subscribe("colors", () => this.build()));
    this.neuronsChanged();
  }

  /** They are where the neurons are. */
  get box(): Box3 {
    return new Box3();
  }

  prepare(): void {}

  /** How many are drawn. */
  get counts(): { somata: number; special: number } {
    const special = this.dots.object.geometry.getAttribute("position")?.count ?? 0;
    return { somata: this.spheres.count, special };
  }

  /** Other neurons may be visible, or have come. */
  neuronsChanged(): void {
    clearTimeout(this.timer);
    if (this.isWanted) this.timer = setTimeout(() => void this.read(), WAIT_MS);
    else if (this.spheres.count > 0 || this.dots.object.visible) this.build();
  }

  /** Neurons may have other special nodes now; null: any may. */
  edited(ids: readonly number[] | null): void {
    if (ids === null) this.nodes.clear();
    else for (const id of ids) this.nodes.delete(id);
    this.neuronsChanged();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    for (const stop of this.stopping) stop();
    this.spheres.dispose();
    this.dots.dispose();
  }

  private get isWanted(): boolean {
    return this.model.get("somas") || this.model.get("special_nodes").length > 0;
  }

  private listen(name: keyof NeuronMarksState, react: () => void): void {
    this.model.on(`change:${name}`, react);
    this.stopping.push(() => this.model.off(`change:${name}`, react));
  }

  private async read(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const missing = this.neurons.visibleHere().filter((id) => !this.nodes.has(id));
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
    const params = { skeleton_ids: ids, soma_radius: this.model.get("soma_radius") };
    const options = { signal, timeoutMs: PATIENCE_MS };
    const { result, buffers } = await this.rpc.call<SpecialAnswer>("special", params, options);
    this.kinds = result.kinds;
    for (const id of ids) this.nodes.set(id, []);
    for (const [id, node] of specialNodes(result.skeleton_ids, buffers)) this.nodes.get(id)?.push(node);
  }

  private build(): void {
    const marked = this.isWanted ? this.neurons.visibleHere() : [];
    this.spheres.put(this.model.get("somas") ? marked.flatMap((id) => this.somataOf(id)) : []);
    const wanted = this.model.get("special_nodes");
    const looks = KIND_COLORS.filter(([kind]) => wanted.includes(kind));
    const places: number[] = [];
    const colors: string[] = [];
    for (const id of marked)
      for (const { row, kinds } of this.nodes.get(id) ?? []) {
        const place = this.neurons.lines.position(id, row);
        const look = looks.find(([kind]) => this.has(kinds, kind));
        if (!place || !look) continue;
        places.push(...place);
        colors.push(look[1]);
      }
    this.dots.put(places, colors);
    this.host.changed();
  }

  private somataOf(id: number): Sphere[] {
    const color = `#${((this.selection.colorOf(id) ?? 0) >>> 8).toString(16).padStart(6, "0")}`;
    const somata = (this.nodes.get(id) ?? []).filter(({ kinds }) => this.has(kinds, SOMA));
    return somata.flatMap(({ row, radius }) => {
      const place = this.neurons.lines.position(id, row);
      return place ? [{ place, radius: radius > 0 ? radius : SOMA_RADIUS, color }] : [];
    });
  }

  private has(kinds: number, kind: string): boolean {
    return (kinds & (this.kinds[kind] ?? 0)) !== 0;
  }
}

/** Special nodes with their skeletons, of the columns of an answer. */
export function specialNodes(
  skeletonIds: readonly number[],
  buffers: readonly (DataView | ArrayBuffer | Uint8Array)[],
): Array<[skeletonId: number, node: SpecialNode]> {
  // Copies, because typed arrays need alignment.
  const [owners, rows, kinds, , radii] = buffers.map((buffer) => bytes(buffer).slice().buffer);
  const owner = new Int32Array(owners ?? []);
  const row = new Int32Array(rows ?? []);
  const kind = new Uint8Array(kinds ?? []);
  const radius = new Float32Array(radii ?? []);
  return Array.from(owner, (index, at) => [
    skeletonIds[index] ?? -1,
    { row: row[at] ?? -1, kinds: kind[at] ?? 0, radius: radius[at] ?? -1 },
  ]);
}
