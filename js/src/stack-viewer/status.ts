/** The state of the image in words. */

import { ImageFailure } from "../shared/image/failure";
import type { PaintReport } from "../shared/image/painter";
import { KernelSilent, RpcError } from "../shared/rpc";
import type { Stack } from "../shared/stack";
import type { StackView } from "../shared/view";
import { ERROR_CODE } from "../wire/facts";
import type { Status } from "./state";

export interface Account {
  status: Status;
  /** For the person; empty when the picture speaks for itself. */
  text: string;
  /** Whether trying again could help. */
  retry: boolean;
}

export function accountOf(report: PaintReport, stack: Stack, view: StackView, hasSnapshot: boolean): Account {
  const quiet = { text: "", retry: false };
  switch (report.state) {
    case "complete":
      return { status: "ready", ...quiet };
    case "loading":
      return { status: "loading", ...quiet };
    case "failed":
      return failure(report.error, hasSnapshot);
    case "broken":
      return {
        status: "broken",
        text: `Section ${view.section} is marked as broken: it has no image.`,
        retry: false,
      };
    case "no-tiles":
      return { status: "no-tiles", text: noTiles(stack, view), retry: false };
    case "outside":
      return { status: "outside", text: outside(stack, view), retry: false };
  }
}

function failure(error: unknown, hasSnapshot: boolean): Account {
  if (error instanceof KernelSilent) {
    const text = hasSnapshot ? `${error.message} This is the last picture that was saved.` : error.message;
    return { status: "offline", text, retry: true };
  }
  return { status: "unreachable", text: `${reason(error)} Trying again…`, retry: true };
}

function reason(error: unknown): string {
  if (error instanceof ImageFailure) return `No image: ${error.message}`;
  if (!(error instanceof RpcError)) return "Some images cannot be read.";
  return error.code === ERROR_CODE.UNREACHABLE
    ? "The image service does not answer."
    : `No image: ${error.message}`;
}

function noTiles(stack: Stack, { section }: StackView): string {
  const saved = stack.saved_sections;
  if (!saved) return `Section ${section} has no image here.`;
  if (section < saved[0] || section > saved[1])
    return `Section ${section} was not saved with this page, which has sections ${saved[0]} to ${saved[1]}.`;
  return "The image of this place was not saved with this page.";
}

function outside(stack: Stack, view: StackView): string {
  const last = stack.dimension[2] - 1;
  if (view.section < 0 || view.section > last) {
    return `Section ${view.section} is outside the stack, which has sections 0 to ${last}.`;
  }
  return "This place is outside the stack.";
}
