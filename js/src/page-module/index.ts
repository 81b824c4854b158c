/** The model of a large module: the kernel sends its text once, and a page reads it once, for all its widgets. */
import type { AnyModel, InitializeProps } from "@anywidget/types";
import type { PageModuleExports, ViewModule } from "../shared/page-module";

interface PageModuleState {
  /** The module, as JavaScript. */
  text: string;
}

function initialize({ model }: InitializeProps<PageModuleState>): PageModuleExports {
  let reading: Promise<ViewModule> | null = null;
  const load = (): Promise<ViewModule> => {
    reading ??= read(model).catch((error) => {
      reading = null;
      throw error;
    });
    return reading;
  };
  // It comes with the first widget that needs it, so it is read while that one comes. Who asks is told of errors.
  load().catch(() => {});
  return { load };
}

async function read(model: AnyModel<PageModuleState>): Promise<ViewModule> {
  const address = URL.createObjectURL(new Blob([model.get("text")], { type: "text/javascript" }));
  try {
    const { default: module } = await import(address);
    return module as ViewModule;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export default { initialize };
