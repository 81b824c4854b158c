import { unzipSync } from "fflate";
import { BackSide, BoxGeometry, Group, Mesh, MeshBasicMaterial, type Object3D, Scene, Vector3 } from "three";
import { expect, test } from "vitest";
import { SpaceCamera } from "../../src/viewer3d/camera/space-camera";
import { drawAnnotations } from "../../src/viewer3d/exports/annotations";
import {
  cameraFor,
  type ExportedNeuron,
  type ExportScene,
  requireCanvas,
} from "../../src/viewer3d/exports/export-scene";
import { ZippedFrames } from "../../src/viewer3d/exports/film";
import { modelOf } from "../../src/viewer3d/exports/gltf";
import { nodeColor, orderedEdges } from "../../src/viewer3d/exports/growth";
import { made } from "../../src/viewer3d/exports/make";
import { SvgDrawing } from "../../src/viewer3d/exports/svg";
import { svgOf } from "../../src/viewer3d/exports/svg-scene";
import { Arrows } from "../../src/viewer3d/things/arrows";
import { rawColor, withRawColors } from "../../src/viewer3d/things/raw-colors";
import { Spheres } from "../../src/viewer3d/things/spheres";

const RED = 0xff0000ff;

function neuron(skeletonId: number, points: number[][], parents: number[], color = RED): ExportedNeuron {
  return { skeletonId, color, positions: new Float32Array(points.flat()), parents: new Int32Array(parents) };
}

function sceneOf(neurons: ExportedNeuron[], ...objects: Object3D[]): ExportScene {
  const camera = new SpaceCamera();
  camera.take({ position: [0, 0, -1000], target: [0, 0, 0], up: [0, -1, 0], kind: "orthographic", zoom: 1 });
  camera.resize({ width: 200, height: 100 });
  const scene = new Scene();
  const neuronLines = new Group();
  scene.add(neuronLines, ...objects);
  const prepare = (one: SpaceCamera): void => {
    one.place(new Vector3(), { center: new Vector3(), radius: 500 } as never);
    scene.updateMatrixWorld();
  };
  return {
    scene,
    origin: new Vector3(10, 20, 30),
    camera,
    neuronLines,
    neuronThings: new Group(),
    background: "#ffffff",
    ink: "#101010",
    hasScale: true,
    labels: [{ position: [0, 0, 0], text: "5 <µm>" }],
    ready: () => Promise.resolve(),
    neurons: () => neurons,
    prepare,
    paint: () => {
      throw new Error("nothing is painted here");
    },
    restore: () => {},
  };
}

function cube(): Group {
  const group = new Group();
  group.name = "AL_R";
  const geometry = new BoxGeometry(40, 40, 40);
  for (const side of [BackSide, 0] as const) {
    const material = withRawColors(new MeshBasicMaterial({ transparent: true, opacity: 0.4, side }));
    material.color = rawColor("#336699");
    group.add(new Mesh(geometry, material));
  }
  return group;
}

test("what is far away is drawn before what is near", () => {
  const drawing = new SvgDrawing(100, 100);
  const style = (color: string) => drawing.style({ name: "a<b", color, opacity: 1, width: 1 });
  drawing.line(style("#000001"), 10, 0, 0, 5, 5);
  drawing.circle(style("#000002"), 30, 50, 50, 4);
  drawing.line(style("#000003"), 20, 0, 0, 5, 5);
  drawing.line(style("#000003"), 20, 5, 5, 9, 5);
  drawing.line(style("#000004"), 20, 500, 500, 600, 500);
  drawing.line(style("#000004"), 20, Number.NaN, 5, 6, 5);
  const text = drawing.text("");
  expect([...text.matchAll(/#00000\d/g)].map(String)).toEqual(["#000002", "#000003", "#000001"]);
  expect(text).toContain('d="M0 0L5 5L9 5"');
  expect(text).toContain('class="a&#60;b"');
  expect(text).not.toContain("<rect");
});

test("neurons and volumes are drawn where they are seen", () => {
  const view = sceneOf(
    [
      neuron(
        7,
        [
          [0, 0, 0],
          [10, 0, 0],
          [10, 10, 0],
        ],
        [-1, 0, 1],
      ),
    ],
    cube(),
  );
  const options = { width: 200, height: null, volumes: "outlines", transparent: false } as const;
  const text = svgOf(view, options);
  expect(text).toContain('viewBox="0 0 200 100"');
  expect(text).toContain('fill="#ffffff"');
  expect(text).toContain('<text x="100" y="50">5 &#60;µm&#62;</text>');
  // 100 pixels are 536 nm: at most a fifth of the width.
  expect(text).toContain('>200 nm</text>\n<rect x="8" y="88.8" width="37.32"');
  expect(text.match(/class="skeleton-7" fill="none" stroke="#ff0000"/g)?.length).toBeGreaterThan(0);
  const outline = [...text.matchAll(/class="AL_R"[^>]* d="([^"]*)"/g)].map((found) => found[1]).join("");
  // From the front a cube is a square.
  expect(outline.match(/L/g)?.length).toBe(4);
  const facets = svgOf(view, { ...options, volumes: "facets", transparent: true });
  expect(facets.match(/Z/g)?.length).toBe(12);
});

test("a model has neurons as lines, and surfaces once", () => {
  const root = modelOf(
    sceneOf(
      [
        neuron(
          7,
          [
            [0, 0, 0],
            [10, 0, 0],
          ],
          [-1, 0],
        ),
      ],
      cube(),
    ),
  );
  expect(root.children.map(({ name }) => name)).toEqual(["skeleton 7", "AL_R"]);
  expect(root.userData.origin_nm).toEqual([10, 20, 30]);
  const corner = new Vector3(0, 1000, 1000).applyMatrix4(root.matrixWorld);
  expect(corner.toArray().map(Math.round)).toEqual([0, -1, -1]);
});

test("spheres are circles of a drawing, and other shapes are their triangles", () => {
  const spheres = new Spheres("somata", 2);
  spheres.put([{ place: [20, 0, 0], radius: 50, color: "#00ff00" }]);
  const arrows = new Arrows();
  arrows.put([{ from: [0, 0, 0], to: [0, 0, 60], color: "#0000ff" }]);
  const view = sceneOf([], spheres.object, arrows.object);
  const text = svgOf(view, { width: 200, height: 100, volumes: "outlines", transparent: true });
  const [, radius] = /<circle class="somata" fill="#00ff00"[^>]* r="([\d.]+)"/.exec(text) ?? [];
  // 100 pixels are 2 * 1000 nm * tan(15°).
  expect(Number(radius)).toBeCloseTo(50 / (20 * Math.tan(Math.PI / 12)), 1);
  expect(text).toContain('class="arrows" fill="#0000ff"');
  const [somata, , heads] = modelOf(view).children as Mesh[];
  // Each corner once, and round.
  expect([somata?.geometry.getAttribute("position").count, somata?.geometry.index?.count]).toEqual([18, 96]);
  expect(heads?.geometry.getAttribute("color").array[2]).toBe(1);
});

test("very many spheres have few faces in a model, each where it is", () => {
  const spheres = new Spheres("beads", 2);
  const count = 3_001;
  spheres.put(
    Array.from({ length: count }, (_, at) => ({ place: [10 * at, 0, 0], radius: 1, color: "#00ff00" })),
  );
  const [beads] = modelOf(sceneOf([], spheres.object)).children as Mesh[];
  const { index } = (beads as Mesh).geometry;
  const places = (beads as Mesh).geometry.getAttribute("position");
  expect([places.count, index?.count]).toEqual([6 * count, 24 * count]);
  const last = Array.from({ length: 24 }, (_, at) => places.getX(index?.getX(24 * (count - 1) + at) ?? 0));
  expect([Math.min(...last), Math.max(...last)]).toEqual([29_999, 30_001]);
});

test("spheres that are too small to be seen are as large in a drawing as on the page", () => {
  const spheres = new Spheres("beads", 2);
  spheres.put([{ place: [0, 0, 0], radius: 1e-6, color: "#00ff00" }]);
  const options = { width: 200, height: 100, volumes: "outlines", transparent: true } as const;
  expect(svgOf(sceneOf([], spheres.object), options)).toMatch(/<circle class="beads"[^>]* r="2"/);
});

test("a neuron grows in the order of its treenodes' ids", () => {
  const first = neuron(
    1,
    [
      [0, 0, 0],
      [1, 0, 0],
      [2, 0, 0],
    ],
    [-1, 0, 1],
  );
  const second = neuron(
    2,
    [
      [5, 0, 0],
      [6, 0, 0],
    ],
    [1, -1],
    0x00ff00ff,
  );
  const ids = new Map([
    [1, new Float64Array([1, 4, 9])],
    [2, new Float64Array([2, 6])],
  ]);
  const { positions, colors } = orderedEdges([first, second], ids);
  expect(Array.from(positions).filter((_, at) => at % 3 === 0)).toEqual([1, 0, 5, 6, 2, 1]);
  expect(Array.from(colors.subarray(6, 9))).toEqual([0, 255, 0]);
  ids.set(2, new Float64Array([2]));
  expect(() => orderedEdges([first, second], ids)).toThrow("Skeleton 2 was edited");
  const shades = { column: new Uint8Array([0, 1]), palette: new Uint8Array([1, 2, 3, 255, 4, 5, 6, 255]) };
  expect(nodeColor({ ...second, shades }, 1)).toEqual([4, 5, 6]);
});

test("frames are in a zip in their order", async () => {
  const film = new ZippedFrames();
  for (const value of [1, 2, 3]) film.addPng(new Uint8Array([value]));
  const files = unzipSync(await film.finish());
  expect(Object.keys(files)).toEqual(["frame_0000.png", "frame_0001.png", "frame_0002.png"]);
  expect(files["frame_0002.png"]).toEqual(new Uint8Array([3]));
});

test("a picture keeps the viewer's shape, and is not larger than a canvas can be", () => {
  const view = sceneOf([]);
  expect(cameraFor(view, 3000, null).size).toEqual({ width: 3000, height: 1500 });
  expect(cameraFor(view, 1, null).size).toEqual({ width: 1, height: 1 });
  expect(() => requireCanvas({ width: 16384, height: 16384 })).toThrow("16384 × 16384 pixels");
});

test("what is written has an outline, so that it is read before neurons", () => {
  const done: string[] = [];
  const context = {
    strokeStyle: "",
    fillStyle: "",
    strokeText: (text: string) => done.push(`${text} outlined ${context.strokeStyle}`),
    fillText: (text: string) => done.push(`${text} ${context.fillStyle}`),
    strokeRect: () => done.push(`bar outlined ${context.strokeStyle}`),
    fillRect: () => done.push(`bar ${context.fillStyle}`),
  };
  const canvas = { getContext: () => context } as unknown as HTMLCanvasElement;
  const bar = { x: 0, y: 0, width: 9, height: 1 };
  drawAnnotations(
    canvas,
    { size: 10, texts: [{ text: "2 µm", x: 0, y: 0 }], bar },
    { ink: "black", paper: "white" },
  );
  expect(done).toEqual(["2 µm outlined white", "2 µm black", "bar outlined white", "bar black"]);
  expect(svgOf(sceneOf([]), { width: 200, height: null, volumes: "outlines", transparent: true })).toContain(
    'stroke="#ffffff"',
  );
});

test("while neurons grow, all is hidden that has no time at which it came", async () => {
  const one = neuron(
    3,
    [
      [0, 0, 0],
      [5, 0, 0],
    ],
    [-1, 0],
  );
  const view = sceneOf([one], cube());
  const [, volume] = view.scene.children;
  const seen: unknown[] = [];
  view.scene.add(view.neuronThings);
  view.paint = () => {
    seen.push([view.neuronLines.visible, view.neuronThings.visible, volume?.visible]);
    return { toBlob: (take: BlobCallback) => take(new Blob(["frame"])) } as HTMLCanvasElement;
  };
  const size = { width: 20, height: 10, transparent: false };
  const params = { ...size, frames: 2, fps: 10, format: "zip", by: "creation" } as const;
  const film = await made(
    view,
    { kind: "growth", params },
    {
      signal: new AbortController().signal,
      progress: async () => {
        seen.push([view.neuronLines.visible, view.neuronThings.visible]);
      },
      treenodeIds: async () => new Map([[3, new Float64Array([1, 2])]]),
      pastEdges: () => Promise.reject(new Error("not asked for")),
    },
  );
  expect(Object.keys(unzipSync(film))).toHaveLength(2);
  expect(seen.slice(0, 4)).toEqual([
    [false, false, true],
    [true, true],
    [false, false, true],
    [true, true],
  ]);
  expect(view.scene.children).toEqual([view.neuronLines, volume, view.neuronThings]);
});
