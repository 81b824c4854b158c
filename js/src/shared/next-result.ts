/** How a viewer asks a search of its page for the neuron after one: an event at the search, which fills `next`. */

export const NEXT_RESULT = "cj-next-result";

export interface NextResult {
  /** A skeleton; null asks for the first. */
  after: number | null;
  next: number | null;
}
