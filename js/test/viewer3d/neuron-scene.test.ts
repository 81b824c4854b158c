import { Sphere, Vector3 } from "three";
import { beforeEach, expect, it, vi } from "vitest";
import type { Rpc } from "../../src/shared/rpc";
import { FLAG } from "../../src/shared/selection/delta";
import { SelectionStore } from "../../src/shared/selection/store";
import { SpaceCamera } from "../../src/viewer3d/camera/space-camera";
import { type NeuronCounts, NeuronScene } from "../../src/viewer3d/neuron-scene";
import { countsText, emptyText, failureText } from "../../src/viewer3d/status";
import { answerOf, randomArbor } from "./arbors";

const ARBORS = [randomArbor(11, 40), randomArbor(12, 1), randomArbor(13, 25)];
const IDS = ARBORS.map(({ skeletonId }) => skeletonId);
const GONE = 99;

interface Asked {
  skeleton_ids: number[];
  overview?: boolean;
  known: [number, number][];
}

let store: SelectionStore;
let asked: Asked[];
let isAway: boolean;
/** Skeletons that come as overviews first. */
let large: number[];
let scene: NeuronScene;
const failed = vi.fn();
const loaded = vi.fn();

beforeEach(async () => {
  store = new SelectionStore({
    send: () => {},
    state: async () => ({ message: { col: "all", from: 0, rev: 0, mask: 63, active: null }, buffers: [] }),
  });
  await store.ready;
  asked = [];
  isAway = false;
  large = [];
  failed.mockReset();
  loaded.mockReset();
  const call = async (_method: string, params: Asked) => {
    asked.push(params);
    if (isAway) throw new Error("away");
    const wanted = ARBORS.filter(({ skeletonId }) => params.skeleton_ids.includes(skeletonId));
    if (params.overview && large.length > 0) {
      const coarse = wanted.filter(({ skeletonId }) => large.includes(skeletonId));
      return { result: undefined, buffers: [new DataView(answerOf(coarse, { version: -1 }).slice().buffer)] };
    }
    const found = wanted;
    const gone = params.skeleton_ids.filter((id) => id === GONE);
    return { result: undefined, buffers: [new DataView(answerOf(found, { gone }).slice().buffer)] };
  };
  const host = { changed: () => {}, refine: () => {}, loaded, failed };
  scene = new NeuronScene(store, { call } as unknown as Rpc, new Vector3(), host);
});

async function settled(): Promise<void> {
  await vi.waitFor(() => expect(scene.isLoading).toBe(false));
}

it("loads what is visible, once", async () => {
  store.add([...IDS, GONE]);
  const [first = 0] = IDS;
  store.setFlags([first], FLAG.VISIBLE, 0);
  scene.start();
  await settled();
  expect(asked.map(({ skeleton_ids: ids }) => ids)).toEqual([[...IDS.slice(1), GONE]]);
  store.setFlags([first], FLAG.VISIBLE, FLAG.VISIBLE);
  await settled();
  expect(asked[1]?.skeleton_ids).toEqual([first]);
  expect(scene.counts).toMatchObject({ loaded: IDS.length, nodes: 66, gone: 1 });
  store.setFlags([first], FLAG.VISIBLE, 0);
  store.setColors([first], 0xff0000ff);
  expect(asked.length).toBe(2);
  expect(scene.bounds([first]).isEmpty()).toBe(false);
});

it("shows overviews until neurons come, and keeps to the looks of the selection", async () => {
  const [first = 0, , third = 0] = IDS;
  large = [first, third];
  store.add(IDS);
  store.setFlags([third], FLAG.VISIBLE, 0);
  const seen: NeuronCounts[] = [];
  loaded.mockImplementation(() => {
    seen.push(scene.counts);
    if (seen.length === 1) {
      expect(scene.bounds([first]).isEmpty()).toBe(false);
      expect(scene.visibleHere()).toEqual([]);
      expect(scene.rowsOf(first)).toBeUndefined();
      store.remove([first]);
      expect(scene.counts.seen).toBe(0);
      store.add([first]);
    }
  });
  scene.start();
  await settled();
  expect(asked.map(({ overview }) => overview ?? false).slice(0, 2)).toEqual([true, false]);
  expect(seen[0]).toMatchObject({ loaded: 0, seen: 1, nodes: 0 });
  expect(scene.counts).toMatchObject({ loaded: 2, seen: 2, nodes: 41 });
  expect(scene.rowsOf(first)).toBe(40);
});

it("comes without overviews where there are none", async () => {
  large = [999];
  store.add(IDS);
  scene.start();
  await settled();
  expect(asked.map(({ overview }) => overview ?? false)).toEqual([true, false]);
  expect(scene.counts.loaded).toBe(IDS.length);
});

it("asks again for what was edited, with the versions that it has", async () => {
  store.add(IDS);
  scene.start();
  await settled();
  const [first = 0] = IDS;
  scene.edited([first, 999]);
  await settled();
  expect(asked[1]?.skeleton_ids).toEqual([first]);
  expect(asked[1]?.known.map(([id]) => id)).toEqual([first]);
  scene.edited(null);
  await settled();
  expect(asked[2]?.skeleton_ids).toEqual(IDS);
});

it("tells of a failure once, and tries again when it is asked to", async () => {
  isAway = true;
  store.add(IDS);
  scene.start();
  await settled();
  expect(failed).toHaveBeenCalledOnce();
  isAway = false;
  scene.retry();
  await settled();
  expect(scene.counts.loaded).toBe(IDS.length);
});

it("forgets what is removed, and drops what comes after its end", async () => {
  store.add(IDS);
  scene.start();
  await settled();
  const [first = 0, ...others] = IDS;
  store.remove([first]);
  expect(scene.counts).toMatchObject({ neurons: others.length, loaded: others.length });
  store.add([first]);
  scene.dispose();
  await settled();
  expect(scene.lines.position(first, 0)).toBeNull();
});

it("draws a neuron that was selected when it was removed with thin lines when it comes again", async () => {
  const camera = new SpaceCamera();
  camera.resize({ width: 800, height: 600 });
  const [first = 0] = IDS;
  const wide = (): number => {
    const sphere = scene.bounds().getBoundingSphere(new Sphere());
    camera.fit(scene.bounds());
    camera.place(new Vector3(), sphere);
    scene.refineFor(camera);
    return scene.lines.thickEdges.wide;
  };
  store.add(IDS);
  store.select([first]);
  scene.start();
  await settled();
  expect(wide()).toBeGreaterThan(0);
  store.remove([first]);
  store.add([first]);
  await settled();
  expect([scene.counts.loaded, wide()]).toEqual([IDS.length, 0]);
});

it("says in words what there is", () => {
  const counts = { neurons: 1200, visible: 1100, loaded: 1000, seen: 1100, gone: 2, nodes: 1 };
  expect(countsText(counts)).toBe(
    "1,200 neurons, 100 hidden, 1 node, 1,000 of 1,098 loaded, 2 gone from the project",
  );
  expect(emptyText(counts)).toBe("");
  expect(emptyText({ ...counts, visible: 0 })).toBe("All neurons are hidden.");
  expect(emptyText({ ...counts, neurons: 0 })).toContain("add some");
});

it("says in sentences why it could not begin, with one advice", () => {
  const begin = "These neurons cannot be shown.";
  const advice = "Run the cell again to see them in space.";
  expect(failureText(new Error("It is away"))).toBe(`${begin} It is away. ${advice}`);
  expect(failureText("What is that?")).toBe(`${begin} What is that? ${advice}`);
  const restarted = "The kernel has been restarted. Run the cell again.";
  expect(failureText(new Error(restarted))).toBe(`${begin} ${restarted}`);
});

it("has arrived when nothing is on its way, also after edits and what is added meanwhile", async () => {
  const [first = 0, second = 0, third = 0] = IDS;
  store.add([first]);
  scene.start();
  store.add([second]);
  await scene.arrived();
  expect(scene.missing).toBe(0);
  expect(scene.counts.loaded).toBe(2);
  scene.edited([first]);
  expect(scene.isLoading).toBe(true);
  await scene.arrived();
  expect(asked.map(({ skeleton_ids: ids }) => ids)).toEqual([[first], [second], [first]]);
  isAway = true;
  store.add([third]);
  await scene.arrived();
  expect(scene.missing).toBe(1);
});
