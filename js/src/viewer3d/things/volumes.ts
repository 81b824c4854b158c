/** Volumes as shells that let the neurons be seen through. */
import {
  BackSide,
  Box3,
  BufferAttribute,
  BufferGeometry,
  FrontSide,
  Group,
  Mesh,
  type MeshLambertMaterial,
  Vector3,
} from "three";
import { typed } from "../../shared/columns";
import type { Rpc } from "../../shared/rpc";
import type { Arrivals } from "../arrivals";
import { type Swatch, swatchLegend } from "../helpers/legend";
import type { ShownVolume } from "../state";
import { shellMaterial } from "./shell-material";

const PATIENCE_MS = 120_000;

/** A surface in project space: places are relative to its corner. */
export interface Surface {
  corner: Vector3;
  geometry: BufferGeometry;
  box: Box3;
}

interface VolumeMesh {
  surface: Surface;
  /** Its far side and its near side. */
  sides: Mesh<BufferGeometry, MeshLambertMaterial>[];
}

export interface VolumesHost {
  readonly arrivals: Arrivals;
  changed(): void;
  /** Explain the colours; not at all without parts. */
  legend(parts: HTMLElement[]): void;
  failed(error: unknown): void;
}

export class Volumes {
  readonly object = new Group();
  private readonly meshes = new Map<number, VolumeMesh>();
  private readonly asked = new Set<number>();
  private wanted: readonly ShownVolume[] = [];
  private isStopped = false;

  constructor(
    private readonly rpc: Rpc,
    private readonly host: VolumesHost,
  ) {
    this.object.name = "volumes";
  }

  /** Around all that are here, in project space; empty if there is none. */
  get box(): Box3 {
    const box = new Box3();
    for (const { surface } of this.meshes.values()) box.union(surface.box);
    return box;
  }

  /** Show these volumes and no others. */
  show(volumes: readonly ShownVolume[]): void {
    this.wanted = volumes;
    const ids = new Set(volumes.map(({ id }) => id));
    for (const id of [...this.meshes.keys()]) if (!ids.has(id)) this.remove(id);
    for (const { id } of volumes) if (!this.asked.has(id)) void this.host.arrivals.during(this.read(id));
    this.look();
  }

  /** Let all be where they are, in a scene that has its origin somewhere. */
  prepare(origin: Vector3): void {
    for (const { surface, sides } of this.meshes.values())
      for (const side of sides) side.position.copy(surface.corner).sub(origin);
  }

  dispose(): void {
    this.isStopped = true;
    for (const id of [...this.meshes.keys()]) this.remove(id);
  }

  private async read(id: number): Promise<void> {
    this.asked.add(id);
    try {
      const options = { timeoutMs: PATIENCE_MS };
      const { result, buffers } = await this.rpc.call<SurfaceAnswer>("volume", { volume_id: id }, options);
      if (this.isStopped || !this.wanted.some((one) => one.id === id)) this.asked.delete(id);
      else this.add(id, surfaceOf(result, buffers));
    } catch (error) {
      this.asked.delete(id);
      // What is not shown any more need not be here.
      if (!this.isStopped && this.wanted.some((one) => one.id === id)) this.host.failed(error);
    }
  }

  private add(id: number, surface: Surface): void {
    const sides = [BackSide, FrontSide].map((side) => new Mesh(surface.geometry, shellMaterial(side)));
    this.meshes.set(id, { surface, sides });
    this.object.add(...sides);
    this.look();
  }

  private remove(id: number): void {
    const mesh = this.meshes.get(id);
    this.meshes.delete(id);
    this.asked.delete(id);
    if (!mesh) return;
    this.object.remove(...mesh.sides);
    mesh.surface.geometry.dispose();
    for (const { material } of mesh.sides) material.dispose();
  }

  /** Give each its look, and the order in which shells inside shells are drawn: far sides from outside in. */
  private look(): void {
    const size = ({ surface }: VolumeMesh): number => surface.box.getSize(new Vector3()).length();
    const fromLargest = [...this.meshes.values()].sort((one, other) => size(other) - size(one));
    fromLargest.forEach(({ sides }, rank) => {
      const [far, near] = sides;
      if (far) far.renderOrder = 1 + rank;
      if (near) near.renderOrder = 1 + 2 * fromLargest.length - rank;
    });
    for (const { id, color, opacity, wireframe } of this.wanted)
      this.meshes.get(id)?.sides.forEach((side, isNear) => {
        const { material } = side;
        material.color.setStyle(color);
        material.opacity = opacity;
        material.wireframe = wireframe;
        // Edges are the same from both sides.
        side.visible = !wireframe || isNear === 1;
      });
    this.explain();
    this.host.changed();
  }

  private explain(): void {
    const swatches = this.wanted.flatMap(({ id, name, color }): Swatch[] => {
      const triangles = this.meshes.get(id)?.surface.geometry.index?.count;
      return triangles === undefined ? [] : [{ name, color, count: triangles / 3 }];
    });
    this.host.legend(swatches.length > 0 ? swatchLegend("volumes", swatches, "triangle") : []);
  }
}

export interface SurfaceAnswer {
  corner: [x: number, y: number, z: number];
}

export function surfaceOf({ corner }: SurfaceAnswer, buffers: readonly DataView[]): Surface {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(typed(Float32Array, buffers[0]), 3));
  geometry.setIndex(new BufferAttribute(typed(Uint32Array, buffers[1]), 1));
  geometry.computeVertexNormals();
  geometry.computeBoundingBox();
  const place = new Vector3(...corner);
  const box = (geometry.boundingBox ?? new Box3()).clone().translate(place);
  return { corner: place, geometry, box };
}
