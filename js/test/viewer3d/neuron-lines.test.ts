import {
  type BufferAttribute,
  type BufferGeometry,
  type DataTexture,
  type LineSegments,
  PerspectiveCamera,
  type Points,
  type RawShaderMaterial,
} from "three";
import { describe, expect, it, vi } from "vitest";
import { PAGE_ROWS } from "../../src/viewer3d/geometry/pages";
import { BadGeometry, type UnpackedNeuron } from "../../src/viewer3d/geometry/unpack";
import { NeuronLines } from "../../src/viewer3d/neurons/neuron-lines";
import { type Arbor, neuronOf, randomArbor } from "./arbors";

function chain(skeletonId: number, rows: number): Arbor {
  return {
    skeletonId,
    positions: Array.from({ length: rows }, (_, row) => [row, 0, skeletonId]),
    parents: Array.from({ length: rows }, (_, row) => row - 1),
  };
}

/** An unbranched run of coincident nodes. */
function longNeuron(skeletonId: number, rows: number): UnpackedNeuron {
  const parents = Int32Array.from({ length: rows }, (_, row) => row - 1);
  return {
    skeletonId,
    version: 1,
    rows,
    positions: new Float32Array(3 * rows),
    parents,
    box: [0, 0, 0, 0, 0, 0],
  };
}

type Drawn = LineSegments<BufferGeometry, RawShaderMaterial> | Points<BufferGeometry, RawShaderMaterial>;

function drawn(lines: NeuronLines, type: "LineSegments" | "Points"): Drawn[] {
  return lines.object.children.filter((child) => child.type === type && child.visible) as Drawn[];
}

/** Positions and slots of the vertices of every edge, or point, that is drawn. */
function vertices(lines: NeuronLines, type: "LineSegments" | "Points" = "LineSegments") {
  return drawn(lines, type).flatMap(({ geometry }) => {
    const { position, slot, shade } = geometry.attributes;
    const index = Array.from(geometry.index?.array ?? []).slice(0, geometry.drawRange.count);
    return index.map((at) => ({
      point: [position?.getX(at), position?.getY(at), position?.getZ(at)],
      slot: slot?.getX(at) ?? -1,
      shade: shade?.getX(at) ?? -1,
    }));
  });
}

function texel(lines: NeuronLines, slot: number): number[] {
  const [first] = drawn(lines, "LineSegments");
  if (!first) throw new Error("nothing is drawn");
  const palette = first.material.uniforms.palette?.value as DataTexture;
  return Array.from((palette.image.data as Uint8Array).slice(4 * slot, 4 * slot + 4));
}

function edgesDrawn(lines: NeuronLines): string[] {
  lines.chooseLevel(Infinity);
  const all = vertices(lines).map(({ point }) => point.join());
  return Array.from({ length: all.length / 2 }, (_, at) => `${all[2 * at]}-${all[2 * at + 1]}`).sort();
}

function edgesOf(arbors: readonly Arbor[]): string[] {
  const round = (point: number[] | undefined): string => Float32Array.from(point ?? []).join();
  return arbors
    .flatMap(({ positions, parents }) =>
      parents.flatMap((parent, row) =>
        parent < 0 ? [] : [`${round(positions[parent])}-${round(positions[row])}`],
      ),
    )
    .sort();
}

describe("neurons as lines", () => {
  it("are drawn in as many calls as there are pages, edge by edge", () => {
    const arbors = Array.from({ length: 200 }, (_, at) => randomArbor(at + 1, 20 + at));
    const lines = new NeuronLines();
    lines.put(arbors.map((arbor) => neuronOf(arbor)));
    expect(lines.object.children.length).toBe(2);
    expect(edgesDrawn(lines)).toEqual(edgesOf(arbors));
  });

  it("stay right when neurons grow, shrink, go and come again", () => {
    const lines = new NeuronLines();
    const here = new Map<number, Arbor>();
    const put = (arbor: Arbor): void => {
      here.set(arbor.skeletonId, arbor);
      lines.put([neuronOf(arbor)]);
    };
    for (let id = 1; id <= 30; id++) put(randomArbor(id, 10 * id));
    for (let id = 1; id <= 30; id += 3) put(randomArbor(id, 310 - 10 * id, 100 + id));
    for (let id = 2; id <= 30; id += 3) {
      here.delete(id);
      lines.remove([id, 999]);
    }
    for (let id = 31; id <= 40; id++) put(randomArbor(id, 150));
    expect(edgesDrawn(lines)).toEqual(edgesOf([...here.values()]));
    lines.remove(here.keys());
    expect(lines.object.children).toEqual([]);
    lines.chooseLevel(Infinity);
    expect(lines.edges).toBe(0);
  });

  it("reuse the space of neurons that are gone", () => {
    const lines = new NeuronLines();
    const neurons = [longNeuron(1, 50_000), longNeuron(2, 60_000)];
    for (let turn = 0; turn < 8; turn++) {
      lines.put(neurons);
      lines.remove([turn % 2 === 0 ? 1 : 2]);
    }
    expect(lines.object.children.length).toBe(2);
  });

  it("give a skeleton of a million nodes a page of its own", () => {
    const lines = new NeuronLines();
    const rows = 1_000_000;
    lines.put([longNeuron(1, 10), longNeuron(2, rows), longNeuron(3, PAGE_ROWS - 64)]);
    expect(lines.object.children.length).toBe(4);
    lines.chooseLevel(Infinity);
    expect(lines.edges).toBe(rows + PAGE_ROWS - 64 + 10 - 3);
  });

  it("draw a neuron of one node as a point, and one without nodes not at all", () => {
    const lines = new NeuronLines();
    lines.put([neuronOf(chain(4, 1)), neuronOf(chain(5, 0))]);
    lines.chooseLevel(Infinity);
    expect(vertices(lines, "Points").map(({ point }) => point)).toEqual([[0, 0, 4]]);
    expect(vertices(lines)).toEqual([]);
    expect(lines.bounds([5]).isEmpty()).toBe(true);
    expect(lines.bounds().min.toArray()).toEqual([0, 0, 4]);
  });

  it("draw coincident nodes", () => {
    const lines = new NeuronLines();
    const same = {
      skeletonId: 1,
      positions: [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
      parents: [-1, 0, 1],
    };
    lines.put([neuronOf(same)]);
    expect(edgesDrawn(lines)).toEqual(["1,1,1-1,1,1", "1,1,1-1,1,1"]);
  });

  it("have their looks in one texel each", () => {
    const lines = new NeuronLines();
    lines.setActive(2);
    lines.put([neuronOf(chain(1, 2)), neuronOf(chain(2, 2))]);
    lines.chooseLevel(Infinity);
    const [one, two] = [vertices(lines)[0]?.slot ?? -1, vertices(lines)[2]?.slot ?? -1];
    lines.setColors([1, 2, 77], [0x102030ff, 0x405060ff, 0]);
    expect(texel(lines, one)).toEqual([0x10, 0x20, 0x30, 248]);
    expect(texel(lines, two)).toEqual([0x40, 0x50, 0x60, 249]);
    lines.setVisible([1, 77], false);
    expect(texel(lines, one)[3]).toBe(0);
    lines.setVisible([1], true);
    lines.setColors([1], [0x10203080]);
    expect(texel(lines, one)[3]).toBe(16 << 3);
    lines.shade(1, Uint8Array.of(7, 9));
    lines.setActive(1);
    expect(texel(lines, one)[3]).toBe((16 << 3) | 3);
    expect(texel(lines, two)[3]).toBe(248);
    expect(vertices(lines).map(({ shade }) => shade)).toEqual([7, 9, 0, 0]);
    lines.put([neuronOf(chain(1, 3), 2)]);
    expect(texel(lines, one)).toEqual([0x10, 0x20, 0x30, (16 << 3) | 1]);
    expect(lines.versions).toEqual(
      new Map([
        [2, 1],
        [1, 2],
      ]),
    );
  });

  it("have more texels when there are more neurons", () => {
    const lines = new NeuronLines();
    lines.put(Array.from({ length: 1500 }, (_, at) => neuronOf(chain(at + 1, 2))));
    lines.setColors([1, 1500], [0x0a0b0cff, 0x0d0e0fff]);
    lines.chooseLevel(Infinity);
    expect(texel(lines, 0)).toEqual([10, 11, 12, 248]);
    expect(texel(lines, 1499)).toEqual([13, 14, 15, 248]);
  });

  it("say which skeleton a shading does not fit", () => {
    const lines = new NeuronLines();
    lines.put([neuronOf(chain(12, 5))]);
    expect(() => lines.shade(12, new Uint8Array(4))).toThrow(/Skeleton 12 has 5 nodes .* not 4/);
    expect(() => lines.setShadingPalette(new Uint8Array(4 * 257))).toThrow(/at most 256 colours/);
    lines.shade(13, new Uint8Array(4));
  });

  it("have scales for their places, and upload a byte for each node of a column, few ranges at once", () => {
    const lines = new NeuronLines();
    const ids = Array.from({ length: 1100 }, (_, at) => at + 1);
    lines.put(ids.map((id) => neuronOf(chain(id, 2))));
    lines.chooseLevel(Infinity);
    const [page] = drawn(lines, "LineSegments");
    page?.onAfterRender(...([] as unknown as Parameters<Drawn["onAfterRender"]>));
    const { shade, slot } = (page?.geometry.attributes ?? {}) as Record<string, BufferAttribute>;
    const uploads = slot?.version;
    for (const id of ids) lines.shade(id, Uint8Array.of(3, 255), { start: id, step: 2 });
    expect(shade?.array).toBeInstanceOf(Uint8Array);
    expect([shade?.updateRanges.length, slot?.version]).toEqual([expect.any(Number), uploads]);
    expect(shade?.updateRanges.length).toBeLessThan(10);
    const version = shade?.version;
    for (const id of ids) lines.rescale(id, { start: -id, step: 0 });
    expect(shade?.version).toBe(version);
    const scales = page?.material.uniforms.shadeScales?.value as DataTexture;
    expect([scales.image.width, scales.image.height]).toEqual([1024, 2]);
    const last = vertices(lines).at(-1)?.slot ?? 0;
    expect(Array.from(scales.image.data as unknown as Float32Array).slice(2 * last, 2 * last + 2)).toEqual([
      -1100, 0,
    ]);
    expect([lines.isShaded(1100), lines.isShaded(1101)]).toEqual([true, false]);
  });

  it("refuse circles", () => {
    const lines = new NeuronLines();
    expect(() =>
      lines.put([
        neuronOf({
          skeletonId: 3,
          positions: [
            [0, 0, 0],
            [1, 1, 1],
          ],
          parents: [1, 0],
        }),
      ]),
    ).toThrow(BadGeometry);
  });

  it("are as coarse as their edges may be, and become finer in steps", () => {
    const refine = vi.fn();
    const lines = new NeuronLines({ refine });
    const walk = randomArbor(1, 1000);
    const rows = 400_000;
    // Long runs that are crooked everywhere.
    const positions = Float32Array.from(
      { length: 3 * rows },
      (_, at) => walk.positions[at % 997]?.[at % 3] ?? 0,
    );
    lines.put(Array.from({ length: 4 }, (_, at) => ({ ...longNeuron(at + 1, rows), positions })));
    lines.chooseLevel(30_000);
    expect(lines.edges).toBeLessThanOrEqual(30_000);
    expect(lines.level).toBeGreaterThan(0);
    expect(refine).not.toHaveBeenCalled();
    const steps: number[] = [];
    do {
      refine.mockClear();
      lines.chooseLevel(Infinity);
      steps.push(lines.edges);
    } while (refine.mock.calls.length > 0);
    expect(steps[0]).toBeLessThanOrEqual(200_000);
    expect(steps[1]).toBeLessThanOrEqual(800_000);
    expect([steps.length, steps[2], lines.level]).toEqual([3, 4 * (rows - 1), 0]);
    lines.chooseLevel(Infinity);
    expect(refine).not.toHaveBeenCalled();
    lines.chooseLevel(30_000);
    lines.chooseAll();
    expect([lines.edges, lines.level, refine.mock.calls.length]).toEqual([4 * (rows - 1), 0, 0]);
    lines.setVisible([1, 2], false);
    lines.chooseLevel(Infinity);
    expect(lines.edges).toBe(2 * (rows - 1));
  });

  it("leave out what is not in the view or too small to be seen, but nothing more", () => {
    const lines = new NeuronLines();
    lines.put(Array.from({ length: 20 }, (_, at) => neuronOf(randomArbor(at + 1, 1000))));
    const size = { width: 800, height: 600 };
    const camera = new PerspectiveCamera(45, 4 / 3, 1000, 1e9);
    const look = (z: number, zoom = 1): number => {
      camera.position.set(5e4, 5e4, z);
      camera.zoom = zoom;
      camera.lookAt(5e4, 5e4, 5e4);
      camera.updateProjectionMatrix();
      camera.updateMatrixWorld();
      lines.chooseLevel(Infinity, { camera, size });
      expect(lines.level).toBe(0);
      return lines.edges;
    };
    const all = 20 * 999;
    const far = look(-3e6);
    expect(far).toBeGreaterThan(20);
    expect(far).toBeLessThan(all / 3);
    expect(look(-4e5)).toBeGreaterThan(far);
    expect(look(-2e5, 30)).toBeLessThan(all / 2);
    for (let id = 1; id <= 20; id++) lines.shade(id, new Uint8Array(1000));
    expect(look(-3e6)).toBeGreaterThan(far);
    lines.chooseLevel(Infinity);
    expect(lines.edges).toBe(all);
  });
});
