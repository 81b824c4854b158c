/** Parts of the messages of a tracing layer. */
import { RpcError } from "../shared/rpc";

/** "ana deleted this at 12:03:05": what somebody did, with who it was and when, as far as that is known. */
export function deed(
  { username, time }: { username: string | null; time: string | null },
  what: string,
): string {
  const when = time === null ? "" : ` at ${new Date(time).toLocaleTimeString()}`;
  return `${username ?? "Somebody"} ${what}${when}`;
}

/** Why something failed. */
export function explain(reason: unknown): string {
  return reason instanceof RpcError ? sentence(reason.message) : String(reason);
}

export function editsAre(count: number): string {
  return count === 1 ? "An edit is" : `${count} edits are`;
}

/** With a full stop at its end. */
export function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
