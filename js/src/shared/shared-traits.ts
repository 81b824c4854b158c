/** Traits that programs and pages change: see `shared_traits.py`. */
import type { AnyModel } from "@anywidget/types";

export interface SharedTraits {
  /** How often a program has set one of them; comes with each value. Absent in what older versions saved. */
  _program_changes?: number;
  /** How many of these the page knew that has sent values last. */
  _known_changes?: number;
}

/** Set shared traits together with what the page knows of the program's changes; `save_changes` sends them. */
export function setShared<State extends SharedTraits>(model: AnyModel<State>, values: Partial<State>): void {
  const known: SharedTraits = { _known_changes: model.get("_program_changes") ?? 0 };
  for (const [name, value] of Object.entries({ ...known, ...values }))
    model.set(name as keyof State, value as State[keyof State]);
}
