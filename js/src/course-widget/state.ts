/** The synced traits of a trainer's board, and how its cells are told. */
import type { Difference } from "../shared/course/differences";
import { type CourseProgress, minutesInWords, statusInWords } from "../shared/course/state";

export interface BoardStudent {
  id: number;
  username: string;
  full_name: string;
  initials: string;
}

export interface BoardSeed {
  id: number;
  level: number;
  /** With what stands for each student in braces. */
  name: string;
  task: string;
  stop: string;
  due: string | null;
  has_gold: boolean;
}

export interface BoardCell extends CourseProgress {
  student_id: number;
  seed_id: number;
  neuron: string;
}

export interface CourseBoardState {
  content: {
    course: { name: string };
    students: BoardStudent[];
    seeds: BoardSeed[];
    /** Student by student, each with all seeds. */
    cells: BoardCell[];
  };
  has_viewer: boolean;
  /** Whether a neuron can be opened beside the gold neuron, and whether one is open. */
  opens_reviews: boolean;
  has_review: boolean;
}

/** What a comparison with the gold neuron found. */
export interface Compared {
  sentence: string;
  /** SVG. */
  picture: string;
  differences: Difference[];
  /** Differences that are not in the list. */
  more: number;
}

/** A cell in a word or two. */
export function cellInWords(cell: BoardCell): string {
  if (cell.status === "open") return cell.messages.length ? `${cell.messages.length} ✉` : "–";
  const said = cell.messages.length ? ` · ${cell.messages.length} ✉` : "";
  return `${cell.nodes.toLocaleString("en")} n · ${minutesInWords(cell.minutes)}${said}`;
}

/** A cell in a sentence, for screen readers and on hover. */
export function cellInSentence(cell: BoardCell, student: BoardStudent): string {
  const messages = cell.messages.length === 1 ? "1 message" : `${cell.messages.length} messages`;
  const work = cell.status === "open" ? "" : `, ${cell.nodes} nodes, ${minutesInWords(cell.minutes)}`;
  return `${cell.neuron} of ${student.username}: ${statusInWords(cell.status)}${work}, ${messages}`;
}

/** How many neurons wait for the trainer, and how many are accepted. */
export function boardInWords(cells: BoardCell[]): string {
  const count = (status: string): number => cells.filter((cell) => cell.status === status).length;
  return `${count("done")} to look at, ${count("accepted")} of ${cells.length} accepted`;
}

/** The next cell that was handed in, after a place, or from the first one on; -1 if there is none. */
export function nextHandedIn(cells: BoardCell[], after: number): number {
  const later = cells.findIndex(({ status }, place) => place > after && status === "done");
  return later >= 0 ? later : cells.findIndex(({ status }) => status === "done");
}
