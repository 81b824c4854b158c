/** What a published page carries: one deflated pack of JSON and bytes. */

/** Where bytes lie behind the JSON: start and length. */
export type Span = [start: number, length: number];

/** What a request has besides its method. */
export type Params = Record<string, unknown>;

/** An answer, or a part of one. */
export interface AnswerPart {
  result: unknown;
  buffers: Uint8Array[];
}

/** An answer of a widget's kernel side, as it was when the page was made. */
export interface SavedAnswer {
  method: string;
  /** It answers requests that have these parameters, whatever else they have. */
  params: Params;
  result: unknown;
  buffers: Span[];
}

export interface SavedModel {
  /** Name of the bundle. */
  module: string;
  state: Record<string, unknown>;
  answers: SavedAnswer[];
}

export interface SavedContent {
  models: Record<string, SavedModel>;
  /** Bundles by name. */
  modules: Record<string, Span>;
}

export interface SavedPage extends SavedContent {
  bytes(span: Span): Uint8Array<ArrayBuffer>;
}

/**
 * Read the pack: base64 of zlib's deflate of the length of the JSON (uint32, little-endian), the JSON, and the bytes.
 *
 * @throws Error if it is damaged.
 */
export async function readSavedPage(base64: string): Promise<SavedPage> {
  const packed = bytesOfBase64(base64.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = await new Response(stream).arrayBuffer();
  const length = new DataView(all).getUint32(0, true);
  const content = JSON.parse(new TextDecoder().decode(new Uint8Array(all, 4, length))) as SavedContent;
  return { ...content, bytes: ([start, size]) => new Uint8Array(all, 4 + length + start, size) };
}

/** Browsers of 2025 and newer do it themselves, in a tenth of the time. */
interface ReadsBase64 {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const own = (Uint8Array as ReadsBase64).fromBase64?.(text);
  if (own) return own;
  const letters = atob(text);
  const found = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) found[at] = letters.charCodeAt(at);
  return found;
}
