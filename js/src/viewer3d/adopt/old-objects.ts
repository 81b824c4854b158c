/** Objects of three r97, as pythreejs makes them, as far as they are read here. */

export interface OldColor {
  r: number;
  g: number;
  b: number;
}

export interface OldVector {
  x: number;
  y: number;
  z: number;
}

export interface OldAttribute {
  array: ArrayLike<number> & { slice?(): ArrayLike<number> };
  itemSize: number;
  count: number;
  normalized: boolean;
  version: number;
  meshPerAttribute?: number;
  isInstancedBufferAttribute?: boolean;
  isInterleavedBufferAttribute?: boolean;
  /** Of an interleaved one. */
  offset?: number;
  data?: { array: ArrayLike<number>; stride: number; version: number };
}

export interface OldFace {
  a: number;
  b: number;
  c: number;
  materialIndex: number;
  color?: OldColor;
  vertexColors: OldColor[];
  normal: OldVector;
  vertexNormals: OldVector[];
}

export interface OldGeometry {
  uuid: string;
  type: string;
  isBufferGeometry?: boolean;
  isInstancedBufferGeometry?: boolean;
  attributes?: Record<string, OldAttribute>;
  index?: OldAttribute | null;
  groups?: Array<{ start: number; count: number; materialIndex?: number }>;
  drawRange?: { start: number; count: number };
  maxInstancedCount?: number;
  /** Of geometries that have faces. */
  vertices?: OldVector[];
  faces?: OldFace[];
  faceVertexUvs?: Array<Array<Array<{ x: number; y: number }>>>;
  colors?: OldColor[];
}

export interface OldTexture {
  uuid: string;
  isTexture: true;
  isDataTexture?: boolean;
  isCubeTexture?: boolean;
  image: unknown;
  version: number;
  wrapS: number;
  wrapT: number;
  magFilter: number;
  minFilter: number;
  format: number;
  type: number;
  flipY: boolean;
  repeat: { x: number; y: number };
  offset: { x: number; y: number };
  rotation: number;
}

export interface OldMaterial {
  uuid: string;
  type: string;
  vertexColors?: number;
  isLineMaterial?: boolean;
  uniforms?: Record<string, { value: unknown }>;
  [name: string]: unknown;
}

export interface OldObject {
  uuid: string;
  type: string;
  name: string;
  visible: boolean;
  renderOrder: number;
  matrixAutoUpdate: boolean;
  matrix: { elements: number[] };
  position: OldVector;
  quaternion: OldVector & { w: number };
  scale: OldVector;
  children: OldObject[];
  geometry?: OldGeometry;
  material?: OldMaterial | OldMaterial[];
  isMesh?: boolean;
  isLine?: boolean;
  isLineSegments?: boolean;
  isLineLoop?: boolean;
  isLineSegments2?: boolean;
  isPoints?: boolean;
  isSprite?: boolean;
  isSkinnedMesh?: boolean;
  isLight?: boolean;
  isCamera?: boolean;
  isScene?: boolean;
  /** Of lights. */
  color?: OldColor;
  groundColor?: OldColor;
  intensity?: number;
  distance?: number;
  angle?: number;
  penumbra?: number;
  width?: number;
  height?: number;
  target?: OldObject;
}

/** Something that cannot be drawn, with a sentence that says why. */
export class NotDrawn extends Error {}
