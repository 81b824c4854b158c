import type { AnyModel } from "@anywidget/types";
import { describe, expect, it } from "vitest";
import type { Layer } from "../src/shared/layer";
import { layerOf, registerLayer } from "../src/shared/registry";

const modelOf = (id: string): AnyModel => ({ get: () => id }) as unknown as AnyModel;
const layer = (): Layer => ({}) as Layer;

describe("the registry of layers", () => {
  it("asks for a layer for every view", async () => {
    registerLayer(modelOf("a"), layer);
    const [first, second] = await Promise.all([layerOf(modelOf("a")), layerOf(modelOf("a"))]);
    expect(first).not.toBe(second);
  });

  it("waits for a layer whose module comes later", async () => {
    const awaited = layerOf(modelOf("b"));
    const made = layer();
    registerLayer(modelOf("b"), () => made);
    expect(await awaited).toBe(made);
  });

  it("says so when a layer does not come, or has been withdrawn", async () => {
    const withdraw = registerLayer(modelOf("c"), layer);
    withdraw();
    await expect(layerOf(modelOf("c"), 1)).rejects.toThrow("did not load");
  });
});
