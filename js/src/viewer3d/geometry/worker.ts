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

/** Neurons of fewer nodes share a buffer: handing over thousands of small ones takes longer than unpacking does. */
const FEW_ROWS = 1000;

/** The buffers to be handed over. */
function buffersOf(neurons: UnpackedNeuron[]): Transferable[] {
  const small = neurons.filter(({ rows }) => rows < FEW_ROWS);
  const large = neurons.filter(({ rows }) => rows >= FEW_ROWS);
  return [shared(small), ...large.flatMap(columnsOf).map(([, , { buffer }]) => buffer as ArrayBuffer)];
}

type NumberColumn = Float32Array | Int32Array | Uint32Array;

/** Move the columns of neurons into one buffer. */
function shared(neurons: UnpackedNeuron[]): ArrayBuffer {
  const columns = neurons.flatMap(columnsOf);
  const buffer = new ArrayBuffer(columns.reduce((sum, [, , { byteLength }]) => sum + byteLength, 0));
  let start = 0;
  for (const [owner, name, column] of columns) {
    const make = column.constructor as new (
      buffer: ArrayBuffer,
      start: number,
      length: number,
    ) => NumberColumn;
    const moved = new make(buffer, start, column.length);
    moved.set(column);
    owner[name] = moved;
    start += column.byteLength;
  }
  return buffer;
}

type ColumnOwner = Record<string, unknown>;

function columnsOf(neuron: UnpackedNeuron): Array<[owner: ColumnOwner, name: string, column: NumberColumn]> {
  const { levels } = neuron;
  return [neuron as unknown as ColumnOwner, ...(levels ? [levels as unknown as ColumnOwner] : [])].flatMap(
    (owner) =>
      Object.entries(owner).flatMap(
        ([name, value]): Array<[ColumnOwner, string, NumberColumn]> =>
          ArrayBuffer.isView(value) ? [[owner, name, value as NumberColumn]] : [],
      ),
  );
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { request, body, origin } }) => {
  try {
    const answer = unpackAnswer(body, origin);
    scope.postMessage({ kind: "unpacked", request, answer }, buffersOf(answer.neurons));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage({ kind: "refused", request, message });
  }
};
scope.postMessage({ kind: "ready" });
