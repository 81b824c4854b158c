import type { AnyModel, Host } from "@anywidget/types";
import { describe, expect, it } from "vitest";
import type { Layer, LayerHost } from "../src/shared/layer";
import { Layers } from "../src/stack-viewer/layers";

/** A page in which some layers are loaded, by the ids of their models. */
class Page {
  readonly attached: string[] = [];
  readonly layers: Layers;

  named: string[];
  private readonly made = new Map<string, Layer>();

  constructor(shown: string[], loaded: string[]) {
    this.named = shown.map((id) => `IPY_MODEL_${id}`);
    const model = {
      get: () => this.named,
      set: (_name: string, value: string[]) => {
        this.named = value;
      },
      save_changes: () => {},
    } as unknown as AnyModel;
    const host = { view: () => ({}), invalidate: () => {} } as unknown as LayerHost;
    const getWidget = async (reference: string): Promise<unknown> => {
      const id = loaded.find((known) => reference === `anywidget:${known}`);
      if (!id) throw new Error("timed out");
      return { exports: { layer: this.layer(id) } };
    };
    this.layers = new Layers(model, host, { getWidget } as unknown as Host);
  }

  layer(id: string): Layer {
    const made = this.made.get(id) ?? {
      attach: () => void this.attached.push(id),
      detach: () => void this.attached.splice(this.attached.indexOf(id), 1),
      viewChanged: () => {},
    };
    this.made.set(id, made as unknown as Layer);
    return made as unknown as Layer;
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

  it("change places with the next of their kind, and are taken out, by a word to the model", async () => {
    const page = new Page(["a", "other", "b"], ["a", "b", "other"]);
    await page.layers.update();
    const isImage = (layer: Layer): boolean => layer !== page.layer("other");
    page.layers.move(page.layer("a"), 1, isImage);
    expect(page.named).toEqual(["b", "other", "a"].map((id) => `IPY_MODEL_${id}`));
    await page.layers.update();
    expect(page.attached).toEqual(["a", "other", "b"]);
    page.layers.move(page.layer("a"), 1, isImage);
    expect(page.named[2]).toBe("IPY_MODEL_a");
    page.layers.remove(page.layer("b"));
    expect(page.named).toEqual(["IPY_MODEL_other", "IPY_MODEL_a"]);
  });

  it("are shown without one that does not load, which is told", async () => {
    const page = new Page(["a", "gone"], ["a"]);
    await expect(page.layers.update()).rejects.toThrow("did not load");
    expect(page.attached).toEqual(["a"]);
  });
});
