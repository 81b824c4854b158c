/** What a viewer shows, as a binary glTF model: µm, y up, z to the front. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  Group,
  InstancedMesh,
  Line,
  LineBasicMaterial,
  LineSegments,
  type Material,
  Matrix4,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  OctahedronGeometry,
  Points,
  PointsMaterial,
  SRGBColorSpace,
  Vector3,
} from "three";
import { GLTFExporter } from "three/examples/jsm/exporters/GLTFExporter.js";
import { mergeVertices } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import { cssOf } from "../things/raw-colors";
import type { ExportedNeuron, ExportScene } from "./export-scene";
import { isFarSide } from "./far-side";
import { nodeColor } from "./growth";
import { isSphere } from "./spheres";

const NM_PER_UNIT = 1000;
const NOT_EXPORTED = new Set(["section", "box and grid"]);
/** Shapes of a kind in a model; more are points. */
const MOST_INSTANCES = 50_000;
/** So many spheres look round; more have eight faces. */
const MOST_ROUND = 3_000;

export async function glbOf(view: ExportScene): Promise<Uint8Array<ArrayBuffer>> {
  const root = modelOf(view);
  const made = await new GLTFExporter().parseAsync(root, { binary: true });
  root.traverse((object) => {
    if (object instanceof Mesh || object instanceof Line || object instanceof Points)
      object.geometry.dispose();
  });
  return new Uint8Array(made as ArrayBuffer);
}

/** The objects of the model; nothing of them is in the viewer's scene. */
export function modelOf(view: ExportScene): Group {
  const root = new Group();
  root.name = "neurons in space";
  root.userData = { origin_nm: view.origin.toArray(), unit: "µm", axes: "x right, -y down, -z away" };
  // CATMAID's y goes down and z away: half a turn around x.
  root.rotation.x = Math.PI;
  root.scale.setScalar(1 / NM_PER_UNIT);
  for (const neuron of view.neurons()) root.add(neuronOf(neuron));
  const visit = (object: Object3D): void => {
    if (!object.visible || object === view.neuronLines || NOT_EXPORTED.has(object.name)) return;
    const copy = copyOf(object);
    if (copy) {
      copy.name = object.name || object.parent?.name || "";
      copy.matrixAutoUpdate = false;
      copy.matrix.copy(object.matrixWorld);
      root.add(copy);
    }
    for (const child of object.children) visit(child);
  };
  visit(view.scene);
  root.updateMatrixWorld(true);
  return root;
}

function neuronOf(neuron: ExportedNeuron): LineSegments {
  const { positions, parents, shades, skeletonId } = neuron;
  const rows = Array.from(parents.keys()).filter((row) => (parents[row] ?? -1) >= 0);
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions.slice(), 3));
  geometry.setIndex(rows.flatMap((row) => [parents[row] ?? 0, row]));
  const color = new Color();
  if (shades) {
    const linear = new Float32Array(3 * parents.length);
    for (let row = 0; row < parents.length; row++)
      setColor(color, nodeColor(neuron, row)).toArray(linear, 3 * row);
    geometry.setAttribute("color", new BufferAttribute(linear, 3));
  }
  const material = new LineBasicMaterial({ vertexColors: shades !== undefined });
  if (!shades) setColor(material.color, nodeColor(neuron, 0));
  const lines = new LineSegments(geometry, material);
  lines.name = `skeleton ${skeletonId}`;
  lines.userData = { skeleton_id: skeletonId };
  return lines;
}

function setColor(color: Color, [red, green, blue]: readonly [number, number, number]): Color {
  return color.setRGB(red / 255, green / 255, blue / 255, SRGBColorSpace);
}

function copyOf(object: Object3D): Object3D | null {
  if (object instanceof InstancedMesh) return instancesOf(object);
  if (object instanceof Mesh) return object.geometry.index || hasCorners(object) ? meshOf(object) : null;
  if (object instanceof Points) return new Points(object.geometry.clone(), pointMaterialOf(object.material));
  if (object instanceof Line) {
    const material = new LineBasicMaterial({ color: linearColor(object.material) });
    return object instanceof LineSegments
      ? new LineSegments(object.geometry.clone(), material)
      : new Line(object.geometry.clone(), material);
  }
  return null;
}

function hasCorners(object: Mesh): boolean {
  return (object.geometry.getAttribute("position")?.count ?? 0) > 0;
}

function meshOf(object: Mesh): Mesh | null {
  if (isFarSide(object)) return null;
  const first = Array.isArray(object.material) ? object.material[0] : object.material;
  const material = new MeshStandardMaterial({
    color: linearColor(object.material),
    opacity: first?.transparent ? first.opacity : 1,
    transparent: first?.transparent ?? false,
    side: 2,
    roughness: 0.8,
    metalness: 0,
    vertexColors: first?.vertexColors ?? false,
  });
  return new Mesh(object.geometry.clone(), material);
}

function pointMaterialOf(material: Material | Material[]): PointsMaterial {
  const first = Array.isArray(material) ? material[0] : material;
  return new PointsMaterial({ color: linearColor(material), vertexColors: first?.vertexColors ?? false });
}

/** Shapes that are drawn many times, in many colours, as one mesh; very many as points. */
function instancesOf(object: InstancedMesh): Object3D {
  const { count } = object;
  const [material] = [object.material].flat();
  const single = linearColor(object.material);
  const shape = count > MOST_INSTANCES ? null : shapeOf(object.geometry, count);
  const corners = shape?.getAttribute("position").array;
  const size = corners ? corners.length / 3 : 1;
  const positions = new Float32Array(3 * size * count);
  const colors = new Float32Array(3 * size * count);
  const [matrix, point, color] = [new Matrix4(), new Vector3(), new Color()];
  for (let one = 0; one < count; one++) {
    object.getMatrixAt(one, matrix);
    if (object.instanceColor) {
      object.getColorAt(one, color);
      color.setStyle(cssOf(color, material));
    } else color.copy(single);
    for (let corner = 0; corner < size; corner++) {
      if (corners) point.fromArray(corners, 3 * corner);
      else point.set(0, 0, 0);
      point.applyMatrix4(matrix).toArray(positions, 3 * (one * size + corner));
      color.toArray(colors, 3 * (one * size + corner));
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  geometry.setAttribute("color", new BufferAttribute(colors, 3));
  if (!shape) return new Points(geometry, new PointsMaterial({ vertexColors: true }));
  const index = shape.index?.array ?? Uint32Array.from({ length: size }, (_, at) => at);
  geometry.setIndex(new BufferAttribute(repeated(index, size, count), 1));
  geometry.computeVertexNormals();
  return new Mesh(geometry, new MeshStandardMaterial({ vertexColors: true, roughness: 0.8, metalness: 0 }));
}

/** A shape with its corners; of a sphere few, each once, and fewer of one of many. */
function shapeOf(geometry: BufferGeometry, count: number): BufferGeometry {
  if (!isSphere(geometry)) return geometry;
  const sphere = new OctahedronGeometry(1, count > MOST_ROUND ? 0 : 1);
  for (const name of ["normal", "uv"]) sphere.deleteAttribute(name);
  return mergeVertices(sphere);
}

/** Corners of triangles of many shapes that have the same ones. @param size - corners of a shape */
function repeated(index: ArrayLike<number>, size: number, count: number): Uint32Array {
  const all = new Uint32Array(index.length * count);
  for (let one = 0; one < count; one++)
    for (let at = 0; at < index.length; at++) all[one * index.length + at] = (index[at] ?? 0) + one * size;
  return all;
}

function linearColor(material: Material | Material[]): Color {
  const first = (Array.isArray(material) ? material[0] : material) as Material & { color?: Color };
  return new Color().setStyle(first?.color instanceof Color ? cssOf(first.color, first) : "#808080");
}
