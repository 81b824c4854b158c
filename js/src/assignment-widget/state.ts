/** The synced traits of a student's assignments, and which of them is next. */
import type { CourseProgress, CourseStatus } from "../shared/course/state";

export interface Assignment extends CourseProgress {
  id: number;
  level: number;
  name: string;
  task: string;
  stop: string;
  /** ISO 8601. */
  due: string | null;
}

export interface AssignmentState {
  content: {
    course: { name: string; instructions: string; confidence_guide: string; trainer: string };
    seeds: Assignment[];
  };
  has_viewer: boolean;
}

/** What is to be done first; what was given back comes before what is new. */
const ORDER: CourseStatus[] = ["given back", "working", "open", "on hold"];

/** The assignment that is next, or after another one; null if all were handed in. */
export function nextAssignment(seeds: Assignment[], after?: number): Assignment | null {
  const place = seeds.findIndex(({ id }) => id === after);
  const turned = [...seeds.slice(place + 1), ...seeds.slice(0, place + 1)];
  for (const status of ORDER) {
    const found = turned.find((seed) => seed.status === status && (seed.id !== after || turned.length === 1));
    if (found) return found;
  }
  return turned.find(({ status }) => ORDER.includes(status)) ?? null;
}

/** What a student may do with an assignment. */
export function stepsFrom(status: CourseStatus): { mayHandIn: boolean; mayHold: boolean; mayGoOn: boolean } {
  return {
    mayHandIn: status === "working" || status === "on hold" || status === "given back",
    mayHold: status === "working" || status === "given back",
    mayGoOn: status === "on hold" || status === "done" || status === "given back",
  };
}

/** How much is done, as "1 of 3 accepted, 1 handed in". */
export function doneInWords(seeds: Assignment[]): string {
  const count = (status: CourseStatus): number => seeds.filter((seed) => seed.status === status).length;
  const accepted = `${count("accepted")} of ${seeds.length} accepted`;
  return count("done") ? `${accepted}, ${count("done")} handed in` : accepted;
}
