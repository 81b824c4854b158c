import { describe, expect, it } from "vitest";
import type { View } from "../src/shared/layer";
import { Outlines } from "../src/volume-layer/outlines";

interface Request {
  keys: number[];
  depths: number[];
}

/** A kernel in which volume 1 is a triangle at depths below 100, and volume 2 has two rings; it answers when it is told to. */
class Kernel {
  readonly requests: Request[] = [];
  readonly waiting: Array<() => void> = [];
  keys = [1, 2];
  failures: unknown[] = [];
  isGone = false;
  readonly outlines = new Outlines({
    call: (_method, params) => this.answer(params as Request),
    keys: () => this.keys,
    loaded: () => {},
    failed: (error) => void this.failures.push(error),
  });

  async answered(): Promise<void> {
    this.waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }

  private answer(request: Request): Promise<never> {
    this.requests.push(request);
    const rings = request.depths.map((z) =>
      request.keys.map((key) => (key === 2 ? [1, 2] : z < 100 ? [3] : [])),
    );
    const points = Float64Array.from(
      { length: 2 * rings.flat(2).reduce((sum, one) => sum + one, 0) },
      (_, i) => i,
    );
    return new Promise((resolve, reject) => {
      const reply = { result: { rings, gaps: [] }, buffers: [new DataView(points.buffer)] };
      this.waiting.push(() => (this.isGone ? reject(new Error("gone")) : resolve(reply as never)));
    });
  }
}

function viewAt(sectionDepth: number): View {
  return { sectionDepth, sectionThickness: 50 } as View;
}

describe("outlines of volumes", () => {
  it("come for the section shown, and then for those beside it", async () => {
    const kernel = new Kernel();
    kernel.outlines.viewChanged(viewAt(50));
    expect(kernel.outlines.at(50)).toBeUndefined();
    await kernel.answered();
    expect(
      kernel.outlines
        .at(50)
        ?.get(1)
        ?.map((ring) => [...ring]),
    ).toEqual([[0, 1, 2, 3, 4, 5]]);
    expect(
      kernel.outlines
        .at(50)
        ?.get(2)
        ?.map((ring) => [...ring]),
    ).toEqual([
      [6, 7],
      [8, 9, 10, 11],
    ]);
    await kernel.answered();
    expect(kernel.requests.map(({ depths }) => depths)).toEqual([[50], [100, 0, 150, -50]]);
    expect(kernel.outlines.at(100)?.get(1)).toEqual([]);
    expect(kernel.outlines.isComplete).toBe(true);
    kernel.outlines.viewChanged(viewAt(100));
    expect(kernel.requests.at(-1)?.depths).toEqual([200]);
  });

  it("are asked for one request at a time, for where the view is by then", async () => {
    const kernel = new Kernel();
    for (const depth of [0, 1000, 2000]) kernel.outlines.viewChanged(viewAt(depth));
    await kernel.answered();
    expect(kernel.requests.map(({ depths }) => depths)).toEqual([[0], [2000]]);
  });

  it("are asked for anew when other volumes are shown", async () => {
    const kernel = new Kernel();
    kernel.outlines.viewChanged(viewAt(0));
    await kernel.answered();
    kernel.keys = [3];
    expect(kernel.outlines.at(0)).toBeUndefined();
    await kernel.answered();
    expect(kernel.requests.at(-1)).toEqual({ keys: [3], depths: [0] });
    kernel.keys = [];
    kernel.outlines.viewChanged(viewAt(0));
    await kernel.answered();
    expect(kernel.outlines.isComplete).toBe(true);
  });

  it("that cannot be read are told once, and tried again when the view moves", async () => {
    const kernel = new Kernel();
    kernel.isGone = true;
    kernel.outlines.viewChanged(viewAt(0));
    await kernel.answered();
    expect(kernel.failures).toHaveLength(1);
    expect(kernel.requests).toHaveLength(1);
    kernel.isGone = false;
    kernel.outlines.viewChanged(viewAt(0));
    await kernel.answered();
    expect(kernel.outlines.at(0)).toBeDefined();
  });
});
