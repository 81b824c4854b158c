/** The synced traits of the tutorial. */
export interface TutorialState {
  titles: string[];
  /** Counted from 0. */
  step: number;
  /** What to do. */
  text: string;
  /** What is right or wrong. */
  verdict: string;
  done: boolean[];
}
