/** An image that its source does not give, as the service says: asking in another way gives no other answer. */
export class ImageFailure extends Error {
  constructor(
    message: string,
    /** When asking again may help, ms; null if that is not said. */
    readonly retryMs: number | null = null,
  ) {
    super(message);
    this.name = "ImageFailure";
  }
}

/** What the service says with the image that it gives instead; null if it is the one that was asked for. */
export function failureOf(headers: Headers): ImageFailure | null {
  const said = headers.get("X-Image-Error");
  if (said === null) return null;
  const seconds = Number.parseFloat(headers.get("Retry-After") ?? "");
  return new ImageFailure(decodeURIComponent(said), Number.isFinite(seconds) ? 1_000 * seconds : null);
}
