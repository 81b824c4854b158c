/** Whether the person may edit here, and what is said of it before the first click. */
import type { AnyModel } from "@anywidget/types";
import type { Kernel } from "./data/kernel";
import type { TracingState } from "./state";

/** What the kernel side says of archived projects. */
const ARCHIVED = "archived";

export interface EditRightsContext {
  model: AnyModel<TracingState>;
  kernel: Pick<Kernel, "lackingPermissions">;
  changed(): void;
}

export class EditRights {
  private lacking: readonly string[] = [];

  constructor(private readonly context: EditRightsContext) {}

  readonly isReadOnly = (): boolean => this.context.model.get("read_only") || this.lacking.length > 0;

  /** Ask the server what the person may. */
  async load(): Promise<void> {
    // Where nobody tells, the service refuses who may not.
    this.lacking = await this.context.kernel.lackingPermissions().catch(() => []);
    if (this.lacking.length > 0) this.context.changed();
  }

  /** A sentence for those who may not edit; empty for others. */
  banner(): string {
    const { model } = this.context;
    const version = model.get("version_shown");
    if (version) return `As of ${version}, read only`;
    const offer = model.get("import_offer");
    if (model.get("read_only") && offer) return `The neurons of “${offer.source}” are read only.`;
    if (model.get("read_only")) return "Read only: nothing is edited in this viewer.";
    if (this.lacking.length === 0) return "";
    if (this.lacking.includes(ARCHIVED))
      return "This project is archived: it can be read, and nobody edits it.";
    const what = this.lacking.join(" and ");
    return `You may look here but not edit: an administrator of the project can give you ${what}.`;
  }
}
