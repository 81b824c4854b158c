/** Unpacks geometry beside the page: bundled as text (build.mjs) and started by worker-client.ts. */
import { type UnpackedAnswer, type UnpackedNeuron, unpackAnswer, type Vector } from "./unpack";

export interface UnpackRequest {
  request: number;
  body: Uint8Array;
  origin: Vector | null;
}

/** `ready` is sent once, at the start. */
export type WorkerMessage =
  | { kind: "ready" }
  | { kind: "unpacked"; request: number; answer: UnpackedAnswer }
  | { kind: "refused"; request: number; message: string };

interface WorkerScope {
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<UnpackRequest>) => void) | null;
}

function buffersOf({ positions, parents, levels }: UnpackedNeuron): Transferable[] {
  const columns = Object.values(levels ?? {}).filter((column) => ArrayBuffer.isView(column));
  return [positions, parents, ...columns].map(({ buffer }) => buffer as ArrayBuffer);
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { request, body, origin } }) => {
  try {
    const answer = unpackAnswer(body, origin);
    scope.postMessage({ kind: "unpacked", request, answer }, answer.neurons.flatMap(buffersOf));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: "refused", request, message });
  }
};
scope.postMessage({ kind: "ready" });
