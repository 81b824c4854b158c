/** The keys of a 3D viewer as its user has them: what a press asks for, the help, and the hints of buttons. */
import type { AnyModel } from "@anywidget/types";
import { helpOf } from "../shared/bindings/help-panel";
import { companyOf, Keymap } from "../shared/bindings/keymap";
import { type KeysState, UserKeys } from "../shared/bindings/user-keys";
import type { Messages } from "../shared/messages";
import type { Rpc } from "../shared/rpc";
import { GESTURES } from "./camera/keys";
import type { SpaceToolbar } from "./toolbar";

export class SpaceKeys {
  readonly keymap = new Keymap(companyOf("space"));
  private readonly own: UserKeys;

  constructor(
    model: AnyModel<KeysState>,
    rpc: Rpc,
    toolbar: SpaceToolbar,
    private readonly messages: Messages,
  ) {
    this.own = new UserKeys(model, rpc, this.keymap, () => toolbar.nameKeys(this.keymap));
  }

  start(): void {
    void this.own.load();
  }

  toggleHelp(): void {
    this.messages.toggleHelp(helpOf(["space"], GESTURES), this.own);
  }

  dispose(): void {
    this.own.dispose();
  }
}
