/** How much of each neuron a picture shows: no more than can be seen, nor than a frame may have. */
import type { Camera } from "three";
import { type EdgeLevels, edgeCount, LEVELS } from "../geometry/ladders";
import type { NeuronBox } from "../geometry/unpack";
import type { Projection, ScreenSize } from "../picking/projection";

/** Lines that are moved by less look the same, CSS pixels. */
const UNSEEN_PX = 0.5;
/** Without a view nothing is unseen; then detail is given up in steps that begin here, nm. */
const FIRST_STEP_NM = 1;
const STEP = 1.5;
const MOST_STEPS = 64;
/** Level of a neuron that is out of the view. */
export const OUT_OF_VIEW = -1;

/** Who looks. */
export interface LineView {
  camera: Camera;
  size: ScreenSize;
}

export interface DetailedNeuron {
  readonly box: NeuronBox;
  readonly levels: EdgeLevels;
  /** Its nodes have colours of their own, which lines between fewer of them would lose. */
  readonly isShaded: boolean;
  /** The level that is drawn, or `OUT_OF_VIEW`. */
  level: number;
}

export interface ChosenDetail {
  edges: number;
  /** How much coarser than could be seen; 0: nothing is missing that could be. */
  coarseness: number;
}

interface NeuronInView<T> {
  neuron: T;
  /** nm under a pixel where the neuron is nearest. */
  nmPerPixel: number;
}

/**
 * Give each neuron its level.
 *
 * @param projection - of the view; null: all is in view, at full detail if the edges allow it
 * @param budgetEdges - that all neurons may have together; exceeded only if there is no coarser level
 */
export function chooseDetail<T extends DetailedNeuron>(
  neurons: Iterable<T>,
  projection: Projection | null,
  budgetEdges: number,
): ChosenDetail {
  const seen = neuronsInView(neurons, projection);
  let tolerance = projection ? UNSEEN_PX : 0;
  let edges = choose(seen, tolerance);
  let coarseness = 0;
  while (edges > budgetEdges && coarseness < MOST_STEPS) {
    tolerance = Math.max(STEP * tolerance, projection ? 0 : FIRST_STEP_NM);
    edges = choose(seen, tolerance);
    coarseness++;
  }
  return { edges, coarseness };
}

function neuronsInView<T extends DetailedNeuron>(
  neurons: Iterable<T>,
  projection: Projection | null,
): NeuronInView<T>[] {
  const seen: NeuronInView<T>[] = [];
  for (const neuron of neurons) {
    const nmPerPixel = projection ? projection.finestScale(neuron.box) : 1;
    if (nmPerPixel === null) neuron.level = OUT_OF_VIEW;
    else seen.push({ neuron, nmPerPixel });
  }
  return seen;
}

/** Give each neuron the coarsest level whose lines are not further from its nodes; the edges of all. */
function choose<T extends DetailedNeuron>(seen: readonly NeuronInView<T>[], tolerance: number): number {
  let edges = 0;
  for (const { neuron, nmPerPixel } of seen) {
    neuron.level = tolerance > 0 ? coarsestLevel(neuron, tolerance * nmPerPixel) : 0;
    edges += edgeCount(neuron.levels, neuron.level);
  }
  return edges;
}

function coarsestLevel({ levels, isShaded }: DetailedNeuron, tolerance: number): number {
  const losses = isShaded ? levels.spans : levels.deviations;
  let level = 0;
  while (level + 1 < LEVELS && (losses[level + 1] ?? Infinity) <= tolerance) level++;
  return level;
}
