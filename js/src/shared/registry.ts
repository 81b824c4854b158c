/**
 * Where layers meet viewers.
 *
 * Every widget is a bundle of its own, so they share no module: a layer's module announces itself
 * in one map on `globalThis`, and a viewer waits for it there. The key is the layer model's synced
 * `layer_id`, because anywidget hands a module its model without the model's id.
 *
 * A viewer may be shown several times in a page, and a layer may be part of several viewers: the
 * factory is asked once for each view, and gives each a layer of its own or one that all share.
 */
import type { AnyModel } from "@anywidget/types";
import type { Layer, LayerFactory } from "./layer";

const LAYERS = Symbol.for("catmaid-jupyter.layers");
const ARRIVALS = Symbol.for("catmaid-jupyter.layer-arrivals");
const ARRIVED = "arrived";

type Maker = () => Layer;

const page = globalThis as { [LAYERS]?: Map<string, Maker>; [ARRIVALS]?: EventTarget };

function makers(): Map<string, Maker> {
  page[LAYERS] ??= new Map();
  return page[LAYERS];
}

function arrivals(): EventTarget {
  page[ARRIVALS] ??= new EventTarget();
  return page[ARRIVALS];
}

function layerId(model: AnyModel): string {
  const id: unknown = model.get("layer_id");
  if (typeof id !== "string" || id === "") throw new Error("a layer's model has no layer_id");
  return id;
}

/**
 * Announce how layers of a model are made; returns what withdraws it.
 *
 * A layer's module calls it in `initialize({model})` and returns the answer as its clean-up.
 */
export function registerLayer(model: AnyModel, factory: LayerFactory): () => void {
  const id = layerId(model);
  const make: Maker = () => factory(model);
  makers().set(id, make);
  arrivals().dispatchEvent(new Event(ARRIVED));
  return () => {
    if (makers().get(id) === make) makers().delete(id);
  };
}

/** The layer of a model for one more view, as soon as its module has announced itself. */
export function layerOf(model: AnyModel, timeoutMs = 10_000): Promise<Layer> {
  const id = layerId(model);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      arrivals().removeEventListener(ARRIVED, settle);
    };
    const settle = (): void => {
      const make = makers().get(id);
      if (!make) return;
      stop();
      resolve(make());
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error("A layer of this viewer did not load."));
    }, timeoutMs);
    arrivals().addEventListener(ARRIVED, settle);
    settle();
  });
}
