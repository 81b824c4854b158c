import { afterEach, expect, it } from "vitest";
import { claimContext, releaseContext } from "../../src/viewer3d/canvas/contexts";

class Holder {
  isLive = false;

  giveWay(): void {
    this.isLive = false;
  }

  use(): void {
    claimContext(this);
    this.isLive = true;
  }
}

const holders = Array.from({ length: 20 }, () => new Holder());
afterEach(() => {
  for (const one of holders) releaseContext(one);
});

it("lets eight have a context: those that were used last", () => {
  for (const one of holders) one.use();
  const live = (): number[] => [...holders.keys()].filter((at) => holders[at]?.isLive);
  expect(live()).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  holders[12]?.use();
  holders[0]?.use();
  expect(live()).toEqual([0, 12, 14, 15, 16, 17, 18, 19]);
  const released = holders[19];
  if (released) releaseContext(released);
  holders[1]?.use();
  expect(live()).toContain(14);
});
