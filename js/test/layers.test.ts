import type { AnyModel, Host } from "@anywidget/types";
import { describe, expect, it } from "vitest";
import type { Layer, LayerHost } from "../src/shared/layer";
import { Layers } from "../src/stack-viewer/layers";

/** A page in which some layers are loaded, by the ids of their models. */
class Page {
  readonly attached: string[] = [];
  readonly layers: Layers;

  constructor(shown: string[], loaded: string[]) {
    const model = { get: () => shown.map((id) => `IPY_MODEL_${id}`) } as unknown as AnyModel;
    const host = { view: () => ({}), invalidate: () => {} } as unknown as LayerHost;
    const getWidget = async (reference: string): Promise<unknown> => {
      const id = loaded.find((known) => reference === `anywidget:${known}`);
      if (!id) throw new Error("timed out");
      return { exports: { layer: this.layer(id) } };
    };
    this.layers = new Layers(model, host, { getWidget } as unknown as Host);
  }

  private layer(id: string): Layer {
    return {
      attach: () => void this.attached.push(id),
      detach: () => void this.attached.splice(this.attached.indexOf(id), 1),
      viewChanged: () => {},
    } as unknown as Layer;
  }
}

describe("the layers of a viewer", () => {
  it("are those that its model names, in this order", async () => {
    const page = new Page(["b", "a"], ["a", "b", "c"]);
    await page.layers.update();
    expect(page.attached).toEqual(["b", "a"]);
  });

  it("are let go when they are asked for again, or the viewer is closed", async () => {
    const page = new Page(["a"], ["a"]);
    await page.layers.update();
    await page.layers.update();
    expect(page.attached).toEqual(["a"]);
    page.layers.dispose();
    expect(page.attached).toEqual([]);
  });

  it("are shown without one that does not load, which is told", async () => {
    const page = new Page(["a", "gone"], ["a"]);
    await expect(page.layers.update()).rejects.toThrow("did not load");
    expect(page.attached).toEqual(["a"]);
  });
});
