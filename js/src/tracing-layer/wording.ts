/** Parts of the messages of a tracing layer. */
import { RpcError } from "../shared/rpc";
import { ERROR_CODE } from "../wire/facts";

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
  if (!(reason instanceof RpcError)) return String(reason);
  if (reason.code === ERROR_CODE.CONFLICT)
    return "somebody has changed this meanwhile. Look again and repeat it.";
  return sentence(reason.message);
}

export function editsAre(count: number): string {
  return count === 1 ? "An edit is" : `${count} edits are`;
}

/** With a full stop at its end. */
export function sentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}
