/** The synced traits of a list of jobs, and what its kernel side answers; how jobs are told. */

export interface JobsState {
  height: number;
  /** The jobs as they were last seen, for pages that have no kernel. */
  jobs: JobInList[];
}

export interface JobInList {
  id: number;
  title: string;
  user: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  is_cancel_wanted: boolean;
  done: number;
  total: number | null;
  note: string;
  file: string | null;
  file_bytes: number | null;
  /** ISO 8601. */
  created: string;
}

export interface JobLogEntry {
  time: string;
  text: string;
}

export function isActive({ state }: JobInList): boolean {
  return state === "waiting" || state === "running";
}

/** 0 to 1; null while that is unknown. */
export function progressOf({ state, done, total }: JobInList): number | null {
  if (state === "done") return 1;
  return total ? done / total : null;
}

/** How a job is, in words. */
export function stateInWords(job: JobInList): string {
  if (isActive(job) && job.is_cancel_wanted) return "is being cancelled";
  const progress = progressOf(job);
  if (job.state === "running" && progress !== null) return `running, ${Math.floor(100 * progress)} %`;
  return job.state;
}

/** How many jobs there are, and how many of them have not ended. */
export function countInWords(jobs: JobInList[]): string {
  const active = jobs.filter(isActive).length;
  const all = `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`;
  return active ? `${all}, ${active} not ended` : all;
}

export function sizeInWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(unit && value < 10 ? 1 : 0)} ${units[unit]}`;
}
