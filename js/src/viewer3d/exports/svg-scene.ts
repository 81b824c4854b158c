/** What a viewer shows, as shapes of a drawing. */
import {
  type BufferGeometry,
  type Camera,
  Color,
  InstancedMesh,
  Line,
  LineSegments,
  type Material,
  Matrix4,
  Mesh,
  type Object3D,
  Points,
  Vector3,
} from "three";
import { cssOf } from "../things/raw-colors";
import { annotationsOf } from "./annotations";
import type { ExportedNeuron, ExportScene } from "./export-scene";
import { cameraFor } from "./export-scene";
import { isFarSide } from "./far-side";
import { nodeColor } from "./growth";
import { isSphere } from "./spheres";
import { SvgDrawing } from "./svg";

export interface SvgOptions {
  width: number;
  height: number | null;
  /** Surfaces as lines where they turn away from the viewer, or all their triangles. */
  volumes: "outlines" | "facets";
  transparent: boolean;
}

/** Edges that are drawn one by one: more would make files that no program opens. */
const MOST_SHAPES = 3_000_000;
const NOT_DRAWN = new Set(["section"]);

/** @throws Error with a sentence if there is too much to draw. */
export function svgOf(view: ExportScene, { width, height, volumes, transparent }: SvgOptions): string {
  const camera = cameraFor(view, width, height);
  // Places the camera, and sorts what depends on it.
  view.prepare(camera);
  const { three } = camera;
  const sheet = new Sheet(new SvgDrawing(camera.size.width, camera.size.height), three, camera.size);
  const neurons = view.neurons();
  const edges = neurons.reduce((sum, { parents }) => sum + parents.length, 0);
  if (edges > MOST_SHAPES)
    throw new Error(
      `The neurons have ${edges.toLocaleString("en")} treenodes, more than a drawing can have ` +
        `(${MOST_SHAPES.toLocaleString("en")}). Hide some, or save a PNG.`,
    );
  for (const neuron of neurons) addNeuron(sheet, neuron);
  const visit = (object: Object3D): void => {
    if (!object.visible || object === view.neuronLines || NOT_DRAWN.has(object.name)) return;
    addObject(sheet, object, volumes);
    for (const child of object.children) visit(child);
  };
  visit(view.scene);
  view.restore();
  return sheet.drawing.text(
    transparent ? "" : view.background,
    annotationsOf(view, camera),
    view.ink,
    view.background,
  );
}

/** Projects shapes of the scene onto a drawing. */
class Sheet {
  private readonly a = new Vector3();
  private readonly b = new Vector3();
  private readonly toView: Matrix4;
  private readonly toClip: Matrix4;
  private readonly nearest: number;

  constructor(
    readonly drawing: SvgDrawing,
    camera: Camera & { near: number },
    private readonly size: { width: number; height: number },
  ) {
    this.toView = camera.matrixWorldInverse;
    this.toClip = camera.projectionMatrix;
    this.nearest = camera.near;
  }

  line(style: number, start: Vector3, end: Vector3): void {
    const a = this.a.copy(start).applyMatrix4(this.toView);
    const b = this.b.copy(end).applyMatrix4(this.toView);
    if (-a.z < this.nearest || -b.z < this.nearest) return;
    const depth = -(a.z + b.z) / 2;
    const [x0, y0] = this.place(a);
    const [x1, y1] = this.place(b);
    this.drawing.line(style, depth, x0, y0, x1, y1);
  }

  /**
   * @param radius - nm, or pixels if it is negative
   * @param least - pixels, of its radius
   */
  circle(style: number, centre: Vector3, radius: number, least = 0.4): void {
    const a = this.a.copy(centre).applyMatrix4(this.toView);
    if (-a.z < this.nearest) return;
    const depth = -a.z;
    const b = this.b.copy(a).setX(a.x + Math.max(radius, 0));
    const [x, y] = this.place(a);
    const pixels = radius < 0 ? -radius : Math.abs(this.place(b)[0] - x);
    this.drawing.circle(style, depth, x, y, Math.max(pixels, least));
  }

  facet(style: number, corners: readonly [Vector3, Vector3, Vector3]): void {
    let depth = 0;
    const places: number[] = [];
    for (const corner of corners) {
      const seen = this.a.copy(corner).applyMatrix4(this.toView);
      if (-seen.z < this.nearest) return;
      depth -= seen.z / 3;
      places.push(...this.place(seen));
    }
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0] = places;
    this.drawing.facet(style, depth, x0, y0, x1, y1, x2, y2);
  }

  /** How much a triangle turns to the viewer, -1 to 1. */
  facing([a, b, c]: readonly [Vector3, Vector3, Vector3]): number {
    const [seenA, seenB, seenC] = [a, b, c].map((one) => one.clone().applyMatrix4(this.toView)) as [
      Vector3,
      Vector3,
      Vector3,
    ];
    const across = seenB.clone().sub(seenA).cross(seenC.sub(seenA));
    const isPerspective = this.toClip.elements[11] !== 0;
    const towards = isPerspective ? seenA.negate().normalize() : new Vector3(0, 0, 1);
    return across.normalize().dot(towards);
  }

  private place(seen: Vector3): [number, number] {
    const clip = seen.clone().applyMatrix4(this.toClip);
    return [((1 + clip.x) / 2) * this.size.width, ((1 - clip.y) / 2) * this.size.height];
  }
}

function addNeuron(sheet: Sheet, neuron: ExportedNeuron): void {
  const { positions, parents, color, shades, skeletonId } = neuron;
  const styleOf = (row: number): number =>
    sheet.drawing.style({
      name: `skeleton-${skeletonId}`,
      color: hex(nodeColor(neuron, row)),
      opacity: (color & 255) / 255,
      width: 1,
    });
  const own = styleOf(0);
  const [start, end] = [new Vector3(), new Vector3()];
  for (let row = 0; row < parents.length; row++) {
    const parent = parents[row] ?? -1;
    if (parent < 0) continue;
    start.fromArray(positions, 3 * parent);
    end.fromArray(positions, 3 * row);
    sheet.line(shades ? styleOf(row) : own, start, end);
  }
}

function addObject(sheet: Sheet, object: Object3D, volumes: "outlines" | "facets"): void {
  if (object instanceof InstancedMesh) addInstances(sheet, object);
  else if (object instanceof Mesh && isFarSide(object)) return;
  else if (object instanceof Mesh) addMesh(sheet, object, volumes);
  else if (object instanceof Points) addPoints(sheet, object);
  else if (object instanceof Line) addLines(sheet, object);
}

interface ShapeLook {
  color: string;
  opacity: number;
  isVertexColored: boolean;
}

function lookOf(material: Material | Material[]): ShapeLook {
  const one = (Array.isArray(material) ? material[0] : material) as Material & { color?: Color };
  const color = one?.color instanceof Color ? cssOf(one.color, one) : "#808080";
  return { color, opacity: one?.transparent ? one.opacity : 1, isVertexColored: one?.vertexColors === true };
}

function addInstances(sheet: Sheet, object: InstancedMesh): void {
  const { color, opacity } = lookOf(object.material);
  const [material] = [object.material].flat();
  const isRound = isSphere(object.geometry);
  const matrix = new Matrix4();
  const centre = new Vector3();
  const own = new Color();
  for (let one = 0; one < object.count; one++) {
    object.getMatrixAt(one, matrix);
    matrix.premultiply(object.matrixWorld);
    if (object.instanceColor) object.getColorAt(one, own);
    const css = object.instanceColor ? cssOf(own, material) : color;
    const name = object.name || "instances";
    const style = sheet.drawing.style({ name, color: css, opacity, width: 1 });
    if (isRound) {
      centre.setFromMatrixPosition(matrix);
      sheet.circle(style, centre, matrix.getMaxScaleOnAxis(), material?.userData.leastPixels);
    } else addFacets(sheet, style, object.geometry, matrix);
  }
}

function addFacets(sheet: Sheet, style: number, geometry: BufferGeometry, matrix: Matrix4): void {
  const corner = cornersOf(geometry, matrix);
  const count = Math.floor(countOf(geometry) / 3);
  for (let triangle = 0; triangle < count; triangle++) sheet.facet(style, triangleAt(corner, triangle));
}

function addPoints(sheet: Sheet, object: Points): void {
  const { color, opacity, isVertexColored } = lookOf(object.material);
  const material = object.material as Material & { size?: number; sizeAttenuation?: boolean };
  const radius = (material.size ?? 2) / 2;
  const places = object.geometry.getAttribute("position");
  const colors = isVertexColored ? object.geometry.getAttribute("color") : null;
  const own = new Color();
  const centre = new Vector3();
  for (let one = 0; one < (places?.count ?? 0); one++) {
    if (colors) own.fromBufferAttribute(colors as never, one);
    const css = colors ? cssOf(own, material) : color;
    const style = sheet.drawing.style({ name: object.name || "points", color: css, opacity, width: 1 });
    centre.fromBufferAttribute(places as never, one).applyMatrix4(object.matrixWorld);
    sheet.circle(style, centre, material.sizeAttenuation ? radius : -radius);
  }
}

function addLines(sheet: Sheet, object: Line): void {
  const { color, opacity } = lookOf(object.material);
  const style = sheet.drawing.style({ name: object.name || "lines", color, opacity, width: 1 });
  const corner = cornersOf(object.geometry, object.matrixWorld);
  const count = countOf(object.geometry);
  const step = object instanceof LineSegments ? 2 : 1;
  for (let at = 0; at + 1 < count; at += step) sheet.line(style, corner(at), corner(at + 1));
  if ("isLineLoop" in object && count > 2) sheet.line(style, corner(count - 1), corner(0));
}

function addMesh(sheet: Sheet, object: Mesh, volumes: "outlines" | "facets"): void {
  const { color, opacity } = lookOf(object.material);
  const name = object.name || object.parent?.name || "surface";
  const corner = cornersOf(object.geometry, object.matrixWorld);
  const count = Math.floor(countOf(object.geometry) / 3);
  if (count > MOST_SHAPES)
    throw new Error(
      `${name} has ${count.toLocaleString("en")} triangles, more than a drawing can have ` +
        `(${MOST_SHAPES.toLocaleString("en")}). Hide it, or save a PNG.`,
    );
  if (volumes === "outlines") {
    const style = sheet.drawing.style({ name, color, opacity: Math.max(opacity, 0.5), width: 1 });
    for (const [start, end] of outlineOf(sheet, corner, count)) sheet.line(style, start, end);
    return;
  }
  for (let triangle = 0; triangle < count; triangle++) {
    const corners = triangleAt(corner, triangle);
    const light = 0.4 + 0.6 * Math.abs(sheet.facing(corners));
    // A few shades, so that facets share their style.
    const shade = shaded(color, Math.round(light * 16) / 16);
    sheet.facet(sheet.drawing.style({ name, color: shade, opacity, width: 1 }), corners);
  }
}

type CornerAt = (number: number) => Vector3;

/** Edges between triangles that turn to the viewer and those that do not, and edges of holes. */
function outlineOf(sheet: Sheet, corner: CornerAt, triangles: number): Array<[Vector3, Vector3]> {
  const sides = new Map<string, { ends: [Vector3, Vector3]; isFront: boolean; isOutline: boolean }>();
  const keyOf = ({ x, y, z }: Vector3): string => `${Math.round(x)},${Math.round(y)},${Math.round(z)}`;
  for (let triangle = 0; triangle < triangles; triangle++) {
    const corners = triangleAt(corner, triangle);
    const isFront = sheet.facing(corners) > 0;
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      const key = [keyOf(corners[from]), keyOf(corners[to])].sort().join(" ");
      const known = sides.get(key);
      if (known) known.isOutline = known.isFront !== isFront;
      else sides.set(key, { ends: [corners[from], corners[to]], isFront, isOutline: true });
    }
  }
  return [...sides.values()].filter(({ isOutline }) => isOutline).map(({ ends }) => ends);
}

function triangleAt(corner: CornerAt, triangle: number): [Vector3, Vector3, Vector3] {
  return [corner(3 * triangle), corner(3 * triangle + 1), corner(3 * triangle + 2)];
}

function countOf(geometry: BufferGeometry): number {
  return geometry.index?.count ?? geometry.getAttribute("position")?.count ?? 0;
}

/** Corners in the order in which they are drawn, in the scene. */
function cornersOf(geometry: BufferGeometry, matrix: Matrix4): CornerAt {
  const places = geometry.getAttribute("position");
  const { index } = geometry;
  return (number) => {
    const vertex = index ? index.getX(number) : number;
    return new Vector3(places?.getX(vertex), places?.getY(vertex), places?.getZ(vertex)).applyMatrix4(matrix);
  };
}

function shaded(color: string, light: number): string {
  const value = Number.parseInt(color.slice(1), 16);
  return hex([16, 8, 0].map((shift) => Math.round(((value >> shift) & 255) * light)));
}

function hex(rgb: readonly number[]): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
