/** Two fingers on the picture: what is between them stays there while they move it and zoom. */

export interface PinchCamera {
  panBy(dx: number, dy: number): void;
  /** Zoom in by a factor around a place of the picture. */
  zoomBy(factor: number, px: number, py: number): void;
}

interface Finger {
  px: number;
  py: number;
}

export class Pinch {
  private readonly fingers = new Map<number, Finger>();

  constructor(private readonly camera: PinchCamera) {}

  /** Whether two fingers are down, or one of them is left. */
  get isOn(): boolean {
    return this.fingers.size > 0;
  }

  begin(first: [id: number, at: Finger], second: [id: number, at: Finger]): void {
    this.fingers.set(...first).set(...second);
  }

  move(id: number, at: Finger): void {
    const other = [...this.fingers].find(([one]) => one !== id)?.[1];
    const before = this.fingers.get(id);
    if (!before) return;
    this.fingers.set(id, at);
    if (!other) return;
    const [was, is] = [spanOf(before, other), spanOf(at, other)];
    this.camera.panBy((at.px - before.px) / 2, (at.py - before.py) / 2);
    if (was > 0 && is > 0) this.camera.zoomBy(is / was, (at.px + other.px) / 2, (at.py + other.py) / 2);
  }

  /** A finger is up. */
  end(id: number): void {
    this.fingers.delete(id);
  }
}

function spanOf(one: Finger, other: Finger): number {
  return Math.hypot(one.px - other.px, one.py - other.py);
}
