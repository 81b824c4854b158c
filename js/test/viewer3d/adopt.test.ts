import {
  type LineBasicMaterial,
  Mesh,
  MeshLambertMaterial,
  type Object3D,
  PointLight,
  Points,
  type ShaderMaterial,
} from "three";
import { expect, test } from "vitest";
import type { OldAttribute, OldMaterial, OldObject } from "../../src/viewer3d/adopt/old-objects";
import { Rebuilder } from "../../src/viewer3d/adopt/rebuild";

/** As objects of three r97 are, in what is read of them. */
function old(type: string, values: Partial<OldObject> = {}): OldObject {
  return {
    uuid: `${type}${Math.random()}`,
    type,
    name: "",
    visible: true,
    renderOrder: 0,
    matrixAutoUpdate: true,
    matrix: { elements: [] },
    position: { x: 1, y: 2, z: 3 },
    quaternion: { x: 0, y: 0, z: 0, w: 1 },
    scale: { x: 1, y: 1, z: 1 },
    children: [],
    ...values,
  };
}

function attribute(array: Float32Array | Float64Array | Uint32Array, itemSize = 3): OldAttribute {
  return { array: array as never, itemSize, count: array.length / itemSize, normalized: false, version: 0 };
}

function buffers(positions: OldAttribute, more: Record<string, OldAttribute> = {}, index?: OldAttribute) {
  const attributes = { position: positions, ...more };
  return {
    uuid: `g${Math.random()}`,
    type: "BufferGeometry",
    isBufferGeometry: true,
    attributes,
    index: index ?? null,
  };
}

function material(type: string, values: Partial<OldMaterial> = {}): OldMaterial {
  return { uuid: `m${Math.random()}`, type, color: { r: 1, g: 0.5, b: 0 }, opacity: 0.5, ...values };
}

const triangle = (): Float32Array => new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]);

function only<T extends Object3D>(root: Object3D): T {
  return root as T;
}

test("a mesh shares its arrays and keeps its place, colour and children", () => {
  const array = triangle();
  const child = old("Points", {
    isPoints: true,
    geometry: buffers(attribute(triangle()), { color: attribute(triangle()) }),
    material: material("PointsMaterial", { vertexColors: 2, size: 7 }),
  });
  const mesh = old("Mesh", {
    isMesh: true,
    name: "mine",
    geometry: buffers(attribute(array)),
    material: material("MeshLambertMaterial", { transparent: true, vertexColors: 2 }),
    children: [child],
  });
  const made = only<Mesh>(new Rebuilder().rebuild(mesh));
  expect(made).toBeInstanceOf(Mesh);
  expect(made.geometry.getAttribute("position").array).toBe(array);
  expect([made.name, ...made.position.toArray()]).toEqual(["mine", 1, 2, 3]);
  const look = made.material as MeshLambertMaterial;
  expect(look).toBeInstanceOf(MeshLambertMaterial);
  expect([...look.color.toArray(), look.opacity, look.transparent]).toEqual([1, 0.5, 0, 0.5, true]);
  // Without colours of vertices a material that asks for them would be black.
  expect(look.vertexColors).toBe(false);
  const points = made.children[0] as Points;
  expect(points).toBeInstanceOf(Points);
  expect((points.material as { vertexColors: boolean }).vertexColors).toBe(true);
});

test("what did not change is kept, what did is made anew and freed", () => {
  const geometry = buffers(attribute(triangle()));
  const look = material("LineBasicMaterial");
  const line = old("LineSegments", { isLine: true, isLineSegments: true, geometry, material: look });
  const rebuilder = new Rebuilder();
  const first = only<Mesh>(rebuilder.rebuild(line));
  line.position.x = 9;
  const moved = only<Mesh>(rebuilder.rebuild(line));
  expect(moved.position.x).toBe(9);
  expect([moved.geometry, moved.material]).toEqual([first.geometry, first.material]);
  expect(moved.geometry).toBe(first.geometry);
  let freed = 0;
  (first.material as LineBasicMaterial).addEventListener("dispose", () => freed++);
  look.color = { r: 0, g: 0, b: 1 };
  geometry.attributes.position.version = 1;
  const changed = only<Mesh>(rebuilder.rebuild(line));
  expect(changed.geometry).not.toBe(first.geometry);
  expect((changed.material as LineBasicMaterial).color.b).toBe(1);
  expect(freed).toBe(1);
});

test("geometries of faces, and float64 arrays", () => {
  const faces = {
    uuid: "f",
    type: "Geometry",
    vertices: [0, 1, 2].map((x) => ({ x, y: x * x, z: 0 })),
    faces: [
      {
        a: 0,
        b: 1,
        c: 2,
        materialIndex: 0,
        vertexColors: [],
        normal: { x: 0, y: 0, z: 1 },
        vertexNormals: [],
      },
    ],
  };
  const mesh = old("Mesh", { isMesh: true, geometry: faces, material: material("MeshPhongMaterial") });
  const made = only<Mesh>(new Rebuilder().rebuild(mesh));
  expect(Array.from(made.geometry.getAttribute("position").array)).toEqual([0, 0, 0, 1, 1, 0, 2, 4, 0]);
  expect(Array.from(made.geometry.getAttribute("normal").array).slice(0, 3)).toEqual([0, 0, 1]);
  const wide = buffers(attribute(new Float64Array(triangle())));
  const lines = old("Line", { isLine: true, geometry: wide, material: material("LineBasicMaterial") });
  expect(only<Mesh>(new Rebuilder().rebuild(lines)).geometry.getAttribute("position").array).toBeInstanceOf(
    Float32Array,
  );
});

test("lights are as bright as they were, and shaders keep their uniforms", () => {
  const light = old("PointLight", { isLight: true, intensity: 2, color: { r: 0, g: 1, b: 0 } });
  const made = only<PointLight>(new Rebuilder().rebuild(light));
  expect(made).toBeInstanceOf(PointLight);
  expect([made.intensity, made.decay, made.color.g]).toEqual([2 * Math.PI, 0, 1]);
  const shader = material("ShaderMaterial", {
    uniforms: { time: { value: 5 } },
    vertexShader: "void main() {}",
  });
  const mesh = old("Mesh", { isMesh: true, geometry: buffers(attribute(triangle())), material: shader });
  const look = only<Mesh>(new Rebuilder().rebuild(mesh)).material as ShaderMaterial;
  expect([look.uniforms.time?.value, look.vertexShader]).toEqual([5, "void main() {}"]);
});

test("what cannot be drawn is named with its reason, and the rest is drawn", () => {
  const nan = triangle();
  nan[4] = Number.NaN;
  const mesh = (name: string, geometry: unknown, look = material("MeshBasicMaterial")): OldObject =>
    old("Mesh", { isMesh: true, name, geometry: geometry as never, material: look });
  const group = old("Group", {
    children: [
      mesh("nan", buffers(attribute(nan))),
      mesh("empty", buffers(attribute(new Float32Array(0)))),
      mesh("index", buffers(attribute(triangle()), {}, attribute(new Uint32Array([0, 1, 9]), 1))),
      mesh("odd", buffers(attribute(triangle().slice(0, 8)))),
      mesh("unknown", buffers(attribute(triangle())), material("MagicMaterial")),
      mesh("wide", buffers(attribute(triangle())), material("LineMaterial", { isLineMaterial: true })),
      old("AudioLight", { isLight: true }),
      mesh("good", buffers(attribute(triangle()))),
    ],
  });
  const rebuilder = new Rebuilder();
  const made = rebuilder.rebuild(group);
  expect(made.children.filter((one) => one instanceof Mesh).map(({ name }) => name)).toEqual(["good"]);
  expect(rebuilder.problems.map(({ object, reason }) => `${object}: ${reason}`)).toEqual([
    "nan: BufferGeometry has a position that is no finite number: vertex 1.",
    "empty: BufferGeometry has no positions.",
    "index: BufferGeometry has 3 vertices, but its index names vertex 9.",
    "odd: BufferGeometry has an array of 8 numbers, which is not a multiple of 3.",
    "unknown: The material MagicMaterial is not drawn.",
    "wide: Wide lines (LineSegments2, LineMaterial) are not drawn. Take LineSegments and LineBasicMaterial.",
    "AudioLight: The light AudioLight is not drawn.",
  ]);
});
