/** How neurons go into a selection that the kernel side knows by name. */

export type Way = "new" | "add" | "replace" | "remove";

export const WAYS: ReadonlyArray<[way: Way, title: string, hint: string]> = [
  ["new", "New selection", "Put them into a new selection"],
  ["add", "Add", "Add them to the selection"],
  ["replace", "Replace", "Let the selection have these only"],
  ["remove", "Remove", "Take them out of the selection"],
];
