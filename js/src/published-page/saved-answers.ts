/** Answers from what was saved, in the place of the kernel and the service. */
import { messageOf } from "../shared/panel-lines";
import { ERROR_CODE } from "../wire/facts";
import { partOfAnswer, sourceOf } from "./answer-parts";
import type { ModelReply } from "./page-model";
import type { Params, SavedAnswer, SavedModel, SavedPage } from "./saved-page";

const NOT_SAVED =
  "This page was saved, and has no service behind it: nothing can be changed here, and this was not saved with it.";

/** What a page answers by itself: undefined if it does not. */
export type OwnMethod = (method: string, params: Params) => unknown;

interface Request {
  rid: number;
  method: string;
  params?: Params;
}

/** What a widget sent: a request, a change of a selection, or anything else, for which nothing comes. */
export async function replyTo(
  content: unknown,
  model: SavedModel,
  page: Pick<SavedPage, "bytes">,
  own: OwnMethod,
): Promise<ModelReply | null> {
  if (isRequest(content)) return answerOf(content, model, page, own);
  if (isDelta(content)) {
    // Nobody changes it but this page: as it is here, it is.
    const { page: from, seq } = content;
    return { content: { unchanged: { page: from, seq } }, buffers: [] };
  }
  return null;
}

async function answerOf(
  { rid, method, params = {} }: Request,
  model: SavedModel,
  page: Pick<SavedPage, "bytes">,
  own: OwnMethod,
): Promise<ModelReply> {
  const made = own(method, params);
  if (made !== undefined) return { content: { rid, result: made }, buffers: [] };
  const saved = model.answers.find((answer) => answer.method === sourceOf(method) && holds(answer, params));
  if (!saved) {
    const error = { code: ERROR_CODE.NOT_ALLOWED, message: NOT_SAVED };
    return { content: { rid, error }, buffers: [] };
  }
  const whole = { result: saved.result, buffers: saved.buffers.map((span) => page.bytes(span)) };
  try {
    const { result, buffers } = await partOfAnswer(method, whole, params);
    return { content: { rid, result }, buffers: buffers.map(viewOf) };
  } catch (error) {
    return {
      content: { rid, error: { code: ERROR_CODE.NOT_FOUND, message: messageOf(error) } },
      buffers: [],
    };
  }
}

/** Whether an answer is one to a request: its own parameters are those of the request. */
function holds(answer: SavedAnswer, params: Params): boolean {
  return Object.entries(answer.params).every(
    ([name, value]) => JSON.stringify(params[name]) === JSON.stringify(value),
  );
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function isRequest(content: unknown): content is Request {
  return typeof content === "object" && content !== null && "rid" in content && "method" in content;
}

function isDelta(content: unknown): content is { page: string; seq: number } {
  return typeof content === "object" && content !== null && "delta" in content;
}
