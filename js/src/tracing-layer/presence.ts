/** Show where others look, and tell them where this page looks. */
import type { LayerHost, Person, Point, View } from "../shared/layer";
import { throttle } from "../shared/throttle";
import type { Kernel } from "./data/kernel";

export interface PresenceContext {
  kernel: Pick<Kernel, "here">;
  isOn(): boolean;
  hosts(): Iterable<LayerHost>;
}

/** ms between two messages about where this page looks. */
const INTERVAL = 300;
/** ms after which the message is repeated; a page that sends none for a minute counts as closed. */
const AGAIN = 20_000;

interface ViewedPosition {
  position: Point;
  section: number;
}

export class Presence {
  private people: Person[] = [];
  private place: ViewedPosition | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly tell = throttle<ViewedPosition | null>((place) => this.send(place), INTERVAL);

  constructor(private readonly context: PresenceContext) {}

  /** The page looks elsewhere. */
  look({ center, sectionDepth, section }: View): void {
    const position: Point = [center[0], center[1], sectionDepth];
    const { place } = this;
    const isSame =
      place?.section === section && place.position.every((value, axis) => value === position[axis]);
    this.place = { position, section };
    if (!isSame && this.context.isOn()) this.tell(this.place);
  }

  /** The page does not show the layer any more. */
  leave(): void {
    if (this.place && this.context.isOn()) this.tell(null);
    this.place = null;
  }

  received(people: Person[]): void {
    this.people = people;
    this.show();
  }

  show(): void {
    const people = this.context.isOn() ? this.people : [];
    for (const host of this.context.hosts()) host.showPeople(people);
  }

  /** Presence was switched on or off. */
  switched(view: View | null): void {
    this.show();
    this.place = null;
    if (!this.context.isOn()) this.tell(null);
    else if (view) this.look(view);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.tell.flush();
    clearTimeout(this.timer);
  }

  private send(place: ViewedPosition | null): void {
    clearTimeout(this.timer);
    if (place) this.timer = setTimeout(() => this.tell(place), AGAIN);
    // Nobody needs to know that others could not be told.
    this.context.kernel.here(place?.position ?? null, place?.section ?? null).catch(() => {});
  }
}
