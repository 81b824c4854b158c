/** Many neurons as lines in a scene: a draw call for each page of vertices, not for each neuron. */
import { Box3, type Camera, Group, Vector3 } from "three";
import { type EdgeLevels, edgeLevels, orderFromRoots } from "../geometry/ladders";
import { NeuronPages } from "../geometry/page-set";
import { type NeuronPage, type PagedNeuron, spaceOf } from "../geometry/pages";
import { BadGeometry, type UnpackedNeuron, type Vector } from "../geometry/unpack";
import { neuronsInside } from "../picking/inside";
import { pickNode } from "../picking/pick";
import { Projection, type ScreenPoint, type ScreenSize } from "../picking/projection";
import { type ChosenDetail, chooseDetail, type LineView, OUT_OF_VIEW } from "./detail";
import { type Fog, LineMaterial, lineOfNoLength } from "./line-material";
import { NeuronPalette } from "./palette";
import { SAME_PLACES, type ShadeScale } from "./shade-scales";
import { requireColumn, ShadingColors } from "./shading";
import { type NeuronStyle, ThickEdges } from "./thick-edges";

export type { UnpackedNeuron } from "../geometry/unpack";

/** Edges of the first picture of neurons that have just come. */
const FIRST_EDGES = 200_000;
/** A picture that becomes finer may have so many times the edges of the one before. */
const REFINING = 4;
/** Of that many nodes at once a coarse picture comes first. */
const MANY_ROWS = 20_000;

/** A node of a neuron: its row in the geometry of an edition. */
export interface PickedNode {
  skeletonId: number;
  row: number;
  version: number;
  /** Relative to the scene's origin. */
  point: Vector;
}

/** Nodes of one neuron; valid until neurons are put or removed. */
export interface NeuronEdges {
  /** x, y, z of each node, relative to the scene's origin. */
  positions: Float32Array;
  /** Row of each node's parent, -1 at roots. */
  parents: Int32Array;
}

export interface NeuronLinesOptions {
  /**
   * The picture can become finer: draw again. Without it every picture is at once as fine as its edges allow, however
   * long it takes.
   */
  refine?(): void;
}

/** A neuron where it is. */
interface ShownNeuron extends PagedNeuron {
  skeletonId: number;
  version: number;
  slot: number;
  isShaded: boolean;
  isSelected: boolean;
  radii: Float32Array | null;
  shades: Uint8Array;
  page: NeuronPage<ShownNeuron>;
  positions: Float32Array;
  /** Vertices that are taken for it. */
  space: number;
}

export class NeuronLines {
  readonly object = new Group();
  private readonly neurons = new Map<number, ShownNeuron>();

  private readonly palette = new NeuronPalette();
  private readonly shading = new ShadingColors();
  private readonly material = new LineMaterial({ palette: this.palette.texture, ...this.shading.textures });
  private readonly pages = new NeuronPages<ShownNeuron>(this.object, this.material);
  private readonly thick = new ThickEdges(this.material);
  /** Drawn until neurons come, so that the graphics card has its program by then. */
  private readonly nothing = lineOfNoLength(this.material);
  private readonly selected = new Set<number>();
  private active: number | null = null;
  private shown: ChosenDetail = { edges: 0, coarseness: 0 };
  /** Edges that the next picture of a view at rest may have. */
  private allowance = FIRST_EDGES;

  constructor(private readonly options: NeuronLinesOptions = {}) {
    this.object.name = "neurons";
    this.object.matrixAutoUpdate = false;
    this.object.add(this.nothing);
  }

  /** How much coarser the picture is than could be seen; 0 is full detail. */
  get level(): number {
    return this.shown.coarseness;
  }

  /** Edges of the picture. */
  get edges(): number {
    return this.shown.edges;
  }

  /** Tubes and wide lines of the picture. */
  get thickEdges(): { tubes: number; wide: number } {
    return this.thick.counts;
  }

  /** Edition of each neuron that is here, by skeleton id. */
  get versions(): Map<number, number> {
    return new Map(Array.from(this.neurons, ([id, { version }]) => [id, version]));
  }

  /** Add neurons, or replace those of the same skeleton ids, which keep their looks but not their shading. */
  put(neurons: readonly UnpackedNeuron[]): void {
    const changed = new Set<NeuronPage<ShownNeuron>>();
    if (neurons.length > 0) this.object.remove(this.nothing);
    for (const neuron of neurons) {
      const before = this.neurons.get(neuron.skeletonId);
      if (before) changed.add(before.page);
      changed.add(this.place(neuron, before).page);
    }
    this.update(changed);
    const rows = neurons.reduce((sum, neuron) => sum + neuron.rows, 0);
    if (rows >= MANY_ROWS) this.allowance = FIRST_EDGES;
  }

  remove(ids: Iterable<number>): void {
    const changed = new Set<NeuronPage<ShownNeuron>>();
    for (const neuron of this.known(ids)) {
      this.takeOut(neuron);
      this.palette.remove(neuron.slot);
      this.neurons.delete(neuron.skeletonId);
      changed.add(neuron.page);
    }
    this.update(changed);
    this.updateMaterial();
  }

  /** @param rgba - 0xRRGGBBAA, for each id */
  setColors(ids: ArrayLike<number>, rgba: ArrayLike<number>): void {
    for (let at = 0; at < ids.length; at++) {
      const neuron = this.neurons.get(ids[at] ?? 0);
      if (neuron) this.palette.setColor(neuron.slot, rgba[at] ?? 0);
    }
    this.updateMaterial();
  }

  setVisible(ids: Iterable<number>, isVisible: boolean): void {
    for (const neuron of this.known(ids)) {
      neuron.isVisible = isVisible;
      this.palette.setVisible(neuron.slot, isVisible);
    }
  }

  /** Emphasize one neuron, here or still to come; null: none. */
  setActive(id: number | null): void {
    for (const [known, isActive] of [
      [this.active, false],
      [id, true],
    ] as const) {
      const neuron = known === null ? undefined : this.neurons.get(known);
      if (neuron) this.palette.setActive(neuron.slot, isActive);
    }
    this.active = id;
  }

  /** Draw these neurons, here or still to come, with wide lines, and no others. */
  setSelected(ids: Iterable<number>): void {
    this.selected.clear();
    for (const id of ids) this.selected.add(id);
    if (this.selected.size > 0) this.object.add(this.thick.object);
    for (const neuron of this.neurons.values()) {
      neuron.isSelected = this.selected.has(neuron.skeletonId);
      this.palette.setSelected(neuron.slot, neuron.isSelected);
    }
  }

  /** Colour that the active neuron is mixed with, 0xRRGGBB. */
  setHighlight(color: number): void {
    this.material.setHighlight(color);
  }

  /** Let what is far away fade; null: nothing fades. */
  setFog(fog: Fog | null): void {
    this.material.setFog(fog);
    this.thick.setFog(fog);
  }

  setStyle(style: NeuronStyle): void {
    this.object.add(this.thick.object);
    this.thick.setStyle(style);
  }

  /**
   * Say how thick a neuron is, for tubes.
   *
   * @param radii - of each row, nm; not above 0: unknown
   * @throws RangeError if there are not as many as the neuron has nodes.
   */
  setRadii(id: number, radii: Float32Array | null): void {
    const neuron = this.neurons.get(id);
    if (!neuron) return;
    if (radii) requireColumn(id, neuron.parents.length, radii);
    neuron.radii = radii;
  }

  /**
   * Colour a neuron's nodes.
   *
   * @param column - place of each row; null: the neuron's own colour again
   * @param scale - what colours of the shading palette the places have
   * @throws RangeError if there are not as many as the neuron has nodes.
   */
  shade(id: number, column: Uint8Array | null, scale: ShadeScale = SAME_PLACES): void {
    const neuron = this.neurons.get(id);
    if (!neuron) return;
    if (column) {
      requireColumn(id, neuron.parents.length, column);
      neuron.page.shade(neuron, column);
      this.rescale(id, scale);
    }
    this.thick.tagsChanged();
    neuron.isShaded = column !== null;
    this.palette.setShaded(neuron.slot, neuron.isShaded);
  }

  /** Let the places of a neuron's nodes have other colours. */
  rescale(id: number, scale: ShadeScale): void {
    const neuron = this.neurons.get(id);
    if (!neuron) return;
    this.shading.setScale(neuron.slot, scale);
    this.material.setTextures(this.shading.textures);
  }

  isShaded(id: number): boolean {
    return this.neurons.get(id)?.isShaded ?? false;
  }

  /** @param rgba - four bytes for each of at most 256 colours */
  setShadingPalette(rgba: Uint8Array): void {
    this.shading.set(rgba);
  }

  /**
   * Choose how fine the next picture is: as fine as can be seen, with at most so many edges.
   *
   * @param budgetEdges - of a view that moves; infinite for a view at rest, which becomes finer in steps, each asked for
   *   by `refine`
   * @param view - leave out what is not in this view, or too small to be seen there; otherwise nothing is left out
   */
  chooseLevel(budgetEdges: number, view?: LineView): void {
    const projection = view ? this.projection(view.camera, view.size) : null;
    const { refine } = this.options;
    const isStep = budgetEdges === Infinity && refine !== undefined;
    for (const neuron of this.neurons.values()) if (!neuron.isVisible) neuron.level = OUT_OF_VIEW;
    this.shown = chooseDetail(this.visible(), projection, isStep ? this.allowance : budgetEdges);
    this.pages.show();
    if (view && projection) this.thick.update(() => this.visible(), budgetEdges, view, projection);
    if (!isStep) this.allowance = FIRST_EDGES;
    else if (this.shown.coarseness > 0) {
      this.allowance *= REFINING;
      refine();
    }
  }

  /** Choose all detail for the next picture, however long it takes; see `chooseLevel`. */
  chooseAll(view?: LineView): void {
    this.allowance = Infinity;
    this.chooseLevel(Infinity, view);
  }

  /** Box around neurons, relative to the scene's origin; around the visible ones if no ids are given. */
  bounds(ids?: Iterable<number>): Box3 {
    const box = new Box3();
    for (const neuron of ids ? this.known(ids) : this.visible()) {
      if (neuron.parents.length === 0) continue;
      const [x0, y0, z0, x1, y1, z1] = neuron.box;
      box.expandByPoint(new Vector3(x0, y0, z0)).expandByPoint(new Vector3(x1, y1, z1));
    }
    return box;
  }

  /**
   * The node of a visible neuron under a place of the screen; see picking/pick.ts for the rule.
   *
   * @param tolerancePx - how far its edge may be, CSS pixels
   */
  pick(camera: Camera, x: number, y: number, size: ScreenSize, tolerancePx: number): PickedNode | null {
    const found = pickNode(this.visible(), this.projection(camera, size), x, y, tolerancePx);
    if (!found) return null;
    const { neuron, row } = found;
    const { skeletonId, version } = neuron;
    return { skeletonId, version, row, point: pointOf(neuron, row) };
  }

  /** Visible skeletons with a node inside a polygon on the screen. */
  inside(camera: Camera, polygon: readonly ScreenPoint[], size: ScreenSize): number[] {
    const found = neuronsInside(this.visible(), this.projection(camera, size), polygon);
    return found.map(({ skeletonId }) => skeletonId);
  }

  /** Where a node is, relative to the scene's origin; null if it is not here. */
  position(id: number, row: number): Vector | null {
    const neuron = this.neurons.get(id);
    return neuron && row >= 0 && row < neuron.parents.length ? pointOf(neuron, row) : null;
  }

  edgesOf(id: number): NeuronEdges | null {
    const neuron = this.neurons.get(id);
    return neuron ? { positions: neuron.positions, parents: neuron.parents } : null;
  }

  dispose(): void {
    this.pages.dispose();
    this.neurons.clear();
    this.object.clear();
    this.nothing.geometry.dispose();
    this.thick.dispose();
    this.material.dispose();
    this.palette.dispose();
    this.shading.dispose();
  }

  private place(neuron: UnpackedNeuron, before: ShownNeuron | undefined): ShownNeuron {
    const { skeletonId, version, rows, parents, box } = neuron;
    if (before) this.takeOut(before);
    const space = spaceOf(rows);
    const [page, start] = this.pages.take(space);
    const slot = before?.slot ?? this.palette.add();
    const positions = page.positions.subarray(3 * start, 3 * (start + rows));
    const isVisible = before?.isVisible ?? true;
    const levels = neuron.levels ?? levelsOf(neuron);
    const shown = {
      skeletonId,
      version,
      slot,
      page,
      start,
      space,
      parents,
      positions,
      levels,
      box,
      isVisible,
      isShaded: false,
      isSelected: this.selected.has(skeletonId),
      radii: null,
      shades: page.shades.subarray(start, start + rows),
      level: 0,
    };
    page.put(shown, neuron.positions, slot);
    this.palette.setShaded(slot, false);
    this.palette.setActive(slot, skeletonId === this.active);
    this.palette.setSelected(slot, shown.isSelected);
    this.neurons.set(skeletonId, shown);
    return shown;
  }

  private takeOut(neuron: ShownNeuron): void {
    neuron.page.remove(neuron);
    neuron.page.give(neuron.start, neuron.space);
  }

  private update(pages: Iterable<NeuronPage<ShownNeuron>>): void {
    this.pages.update(pages);
    this.updateMaterial();
  }

  private updateMaterial(): void {
    this.material.setTextures({ palette: this.palette.texture });
    this.material.setTranslucent(this.palette.isTranslucent);
    this.thick.setTranslucent(this.palette.isTranslucent);
  }

  private *known(ids: Iterable<number>): Generator<ShownNeuron> {
    for (const id of ids) {
      const neuron = this.neurons.get(id);
      if (neuron) yield neuron;
    }
  }

  private *visible(): Generator<ShownNeuron> {
    for (const neuron of this.neurons.values()) if (neuron.isVisible) yield neuron;
  }

  private projection(camera: Camera, size: ScreenSize): Projection {
    return new Projection(camera, size, this.object.matrixWorld);
  }
}

function levelsOf({ positions, parents, skeletonId }: UnpackedNeuron): EdgeLevels {
  const order = orderFromRoots(parents);
  if (order === "circle") throw new BadGeometry(`Nodes of skeleton ${skeletonId} are their own ancestors.`);
  return edgeLevels(positions, parents, order);
}

function pointOf({ positions }: ShownNeuron, row: number): Vector {
  const [x = 0, y = 0, z = 0] = positions.subarray(3 * row, 3 * row + 3);
  return [x, y, z];
}
