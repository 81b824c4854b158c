import type { AnyModel } from "@anywidget/types";
import { encode } from "@msgpack/msgpack";
import { afterEach, describe, expect, it, vi } from "vitest";
import { array, type Column } from "../src/shared/columns";
import { KernelSilent, Rpc } from "../src/shared/rpc";

interface Sent {
  rid: number;
  method?: string;
  cancel?: number;
}

/** A model whose kernel side is the test. */
function model(): {
  model: AnyModel;
  sent: Sent[];
  answer(content: object, buffers?: DataView[]): void;
  restart(): void;
  /** The notebook's session tells of it, and nobody tells the widget. */
  shutDown(): void;
} {
  const sent: Sent[] = [];
  const listeners = new Map<string, (content?: object, buffers?: DataView[]) => void>();
  let isGone = false;
  const heard = new Set<() => void>();
  const kernelChanged = {
    connect: (slot: () => void) => void heard.add(slot),
    disconnect: (slot: () => void) => void heard.delete(slot),
  };
  const fake = {
    widget_manager: { context: { sessionContext: { kernelChanged } } },
    on: (event: string, heard: () => void) => void listeners.set(event, heard),
    off: () => {},
    send: (content: Sent) => {
      if (isGone) throw new Error("Cannot send");
      sent.push(content);
    },
  };
  return {
    model: fake as unknown as AnyModel,
    sent,
    answer: (content, buffers = []) => listeners.get("msg:custom")?.(content, buffers),
    restart: () => {
      // The host tells of it first.
      listeners.get("comm_live_update")?.();
      isGone = true;
    },
    shutDown: () => {
      isGone = true;
      for (const slot of heard) slot();
    },
  };
}

afterEach(() => void vi.useRealTimers());

describe("a request", () => {
  it("gets the answer with its own id", async () => {
    const kernel = model();
    const rpc = new Rpc(kernel.model);
    const [first, second] = [rpc.call<string>("a"), rpc.call<string>("b")];
    kernel.answer({ rid: kernel.sent[1]?.rid, result: "for b" });
    kernel.answer({ rid: kernel.sent[0]?.rid, result: "for a" });
    expect((await first).result).toBe("for a");
    expect((await second).result).toBe("for b");
  });

  it("fails when the kernel is restarted, also one that waits for ever", async () => {
    const kernel = model();
    const rpc = new Rpc(kernel.model);
    const call = rpc.call("edit", {}, { timeoutMs: 0 });
    kernel.restart();
    await expect(call).rejects.toThrow(KernelSilent);
    await expect(rpc.call("edit")).rejects.toThrow("Run the cell again");
  });

  it("is told that the kernel was shut down, until it is disposed", async () => {
    for (const isDisposed of [false, true]) {
      const kernel = model();
      const rpc = new Rpc(kernel.model);
      const gone = vi.fn();
      rpc.onGone(gone);
      if (isDisposed) rpc.dispose();
      kernel.shutDown();
      await new Promise((passed) => setTimeout(passed));
      expect(gone).toHaveBeenCalledTimes(isDisposed ? 0 : 1);
    }
  });

  it("fails with what the kernel says", async () => {
    const kernel = model();
    const call = new Rpc(kernel.model).call("edit");
    const error = { code: "conflict", message: "Somebody moved it.", detail: null };
    kernel.answer({ rid: kernel.sent[0]?.rid, error });
    await expect(call).rejects.toMatchObject({ code: "conflict", message: "Somebody moved it." });
  });

  it("is cancelled in the kernel when it is aborted", async () => {
    const kernel = model();
    const controller = new AbortController();
    const call = new Rpc(kernel.model).call("nodes", {}, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(kernel.sent[1]).toEqual({ cancel: kernel.sent[0]?.rid });
  });

  it("fails when the kernel stays silent", async () => {
    vi.useFakeTimers();
    const call = new Rpc(model().model).call("nodes", {}, { timeoutMs: 100 });
    const outcome = expect(call).rejects.toBeInstanceOf(KernelSilent);
    vi.advanceTimersByTime(101);
    await outcome;
  });

  it("decodes a columnar payload at any alignment", async () => {
    const kernel = model();
    const call = new Rpc(kernel.model).callBinary<{ x: Column }>("nodes");
    const values = new Float64Array([1.5, -2.25, 1e300]);
    const column = { dtype: "<f8", shape: [3], data: new Uint8Array(values.buffer) };
    const payload = encode({ x: column });
    const shifted = new Uint8Array(payload.length + 3);
    shifted.set(payload, 3);
    kernel.answer({ rid: kernel.sent[0]?.rid, binary: true }, [new DataView(shifted.buffer, 3)]);
    expect(array((await call).x)).toEqual(values);
  });
});

it("a request to a kernel that was restarted fails at once, in words", async () => {
  const kernel = model();
  kernel.model.send = () => {
    throw new Error("Cannot send");
  };
  const call = new Rpc(kernel.model).call("edit", {}, { timeoutMs: 0 });
  await expect(call).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("again"),
  });
});

describe("an event", () => {
  it("reaches those who listen, until they stop", () => {
    const kernel = model();
    const rpc = new Rpc(kernel.model);
    const heard: unknown[] = [];
    const stop = rpc.on("changed", (data) => heard.push(data));
    kernel.answer({ event: "changed", data: { version: 1 } });
    stop();
    kernel.answer({ event: "changed", data: { version: 2 } });
    expect(heard).toEqual([{ version: 1 }]);
  });

  it("may come with others in one message", () => {
    const kernel = model();
    const rpc = new Rpc(kernel.model);
    const heard: unknown[] = [];
    rpc.on("changed", (data) => heard.push(data));
    kernel.answer({ event: "changed", all: [{ version: 1 }, { version: 2 }] });
    expect(heard).toEqual([{ version: 1 }, { version: 2 }]);
  });
});
