/** How far work in a course is, as both widgets of a course have it. */
import { localTime } from "../times";

export type CourseStatus = "open" | "working" | "on hold" | "done" | "given back" | "accepted";

export interface CourseMessage {
  id: number;
  author: string;
  text: string;
  /** ISO 8601. */
  time: string;
  /** The node that it is about. */
  treenode_id: number | null;
}

export interface CourseProgress {
  status: CourseStatus;
  nodes: number;
  /** nm. */
  cable_length: number;
  minutes: number;
  /** -1: nothing was begun, or the first node is gone. */
  skeleton_id: number;
  /** ISO 8601. */
  handed_in: string | null;
  messages: CourseMessage[];
}

const WORDS: Record<CourseStatus, string> = {
  open: "not begun",
  working: "working",
  "on hold": "on hold",
  done: "handed in",
  "given back": "given back",
  accepted: "accepted",
};

export function statusInWords(status: CourseStatus): string {
  return WORDS[status];
}

/** What there is of a neuron, in a few words. */
export function progressInWords(of: CourseProgress): string {
  if (of.status === "open") return "Nothing is traced yet.";
  if (of.skeleton_id < 0) return "The first node was deleted: undo that, or begin anew.";
  const nodes = of.nodes === 1 ? "1 node" : `${of.nodes.toLocaleString("en")} nodes`;
  return `${nodes}, ${cableInWords(of.cable_length)}, ${minutesInWords(of.minutes)} of work.`;
}

/** By when a neuron is to be handed in, in the browser's time; empty if there is no such time. */
export function dueInWords(due: string | null, handedIn: string | null, now: number = Date.now()): string {
  if (due === null) return "";
  const isLate = (handedIn === null ? now : Date.parse(handedIn)) > Date.parse(due);
  return `${localTime(due).slice(0, 16)}${isLate ? " (late)" : ""}`;
}

function cableInWords(nm: number): string {
  return nm < 1000 ? `${Math.round(nm)} nm` : `${(nm / 1000).toFixed(1)} µm`;
}

export function minutesInWords(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} min`;
  return `${Math.floor(whole / 60)} h ${whole % 60} min`;
}
