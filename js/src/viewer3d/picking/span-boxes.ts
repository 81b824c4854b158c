/** Boxes around spans of a neuron's nodes: most of them are far from a place of the screen. */

/** Nodes that are created one after the other mostly lie together. */
export const SPAN_ROWS = 128;

interface BoxedNeuron {
  readonly parents: Int32Array;
  readonly positions: Float32Array;
}

const known = new WeakMap<BoxedNeuron, Float32Array>();

/** For each span of rows the box around its nodes and their parents; made once for each object. */
export function spanBoxes(neuron: BoxedNeuron): Float32Array {
  let boxes = known.get(neuron);
  if (!boxes) {
    boxes = makeBoxes(neuron);
    known.set(neuron, boxes);
  }
  return boxes;
}

function makeBoxes({ parents, positions }: BoxedNeuron): Float32Array {
  const boxes = new Float32Array(6 * Math.ceil(parents.length / SPAN_ROWS));
  for (let at = 0; at < boxes.length; at += 6) {
    boxes.fill(Infinity, at, at + 3);
    boxes.fill(-Infinity, at + 3, at + 6);
  }
  for (let row = 0; row < parents.length; row++) {
    const box = 6 * Math.floor(row / SPAN_ROWS);
    const parent = parents[row] ?? -1;
    include(boxes, box, positions, 3 * row);
    if (parent >= 0) include(boxes, box, positions, 3 * parent);
  }
  return boxes;
}

function include(boxes: Float32Array, box: number, positions: Float32Array, at: number): void {
  for (let axis = 0; axis < 3; axis++) {
    const value = positions[at + axis] ?? 0;
    if (value < (boxes[box + axis] ?? 0)) boxes[box + axis] = value;
    if (value > (boxes[box + axis + 3] ?? 0)) boxes[box + axis + 3] = value;
  }
}
