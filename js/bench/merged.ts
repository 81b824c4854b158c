/** The same neurons as pythreejs draws them: one geometry with a colour for each node, in its three.js (r97). */
import { type Figures, fetchBytes, finish, SIZE, timed, turn } from "./measure";

const PICKS = 3;

// biome-ignore lint/suspicious/noExplicitAny: there are no types of this old version.
type OldThree = any;

async function run(): Promise<Figures> {
  const three = (globalThis as OldThree).THREE;
  const renderer = new three.WebGLRenderer({ antialias: false });
  renderer.setSize(SIZE.width, SIZE.height);
  document.body.append(renderer.domElement);
  const context = renderer.getContext();
  const began = performance.now();
  const parts = await Promise.all(["positions", "colors", "pairs"].map((name) => fetchBytes(name)));
  const [positions, colors, pairs] = parts.map(({ buffer }) => buffer);
  const geometry = new three.BufferGeometry();
  geometry.addAttribute("position", new three.BufferAttribute(new Float32Array(positions ?? []), 3));
  geometry.addAttribute("color", new three.BufferAttribute(new Float32Array(colors ?? []), 3));
  geometry.setIndex(new three.BufferAttribute(new Uint32Array(pairs ?? []), 1));
  geometry.computeBoundingSphere();
  const { center, radius } = geometry.boundingSphere;
  const lines = new three.LineSegments(
    geometry,
    new three.LineBasicMaterial({ vertexColors: three.VertexColors }),
  );
  const scene = new three.Scene();
  scene.add(lines);
  const camera = new three.PerspectiveCamera(45, SIZE.width / SIZE.height, radius / 100, radius * 10);
  const draw = (angle: number): void => {
    const away = new three.Vector3(Math.sin(angle), 0, -Math.cos(angle)).multiplyScalar(2.2 * radius);
    camera.position.copy(center).add(away);
    camera.up.set(0, -1, 0);
    camera.lookAt(center);
    camera.updateMatrixWorld();
    renderer.render(scene, camera);
    finish(context);
  };
  draw(0);
  const first = performance.now() - began;
  const [fps, longest] = await turn(draw);
  const recolor = await recolored(geometry, () => draw(0));
  const raycaster = new three.Raycaster();
  raycaster.linePrecision = radius / 300;
  let picking = 0;
  for (let pick = 0; pick < PICKS; pick++)
    picking += await timed(() => {
      raycaster.setFromCamera({ x: 0.1 * pick, y: 0.1 }, camera);
      raycaster.intersectObject(lines);
    });
  return {
    first_picture_ms: first,
    bytes: parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
    frames_per_s: fps,
    longest_frame_ms: longest,
    recolor_neurons_ms: recolor,
    recolor_nodes_ms: recolor,
    pick_ms: picking / PICKS,
  };
}

/** Each node has a colour of its own, which is sent. */
async function recolored(geometry: OldThree, draw: () => void): Promise<number> {
  const began = performance.now();
  const { buffer } = await fetchBytes("colors");
  geometry.attributes.color.array.set(new Float32Array(buffer));
  geometry.attributes.color.needsUpdate = true;
  draw();
  return performance.now() - began;
}

Object.assign(window, { measure: run });
