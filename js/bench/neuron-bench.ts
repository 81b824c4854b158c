/** The 3D viewer's own lines of neurons: what is waited for, and how smoothly they turn. */
import { PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "three";
import { type GeometryCall, GeometryLoader } from "../src/viewer3d/geometry/loader";
import { NeuronLines } from "../src/viewer3d/neurons/neuron-lines";
import { type Figures, finish, nextFrame, SIZE, timed, turn } from "./measure";
import { nodeUnder } from "./search";

const PICKS = 100;
const TOLERANCE = 6;
const FIRST_BUDGET = 200_000;
const LEAST_BUDGET = 20_000;
const SLOW_MS = 55;

export interface Shown {
  first_picture_ms: number;
  bytes: number;
  /** The first neurons are seen. */
  something_ms: number;
  loaded_ms: number;
  first_draw_ms: number;
}

export class NeuronBench {
  private readonly renderer = new WebGLRenderer({ antialias: false });
  private readonly context = this.renderer.getContext();
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(45, SIZE.width / SIZE.height, 1, 1);
  private isFiner = false;
  private readonly lines = new NeuronLines({
    refine: () => {
      this.isFiner = true;
    },
  });
  private readonly center = new Vector3();
  private radius = 1;

  constructor(
    place: HTMLElement,
    private readonly call: GeometryCall,
  ) {
    this.renderer.setSize(SIZE.width, SIZE.height);
    place.append(this.renderer.domElement);
    this.scene.add(this.lines.object);
  }

  /** Load all neurons and draw them. */
  async show(ids: number[], began = performance.now()): Promise<Shown> {
    const loader = new GeometryLoader(this.call);
    let something = 0;
    await loader.load(ids, ({ neurons }) => {
      this.lines.put(neurons);
      this.lines.setColors(
        neurons.map(({ skeletonId }) => skeletonId),
        neurons.map(randomColor),
      );
      something ||= this.firstLook(began);
    });
    const loaded = performance.now() - began;
    this.look();
    const firstDraw = await timed(() => this.draw(0, FIRST_BUDGET));
    return {
      first_picture_ms: performance.now() - began,
      bytes: loader.bytes,
      something_ms: something,
      loaded_ms: loaded,
      first_draw_ms: firstDraw,
    };
  }

  async run(ids: number[]): Promise<Figures> {
    const began = performance.now();
    const shown = await this.show(ids, began);
    const rest = await this.rest(began);
    let budget = FIRST_BUDGET;
    const [fps, longest] = await turn((angle, lastMs) => {
      if (lastMs > SLOW_MS) budget = Math.max(budget * 0.6, LEAST_BUDGET);
      this.draw(angle, budget);
    });
    return {
      ...shown,
      frames_per_s: fps,
      longest_frame_ms: longest,
      edges_turning: this.lines.edges,
      frame_ms: await this.frame(),
      recolor_neurons_ms: await this.recolor(ids),
      recolor_nodes_ms: await this.shade(ids),
      ...(await this.picks(ids)),
      ...rest,
    };
  }

  /** The first neurons are seen while the others come. */
  private firstLook(began: number): number {
    this.look();
    this.draw(0, FIRST_BUDGET);
    return performance.now() - began;
  }

  private look(): void {
    const box = this.lines.bounds();
    box.getCenter(this.center);
    this.radius = box.getSize(new Vector3()).length() / 2;
    this.camera.near = this.radius / 100;
    this.camera.far = this.radius * 10;
    this.camera.updateProjectionMatrix();
  }

  private draw(angle: number, budget: number): void {
    const away = new Vector3(Math.sin(angle), 0, -Math.cos(angle)).multiplyScalar(2.2 * this.radius);
    this.camera.position.copy(this.center).add(away);
    this.camera.up.set(0, -1, 0);
    this.camera.lookAt(this.center);
    this.camera.updateMatrixWorld();
    this.lines.chooseLevel(budget, { camera: this.camera, size: SIZE });
    this.renderer.render(this.scene, this.camera);
    finish(this.context);
  }

  /** Full detail, in steps. */
  private async rest(began: number): Promise<Record<string, number>> {
    let longest = 0;
    do {
      this.isFiner = false;
      longest = Math.max(longest, await timed(() => this.draw(0, Number.POSITIVE_INFINITY)));
    } while (this.isFiner);
    return {
      full_detail_ms: performance.now() - began,
      full_detail_edges: this.lines.edges,
      longest_rest_frame_ms: longest,
    };
  }

  /** What a frame takes in which nothing is another one than before. */
  private async frame(): Promise<number> {
    this.draw(0, FIRST_BUDGET);
    return timed(() => this.draw(0, FIRST_BUDGET));
  }

  private async recolor(ids: number[]): Promise<number> {
    this.draw(0, FIRST_BUDGET);
    return timed(() => {
      this.lines.setColors(ids, ids.map(randomColor));
      this.draw(0, FIRST_BUDGET);
    });
  }

  private async shade(ids: number[]): Promise<number> {
    const columns = ids.map((id) => {
      const rows = this.lines.edgesOf(id)?.parents.length ?? 0;
      return Uint8Array.from({ length: rows }, (_, row) => row);
    });
    return timed(() => {
      this.lines.setShadingPalette(Uint8Array.from({ length: 1024 }, (_, at) => at * 7));
      ids.forEach((id, at) => {
        this.lines.shade(id, columns[at] ?? null);
      });
      this.draw(0, FIRST_BUDGET);
    });
  }

  /** Places of random nodes: how long a pick takes, and how many are those of a search of all edges. */
  private async picks(
    ids: number[],
  ): Promise<{ pick_ms: number; longest_pick_ms: number; exact_picks: number }> {
    const times: number[] = [];
    let exact = 0;
    for (let turn = 0; turn < PICKS; turn++) {
      const id = ids[Math.floor(Math.random() * ids.length)] ?? 0;
      const row = Math.floor(Math.random() * (this.lines.edgesOf(id)?.parents.length ?? 0));
      const { x, y } = new Vector3(...(this.lines.position(id, row) ?? [0, 0, 0])).project(this.camera);
      const px = ((x + 1) / 2) * SIZE.width + 4 * (Math.random() - 0.5);
      const py = ((1 - y) / 2) * SIZE.height + 4 * (Math.random() - 0.5);
      const began = performance.now();
      const found = this.lines.pick(this.camera, px, py, SIZE, TOLERANCE);
      times.push(performance.now() - began);
      const wanted = nodeUnder(this.lines, ids, this.camera, px, py);
      if (found?.skeletonId === wanted?.skeletonId && found?.row === wanted?.row) exact++;
      if (turn % 10 === 0) await nextFrame();
    }
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return { pick_ms: mean, longest_pick_ms: Math.max(...times), exact_picks: exact };
  }
}

function randomColor(): number {
  return Math.floor(Math.random() * 2 ** 24) * 256 + 255;
}
