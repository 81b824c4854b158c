/** The synced traits of a student's neuron beside the gold neuron. */
import type { Difference } from "../shared/course/differences";
import type { CourseProgress } from "../shared/course/state";

export interface HandInContent extends CourseProgress {
  student_id: number;
  seed_id: number;
  username: string;
  full_name: string;
  initials: string;
  neuron: string;
  level: number;
  task: string;
  stop: string;
  due: string | null;
  /** How both compare, or why they cannot be compared. */
  sentence: string;
  is_compared: boolean;
  differences: Difference[];
  /** Differences that are not in the list. */
  more: number;
}

export interface HandInState {
  content: HandInContent;
  has_viewer: boolean;
  can_close: boolean;
}
