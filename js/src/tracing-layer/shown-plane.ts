/** The plane of the viewers that show a layer: one for all of them, since nodes are loaded in its coordinates. */
import type { LayerHost, Plane } from "../shared/layer";

export class ShownPlane {
  now: Plane = "xy";

  /** Whether a viewer can show the layer beside those that do; says why if it cannot. */
  takes(host: LayerHost, others: ReadonlySet<LayerHost>): boolean {
    const { plane } = host.view();
    if (others.size === 0 || others.has(host)) this.now = plane;
    if (plane === this.now) return true;
    host.notify(
      "warning",
      `This tracing layer is shown along ${this.now} elsewhere. For sections along ${plane} make another one: TracingLayer(project).`,
      true,
    );
    return false;
  }
}
