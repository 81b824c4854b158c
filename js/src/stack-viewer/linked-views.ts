/** Viewers of a page that look at the same place, such as those of three planes, and see each other's cursor. */
import type { Point } from "../shared/layer";
import { turned } from "../shared/planes";
import type { StackView } from "../shared/view";
import type { Camera } from "./camera";

const LOOK = "catmaid-linked-look";
const CURSOR = "catmaid-linked-cursor";

interface SharedPlace {
  from: symbol;
  group: string;
  /** Of the project, nm; null: nowhere. */
  place: Point | null;
  nmPerPixel: number;
}

export interface LinkedViewsContext {
  camera: Camera;
  /** Viewers of the same group are linked; empty: none. */
  group(): string;
  /** Another viewer's cursor has moved. */
  cursorMoved(): void;
}

export class LinkedViews {
  private readonly self = Symbol("viewer");
  private isFollowing = false;
  private cursorElsewhere: Point | null = null;

  constructor(
    private readonly context: LinkedViewsContext,
    signal: AbortSignal,
  ) {
    const { camera } = context;
    const hear = (kind: string, react: (shared: SharedPlace) => void): void => {
      const heard = (event: Event): void => {
        const shared = (event as CustomEvent<SharedPlace>).detail;
        if (shared.from !== this.self && shared.group !== "" && shared.group === context.group())
          react(shared);
      };
      window.addEventListener(kind, heard, { signal });
    };
    hear(LOOK, (shared) => this.follow(shared));
    hear(CURSOR, ({ place }) => {
      this.cursorElsewhere = place;
      context.cursorMoved();
    });
    const stop = camera.onChange((view) => {
      if (!this.isFollowing) this.share(LOOK, view.center, view);
    });
    signal.addEventListener("abort", stop);
  }

  /** Where the cursor of another viewer is, in this view's plane; null if it is in none. */
  get cursor(): Point | null {
    return this.cursorElsewhere && turned(this.context.camera.view.plane, this.cursorElsewhere);
  }

  /** The cursor is over a place of this view, or over none. */
  pointAt(place: Point | null): void {
    this.share(CURSOR, place, this.context.camera.view);
  }

  private share(kind: string, place: Readonly<Point> | null, { plane, nmPerPixel }: StackView): void {
    const group = this.context.group();
    if (group === "") return;
    const detail: SharedPlace = {
      from: this.self,
      group,
      place: place && turned(plane, place),
      nmPerPixel,
    };
    window.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  private follow({ place, nmPerPixel }: SharedPlace): void {
    if (!place) return;
    const { camera } = this.context;
    this.isFollowing = true;
    camera.look(turned(camera.view.plane, place), nmPerPixel);
    this.isFollowing = false;
  }
}
