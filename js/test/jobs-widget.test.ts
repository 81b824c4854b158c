import { expect, test } from "vitest";
import {
  countInWords,
  type JobInList,
  progressOf,
  sizeInWords,
  stateInWords,
} from "../src/jobs-widget/state";

function job(change: Partial<JobInList>): JobInList {
  return {
    id: 1,
    title: "Crop",
    user: "ana",
    state: "running",
    is_cancel_wanted: false,
    done: 0,
    total: null,
    note: "",
    file: null,
    file_bytes: null,
    created: "2026-11-29T12:00:00Z",
    ...change,
  };
}

test("a job that runs tells how far it is, once that is known", () => {
  expect(stateInWords(job({}))).toBe("running");
  expect(stateInWords(job({ done: 43, total: 99 }))).toBe("running, 43 %");
  expect(stateInWords(job({ is_cancel_wanted: true }))).toBe("is being cancelled");
  expect(stateInWords(job({ state: "cancelled", is_cancel_wanted: true }))).toBe("cancelled");
});

test("what is done is done wholly", () => {
  expect(progressOf(job({ state: "done" }))).toBe(1);
  expect(progressOf(job({}))).toBe(null);
  expect(progressOf(job({ done: 1, total: 4 }))).toBe(0.25);
});

test("jobs are counted, and those that go on", () => {
  expect(countInWords([])).toBe("0 jobs");
  expect(countInWords([job({ state: "done" })])).toBe("1 job");
  expect(countInWords([job({ state: "waiting" }), job({ state: "failed" })])).toBe("2 jobs, 1 not ended");
});

test("sizes are read at a glance", () => {
  expect([999, 1500, 25_000_000, 3_210_000_000].map(sizeInWords)).toEqual([
    "999 B",
    "1.5 kB",
    "25 MB",
    "3.2 GB",
  ]);
});
