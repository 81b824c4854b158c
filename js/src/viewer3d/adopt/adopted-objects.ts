/** Objects of pythreejs in the scene: they follow their models, and Python hears what is not drawn. */
import type { AnyModel } from "@anywidget/types";
import { Box3, Group, type Object3D, type Vector3 } from "three";
import type { Rpc } from "../../shared/rpc";
import type { SceneContent } from "../parts";
import type { OldObject } from "./old-objects";
import { Rebuilder, type UndrawnObject } from "./rebuild";

const IN_TRAITS = "IPY_MODEL_";

/** A model of pythreejs, as far as it is used here. */
interface OldModel {
  initPromise?: Promise<unknown>;
  obj?: OldObject;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

interface WidgetManager {
  get_model(id: string): Promise<unknown>;
}

export interface AdoptedState {
  /** References to models of pythreejs. */
  objects: string[];
}

export class AdoptedObjects implements SceneContent {
  readonly object = new Group();
  private readonly adopted = new Map<string, AdoptedObject>();
  private readonly failed = new Map<string, UndrawnObject[]>();
  private reported = "[]";
  private isStopped = false;
  private readonly follow = (): void => void this.update();

  constructor(
    private readonly model: AnyModel<AdoptedState>,
    private readonly rpc: Rpc,
    private readonly changed: () => void,
  ) {
    this.object.name = "pythreejs";
    model.on("change:objects", this.follow);
    void this.update();
  }

  get box(): Box3 {
    const box = new Box3();
    const { position } = this.object;
    for (const { object } of this.adopted.values()) if (object) box.expandByObject(object);
    return box.isEmpty() ? box : box.translate(position.clone().negate());
  }

  prepare(origin: Vector3): void {
    this.object.position.copy(origin).negate();
    this.object.updateMatrixWorld();
  }

  dispose(): void {
    this.isStopped = true;
    this.model.off("change:objects", this.follow);
    for (const one of this.adopted.values()) one.dispose();
    this.adopted.clear();
  }

  /** Have the objects that Python has, and no others. */
  private async update(): Promise<void> {
    const wanted = this.model.get("objects") ?? [];
    for (const [reference, one] of this.adopted)
      if (!wanted.includes(reference)) {
        one.dispose();
        this.adopted.delete(reference);
      }
    for (const reference of [...this.failed.keys()])
      if (!wanted.includes(reference)) this.failed.delete(reference);
    await Promise.all(
      wanted.filter((reference) => !this.adopted.has(reference)).map((reference) => this.adopt(reference)),
    );
    this.redrawn();
  }

  private async adopt(reference: string): Promise<void> {
    const adopted = new AdoptedObject(this.object, () => this.redrawn());
    this.adopted.set(reference, adopted);
    try {
      const model = await oldModel(this.model, reference);
      if (this.isStopped || this.adopted.get(reference) !== adopted) return;
      this.failed.delete(reference);
      adopted.follow(model);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.failed.set(reference, [{ object: "", reason }]);
    }
  }

  private redrawn(): void {
    if (this.isStopped) return;
    this.changed();
    const problems = [...this.adopted].flatMap(([reference, { problems: own }]) =>
      [...own, ...(this.failed.get(reference) ?? [])].map((one) => ({
        ...one,
        model_id: reference.replace(IN_TRAITS, ""),
      })),
    );
    const text = JSON.stringify(problems);
    if (text === this.reported) return;
    this.reported = text;
    this.rpc.call("not_drawn", { problems }).catch(() => {
      this.reported = "";
    });
  }
}

async function oldModel(model: AnyModel<AdoptedState>, reference: string): Promise<OldModel> {
  // Not a part of anywidget's interface, but models of all hosts that have pythreejs have it.
  const manager = (model as unknown as { widget_manager?: WidgetManager }).widget_manager;
  if (!manager) throw new Error("This page has no pythreejs.");
  const found = (await manager.get_model(reference.replace(IN_TRAITS, ""))) as OldModel;
  await found.initPromise;
  if (!found.obj)
    throw new Error("The page's pythreejs made no object of it: is its extension installed there?");
  return found;
}

/** One object with all below it. */
class AdoptedObject {
  object: Object3D | null = null;
  private readonly rebuilder = new Rebuilder();
  private model: OldModel | null = null;
  private scheduled = 0;
  private readonly modelChanged = (): void => {
    // A change in Python comes as several: one for each trait.
    if (this.scheduled === 0) this.scheduled = setTimeout(() => this.rebuild()) as unknown as number;
  };

  constructor(
    private readonly parent: Group,
    private readonly redrawn: () => void,
  ) {}

  get problems(): readonly UndrawnObject[] {
    return this.rebuilder.problems;
  }

  follow(model: OldModel): void {
    this.model = model;
    for (const event of ["change", "childchange"]) model.on(event, this.modelChanged);
    this.rebuild();
  }

  dispose(): void {
    clearTimeout(this.scheduled);
    for (const event of ["change", "childchange"]) this.model?.off(event, this.modelChanged);
    this.model = null;
    if (this.object) this.parent.remove(this.object);
    this.object = null;
    this.rebuilder.dispose();
  }

  private rebuild(): void {
    this.scheduled = 0;
    if (!this.model?.obj) return;
    const made = this.rebuilder.rebuild(this.model.obj);
    if (this.object) this.parent.remove(this.object);
    this.object = made;
    this.parent.add(made);
    this.parent.updateMatrixWorld(true);
    this.redrawn();
  }
}
