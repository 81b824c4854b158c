/** Clouds of points that Python gave, and landmarks: spheres, or dots of one size on the screen. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Group, type Object3D, Vector3 } from "three";
import { typed } from "../../shared/columns";
import type { Rpc } from "../../shared/rpc";
import type { Arrivals } from "../arrivals";
import type { SceneContent } from "../parts";
import { ScreenDots } from "./dots";
import { Spheres } from "./spheres";

const PATIENCE_MS = 120_000;
const DOT_PX = 5;
/** Radius of spheres, so that each can be seen from afar. */
const LEAST_PX = 2;

export interface PointCloud {
  id: number;
  name: string;
  /** `#rrggbb` */
  color: string;
  /** 0 to 1. */
  opacity: number;
  /** nm; 0: dots of one size on the screen. */
  radius: number;
}

export interface PointCloudsState {
  point_clouds: PointCloud[];
}

interface ShownCloud {
  shape: Spheres | ScreenDots;
  corner: Vector3;
  box: Box3;
}

export class PointClouds implements SceneContent {
  readonly object = new Group();
  private readonly clouds = new Map<number, ShownCloud>();
  private readonly asked = new Set<number>();
  private isStopped = false;
  private readonly follow = (): void => this.update();

  constructor(
    private readonly model: AnyModel<PointCloudsState>,
    private readonly rpc: Rpc,
    private readonly host: { readonly arrivals: Arrivals; changed(): void; failed(error: unknown): void },
  ) {
    this.object.name = "points";
    model.on("change:point_clouds", this.follow);
    this.update();
  }

  get box(): Box3 {
    const box = new Box3();
    for (const cloud of this.clouds.values()) box.union(cloud.box);
    return box;
  }

  prepare(origin: Vector3): void {
    for (const { shape, corner } of this.clouds.values()) shape.object.position.copy(corner).sub(origin);
  }

  dispose(): void {
    this.isStopped = true;
    this.model.off("change:point_clouds", this.follow);
    for (const id of [...this.clouds.keys()]) this.remove(id);
  }

  private update(): void {
    const wanted = this.model.get("point_clouds") ?? [];
    const ids = new Set(wanted.map(({ id }) => id));
    for (const id of [...this.clouds.keys()]) if (!ids.has(id)) this.remove(id);
    for (const cloud of wanted)
      if (!this.asked.has(cloud.id)) void this.host.arrivals.during(this.read(cloud));
    this.host.changed();
  }

  private async read(cloud: PointCloud): Promise<void> {
    this.asked.add(cloud.id);
    try {
      const options = { timeoutMs: PATIENCE_MS };
      const { result, buffers } = await this.rpc.call<{ corner: number[] }>(
        "points",
        { id: cloud.id },
        options,
      );
      const isWanted = this.model.get("point_clouds").some(({ id }) => id === cloud.id);
      if (this.isStopped || !isWanted) return;
      const places = typed(Float32Array, buffers[0]);
      this.add(cloud, places, new Vector3().fromArray(result.corner));
    } catch (error) {
      this.asked.delete(cloud.id);
      if (!this.isStopped) this.host.failed(error);
    }
  }

  private add(cloud: PointCloud, places: Float32Array, corner: Vector3): void {
    const box = boxOf(places, cloud.radius).translate(corner);
    const shape = shapeOf(cloud, places);
    this.clouds.set(cloud.id, { shape, corner, box });
    this.object.add(shape.object as Object3D);
    this.host.changed();
  }

  private remove(id: number): void {
    const cloud = this.clouds.get(id);
    this.clouds.delete(id);
    this.asked.delete(id);
    if (!cloud) return;
    this.object.remove(cloud.shape.object);
    cloud.shape.dispose();
  }
}

function shapeOf({ name, color, radius, opacity }: PointCloud, places: Float32Array): Spheres | ScreenDots {
  const count = places.length / 3;
  if (radius > 0) {
    const spheres = new Spheres(name, LEAST_PX);
    spheres.put(
      Array.from({ length: count }, (_, at) => ({
        place: places.subarray(3 * at, 3 * at + 3),
        radius,
        color,
      })),
    );
    spheres.setOpacity(opacity);
    return spheres;
  }
  const dots = new ScreenDots(name, DOT_PX);
  dots.put(places, new Array(count).fill(color));
  dots.object.material.opacity = opacity;
  dots.object.material.transparent = opacity < 1;
  return dots;
}

function boxOf(places: Float32Array, radius: number): Box3 {
  const box = new Box3().setFromArray(places as never);
  return box.isEmpty() ? box : box.expandByScalar(radius);
}
