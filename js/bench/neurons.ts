/** The page of the 3D viewer's own lines. */
import { fetchBytes } from "./measure";
import { NeuronBench } from "./neuron-bench";

const bench = new NeuronBench(document.body, (params) => fetchBytes("geometry", params));
Object.assign(window, { measure: (ids: number[]) => bench.run(ids) });
