/** The box around all that is shown, and a grid with lengths on the three sides that are behind it. */
import {
  type Box3,
  BufferGeometry,
  Color,
  Float32BufferAttribute,
  LineBasicMaterial,
  LineSegments,
  Vector3,
} from "three";
import type { Point } from "../../shared/layer";
import { roundStep, stepsBetween } from "./round-steps";

const MOST_STEPS = 6;

/** What is written at a place in project space. */
export interface GridLabel {
  position: Point;
  text: string;
  /** Above the place, which has a mark, and not over it. */
  above?: boolean | undefined;
}

export interface BoxGridLook {
  box: boolean;
  grid: boolean;
  color: string;
}

export class BoxGrid {
  readonly object = new LineSegments(new BufferGeometry(), new LineBasicMaterial({ transparent: true }));
  labels: GridLabel[] = [];
  private drawn = "";

  constructor() {
    this.object.name = "box and grid";
    this.object.visible = false;
  }

  /** Show a box (project space) as it is seen along a direction, in a scene that has its origin somewhere. */
  update(box: Box3, direction: Vector3, origin: Vector3, look: BoxGridLook): void {
    const isShown = (look.box || look.grid) && !box.isEmpty();
    this.object.visible = isShown;
    const behind = new Vector3().fromArray(direction.toArray().map((part) => (part >= 0 ? 1 : 0)));
    const key = JSON.stringify([isShown, look, box, behind, origin]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.labels = [];
    if (!isShown) return;
    const lines: Vector3[] = look.box ? edges(box) : [];
    if (look.grid) this.addGrid(lines, box, behind);
    const places = lines.flatMap((one) => one.sub(origin).toArray());
    this.object.geometry.dispose();
    this.object.geometry = new BufferGeometry();
    this.object.geometry.setAttribute("position", new Float32BufferAttribute(places, 3));
    this.object.material.color = new Color().setStyle(look.color);
    this.object.material.opacity = 0.7;
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }

  private addGrid(lines: Vector3[], box: Box3, behind: Vector3): void {
    const size = box.getSize(new Vector3());
    const step = roundStep(Math.max(size.x, size.y, size.z), MOST_STEPS);
    const unit = step >= 1000 ? { nm: 1000, name: "µm" } : { nm: 1, name: "nm" };
    const at = (axis: number, isHigh: number): number => (isHigh ? box.max : box.min).getComponent(axis);
    for (const axis of [0, 1, 2]) {
      const others = [0, 1, 2].filter((one) => one !== axis) as [number, number];
      const [first, second] = others;
      for (const value of stepsBetween(at(axis, 0), at(axis, 1), step)) {
        const corner = (a: number, b: number): Vector3 =>
          new Vector3().setComponent(axis, value).setComponent(first, a).setComponent(second, b);
        const [a, b] = others.map((other) => at(other, behind.getComponent(other))) as [number, number];
        const [nearA, nearB] = others.map((other) => at(other, 1 - behind.getComponent(other))) as [
          number,
          number,
        ];
        lines.push(corner(a, b), corner(nearA, b), corner(a, b), corner(a, nearB));
        const place = corner(a, nearB).toArray();
        const length = Number((value / unit.nm).toPrecision(6));
        this.labels.push({ position: place, text: String(length) });
      }
      const middle = (at(axis, 0) + at(axis, 1)) / 2;
      const [a, b] = [at(first, behind.getComponent(first)), at(second, 1 - behind.getComponent(second))];
      const place = new Vector3().setComponent(axis, middle).setComponent(first, a).setComponent(second, b);
      this.labels.push({ position: place.toArray(), text: `${"xyz"[axis]} (${unit.name})` });
    }
  }
}

function edges({ min, max }: Box3): Vector3[] {
  const lines: Vector3[] = [];
  for (const axis of [0, 1, 2]) {
    const [first, second] = [0, 1, 2].filter((one) => one !== axis) as [number, number];
    for (const a of [min, max])
      for (const b of [min, max])
        for (const end of [min, max]) {
          const corner = new Vector3();
          corner.setComponent(axis, end.getComponent(axis));
          corner.setComponent(first, a.getComponent(first));
          corner.setComponent(second, b.getComponent(second));
          lines.push(corner);
        }
  }
  return lines;
}
