/** What is shown beside the neurons' lines: colours of nodes, volumes, what was added, box and grid, and light. */
import type { AnyModel } from "@anywidget/types";
import { type Box3, Group, type Object3D, type Vector3 } from "three";
import type { Rpc } from "../shared/rpc";
import type { Arrivals } from "./arrivals";
import type { SpaceCamera } from "./camera/space-camera";
import type { LegendName } from "./frame";
import { BoxGrid, type GridLabel } from "./helpers/box-grid";
import { Lights } from "./helpers/lights";
import type { NeuronScene } from "./neuron-scene";
import type { NodeColors } from "./neurons/shading";
import { NodeShading } from "./node-shading";
import type { SceneContent } from "./parts";
import type { Viewer3DState } from "./state";
import { Volumes } from "./things/volumes";

export interface SceneryHost {
  readonly arrivals: Arrivals;
  /** Something is to be drawn anew. */
  changed(): void;
  /** A volume came, or went. */
  volumesChanged(): void;
  /** Explain colours; not at all without parts. */
  legend(of: LegendName, parts: HTMLElement[]): void;
  failed(error: unknown): void;
}

export class Scenery {
  private readonly lights = new Lights();
  private readonly boxGrid = new BoxGrid();
  private readonly volumes: Volumes;
  private readonly shading: NodeShading;
  private readonly contents: SceneContent[] = [];
  private readonly others = new Group();
  /** What neurons have beside their lines. */
  readonly neuronThings = new Group();

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    rpc: Rpc,
    neurons: NeuronScene,
    private readonly origin: Vector3,
    host: SceneryHost,
  ) {
    const told = {
      arrivals: host.arrivals,
      changed: () => host.changed(),
      failed: (error: unknown) => host.failed(error),
    };
    this.shading = new NodeShading(model, rpc, neurons, {
      ...told,
      legend: (parts) => host.legend("nodes", parts),
    });
    this.volumes = new Volumes(rpc, {
      ...told,
      changed: () => host.volumesChanged(),
      legend: (parts) => host.legend("volumes", parts),
    });
  }

  /** Show something more. */
  add(content: SceneContent): void {
    this.contents.push(content);
    (content.isOfNeurons ? this.neuronThings : this.others).add(content.object);
  }

  /** In the scene. */
  get objects(): Object3D[] {
    return [this.boxGrid.object, this.volumes.object, this.lights.object, this.others, this.neuronThings];
  }

  /** Around volumes, in project space; empty if there is none. */
  get volumesBox(): Box3 {
    return this.volumes.box;
  }

  /** Around volumes and what was added, in project space; empty if there is none. */
  get box(): Box3 {
    const box = this.volumesBox;
    for (const content of this.contents) box.union(content.box);
    return box;
  }

  /** Colours of the nodes of a neuron, if they have their own. */
  nodeColors(id: number): NodeColors | undefined {
    return this.shading.colorsOf(id);
  }

  /** What is written: labels of treenodes, and beside the grid. */
  get labels(): readonly GridLabel[] {
    const { visible } = this.neuronThings;
    const written = this.contents.filter(({ isOfNeurons }) => visible || !isOfNeurons);
    return [...written.flatMap(({ labels }) => labels ?? []), ...this.boxGrid.labels];
  }

  /** Traits that say what is shown, and what is done when they change. */
  get traits(): Array<[name: keyof Viewer3DState, apply: () => void]> {
    return [
      ["shading_rule", () => this.shading.refresh()],
      ["volumes", () => this.volumes.show(this.model.get("volumes"))],
    ];
  }

  /** Let all be as it is to be seen; `box`: around the neurons, project space. */
  prepare(camera: SpaceCamera, box: Box3, color: string): void {
    for (const content of this.contents) content.prepare(this.origin, camera);
    this.volumes.prepare(this.origin);
    this.lights.prepare(camera);
    this.boxGrid.update(box.clone().union(this.volumesBox), camera.direction, this.origin, {
      box: this.model.get("show_box"),
      grid: this.model.get("show_grid"),
      color,
    });
  }

  /** Other neurons may be seen now. */
  neuronsChanged(): void {
    this.shading.refresh();
    for (const content of this.contents) content.neuronsChanged?.();
  }

  /** Neurons were edited; null: any may have been. */
  edited(ids: readonly number[] | null): void {
    for (const content of this.contents) content.edited?.(ids);
  }

  dispose(): void {
    this.shading.dispose();
    this.volumes.dispose();
    this.boxGrid.dispose();
  }
}
