import type { AnyModel } from "@anywidget/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { companyOf, Keymap } from "../src/shared/bindings/keymap";
import { type KeysState, UserKeys } from "../src/shared/bindings/user-keys";
import type { Rpc } from "../src/shared/rpc";

const OWN = { "tracing.parent": ["p"] };

/** A viewer of a user, whose kernel answers or does not. */
function viewer(place: string, answer: () => unknown) {
  const state: KeysState = { user_keys: {}, keys_place: place };
  const model = {
    get: (name: keyof KeysState) => state[name],
    set: (name: keyof KeysState, value: never) => Object.assign(state, { [name]: value }),
    save_changes: () => {},
    on: () => {},
    off: () => {},
  } as unknown as AnyModel<KeysState>;
  const call = vi.fn(async (..._: unknown[]) => ({ result: answer() }));
  const keymap = new Keymap(companyOf("view"));
  const keys = new UserKeys(model, { call } as unknown as Rpc, keymap, () => {});
  return { state, call, keymap, keys };
}

beforeEach(() => vi.stubGlobal("window", new EventTarget()));
afterEach(() => void vi.unstubAllGlobals());

test("what the server keeps is taken over; without an answer the workspace's keys stay", async () => {
  const kept = viewer("here", () => OWN);
  await kept.keys.load();
  expect([kept.state.user_keys, kept.keymap.holder("p")]).toEqual([OWN, "tracing.parent"]);
  const alone = viewer("here", () => {
    throw new Error("no kernel");
  });
  alone.state.user_keys = OWN;
  await alone.keys.load();
  expect(alone.state.user_keys).toEqual(OWN);
});

test("a change holds in all viewers of the same user in the page", async () => {
  const [one, other, stranger] = ["here", "here", "there"].map((place) => viewer(place, () => null));
  expect(await one?.keys.keep(OWN)).toBe("");
  expect(one?.call).toHaveBeenCalledWith("keep_user_keys", { keys: OWN });
  expect([one, other, stranger].map((each) => each?.keymap.holder("p"))).toEqual([
    "tracing.parent",
    "tracing.parent",
    "tracing.peek",
  ]);
});

test("a change that the server does not keep is said to be kept in the workspace only", async () => {
  const one = viewer("here", () => {
    throw new Error("You lack the right.");
  });
  expect(await one.keys.keep(OWN)).toBe("It is kept in this notebook's workspace only: You lack the right.");
  expect(one.state.user_keys).toEqual(OWN);
});
