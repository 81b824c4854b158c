/** When all has come that is visible: files are made then, and not before. */
import type { Arrivals } from "./arrivals";
import type { NeuronScene } from "./neuron-scene";

export interface Coming {
  /** Settles when the neurons were drawn that were visible first. */
  readonly ready: Promise<void>;
  readonly neurons: Pick<NeuronScene, "arrived" | "isLoading" | "missing">;
  /** What comes beside the neurons' lines. */
  readonly arrivals: Arrivals;
}

/** Settles when nothing is on its way, also in a tab that nobody sees, in which nothing is drawn. */
export async function settled({ neurons, arrivals }: Omit<Coming, "ready">): Promise<void> {
  do {
    await neurons.arrived();
    // Colours and marks are asked for when neurons have come.
    await arrivals.settled();
  } while (neurons.isLoading);
}

/** @throws Error with a sentence if visible neurons could not be read. */
export async function requireAll(coming: Coming): Promise<void> {
  await coming.ready;
  await settled(coming);
  const { missing } = coming.neurons;
  if (missing === 0) return;
  const some = missing === 1 ? "1 visible neuron" : `${missing.toLocaleString("en")} visible neurons`;
  throw new Error(
    `${some} could not be read, and would be missing in it. Try again when the service answers.`,
  );
}
