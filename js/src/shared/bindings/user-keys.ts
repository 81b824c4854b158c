/** The keys that a user has changed: kept on the server, in the workspace, and the same in all viewers of a page. */
import type { AnyModel } from "@anywidget/types";
import type { Rpc } from "../rpc";
import type { ChangedKeys, Keymap } from "./keymap";

/** What a model of a viewer keeps of it. */
export interface KeysState {
  /** Chords by command, of those that are changed. */
  user_keys: ChangedKeys;
  /** Fingerprint of the server and its user. */
  keys_place: string;
}

const NEWS = "catmaid-keys";

interface KeysNews {
  place: string;
  changed: ChangedKeys;
}

export class UserKeys {
  private readonly stopping = new AbortController();

  constructor(
    private readonly model: AnyModel<KeysState>,
    private readonly rpc: Rpc,
    readonly keymap: Keymap,
    private readonly shown: () => void,
  ) {
    const follow = (): void => this.show(model.get("user_keys"));
    model.on("change:user_keys", follow);
    this.stopping.signal.addEventListener("abort", () => model.off("change:user_keys", follow));
    const heard = (event: Event): void => {
      const { place, changed } = (event as CustomEvent<KeysNews>).detail;
      if (place === model.get("keys_place")) this.show(changed);
    };
    window.addEventListener(NEWS, heard, { signal: this.stopping.signal });
    follow();
  }

  /** Take over what the server has; without it what the workspace has stays. */
  async load(): Promise<void> {
    try {
      const { result } = await this.rpc.call<ChangedKeys | null>("user_keys");
      if (result && JSON.stringify(result) !== JSON.stringify(this.keymap.changed)) this.take(result);
    } catch {
      // The workspace's keys are used: nothing that the person did has failed.
    }
  }

  /** Change keys in all viewers, and keep them; a sentence if they are kept in this workspace only. */
  async keep(changed: ChangedKeys): Promise<string> {
    this.take(changed);
    window.dispatchEvent(
      new CustomEvent<KeysNews>(NEWS, { detail: { place: this.model.get("keys_place"), changed } }),
    );
    try {
      // Published pages answer how long they keep them.
      return (await this.rpc.call<string | null>("keep_user_keys", { keys: changed })).result ?? "";
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `It is kept in this notebook's workspace only: ${reason}`;
    }
  }

  dispose(): void {
    this.stopping.abort();
  }

  private take(changed: ChangedKeys): void {
    this.model.set("user_keys", changed);
    this.model.save_changes();
    this.show(changed);
  }

  private show(changed: ChangedKeys): void {
    this.keymap.changed = changed;
    this.shown();
  }
}
