/** One view of a 3D viewer: ties selection, picture, camera, controls and synced state together. */
import type { AnyModel, Host } from "@anywidget/types";
import { type Box3, Color, Sphere, Vector3 } from "three";
import type { KeysState } from "../shared/bindings/user-keys";
import { Messages } from "../shared/messages";
import type { ServiceNews } from "../shared/panel-lines";
import type { Rpc } from "../shared/rpc";
import type { SelectionStore } from "../shared/selection/store";
import { onTheme } from "../shared/theme-changes";
import { Arrivals } from "./arrivals";
import { SpaceControls, type SpaceControlsHost } from "./camera/controls";
import { Moving } from "./camera/moving";
import { SpaceCamera } from "./camera/space-camera";
import { syncCamera } from "./camera/sync";
import { SpaceFrame } from "./frame";
import { SpaceOverlay } from "./helpers/overlay";
import { hookOf } from "./hook";
import { Looking } from "./looking";
import { type NeuronCounts, NeuronScene } from "./neuron-scene";
import type { PickedNode } from "./neurons/neuron-lines";
import type { SceneContent, ViewerParts } from "./parts";
import type { ScreenPoint } from "./picking/projection";
import { SpacePicture } from "./picture";
import { SpacePointing, type SpacePointingHost } from "./pointing";
import { Scenery } from "./scenery";
import { FollowedStack } from "./section/followed-stack";
import { Snapshots, takeSnapshot } from "./snapshot";
import { SpaceKeys } from "./space-keys";
import type { EditedNeurons, Viewer3DState } from "./state";
import { activeText, countsText, emptyText, reasonOf } from "./status";
import { type Theme, themeOf } from "./theme";
import { SpaceToolbar, SWITCHES, type Switch } from "./toolbar";

const PICK_TOLERANCE = 7;

export class Viewer3D {
  readonly root: HTMLElement;
  private readonly frame: SpaceFrame;
  private readonly overlay = new SpaceOverlay();
  private readonly camera = new SpaceCamera();
  private readonly moving = new Moving(() => this.picture.invalidate());
  private readonly picture: SpacePicture;
  private readonly neurons: NeuronScene;
  private readonly scenery: Scenery;
  private readonly stack: FollowedStack;
  private readonly pointing: SpacePointing;
  private readonly looking: Looking;
  private readonly toolbar: SpaceToolbar;
  private readonly messages: Messages;
  private readonly keys: SpaceKeys;
  private readonly snapshots: Snapshots;
  /** What the tool bar and keys do. */
  private readonly commands = {
    view: (name: string) => this.looking.look(name),
    keptViews: () => this.looking.kept.open(),
    fit: () => this.looking.fit(),
    toggleKind: () => this.looking.toggleKind(),
    switch: (trait: Switch, isOn: boolean) => this.save({ [trait]: isOn }),
    help: () => this.keys.toggleHelp(),
  };
  private readonly stopping = new AbortController();
  private readonly arrivals = new Arrivals();
  private theme: Theme | null = null;
  /** What is shown, until it changes: the box around it, and how much it is. */
  private shown: { box: Box3; counts: NeuronCounts } | null = null;
  private pointed: PickedNode | null = null;
  private outline: ScreenPoint[] | null = null;
  private firstPictureMs: number | null = null;
  private readonly startedAt = performance.now();
  private becomeReady: () => void = () => {};
  private readonly ready = new Promise<void>((resolve) => {
    this.becomeReady = resolve;
  });

  constructor(
    private readonly model: AnyModel<Viewer3DState>,
    private readonly rpc: Rpc,
    private readonly selection: SelectionStore,
    page: Host,
  ) {
    this.frame = new SpaceFrame(this.overlay.canvas, (height) => this.save({ height }));
    this.root = this.frame.root;
    this.messages = new Messages(() => this.frame.stage.focus({ preventScroll: true }));
    this.looking = new Looking(model, this.camera, rpc, {
      arrived: () => this.ready.then(() => this.neurons.arrived()),
      box: (ids) => this.boxOf(ids),
      save: (change) => this.save(change),
      focus: () => this.frame.stage.focus({ preventScroll: true }),
      tell: (sentence) => this.messages.notify("info", sentence),
    });
    this.toolbar = new SpaceToolbar(this.commands, this.looking.kept);
    this.frame.assemble(this.toolbar.node, this.messages, model.get("version_shown"));
    this.keys = new SpaceKeys(model as unknown as AnyModel<KeysState>, rpc, this.toolbar, this.messages);
    this.picture = new SpacePicture(this.frame, this.camera, this.moving, {
      prepare: () => this.arrange(this.camera),
      placed: () => this.neurons.chooseDetail(this.moving.edges, this.camera),
      drawn: () => this.drawn(),
      content: () => this.sphere(),
      edges: () => this.neurons.lines.edges,
      lines: () => this.neurons.flatLines(),
      resized: () => this.looking.resized(),
      say: (sentence) => this.frame.showPictureNotice(sentence),
    });
    this.neurons = new NeuronScene(selection, rpc, this.picture.origin, {
      changed: () => this.contentChanged(),
      refine: () => this.picture.invalidate(),
      loaded: () => {
        this.loaded();
        this.scenery.neuronsChanged();
      },
      failed: (error) => this.failed(error),
    });
    this.scenery = new Scenery(model, rpc, this.neurons, this.picture.origin, {
      arrivals: this.arrivals,
      changed: () => this.picture.invalidate(),
      volumesChanged: () => this.loaded(),
      legend: (of, parts) => this.frame.showLegend(of, parts),
      failed: (error) => this.messages.notify("error", reasonOf(error)),
    });
    this.stack = new FollowedStack(model, page, {
      arrivals: this.arrivals,
      changed: () => this.contentChanged(),
      moveTo: (point) => this.camera.moveTo(point),
      notify: (level, text) => this.messages.notify(level, text),
    });
    this.snapshots = new Snapshots(() => this.keepSnapshot());
    this.picture.scene.add(this.neurons.object, this.stack.plane.object, ...this.scenery.objects);
    this.pointing = new SpacePointing(selection, rpc, this.pointingHost());
    new SpaceControls(this.frame.stage, this.camera, this.controlsHost(), this.stopping.signal);
    Object.assign(this.root, {
      catmaid3d: hookOf({
        ...this.parts,
        firstPictureMs: () => this.firstPictureMs,
        pick: (px, py) => this.neurons.pick(this.camera, px, py, PICK_TOLERANCE),
      }),
    });
  }

  /** Start, once the root element is in the page. */
  start(): void {
    const { signal } = this.stopping;
    const end = (stop: () => void): void => signal.addEventListener("abort", stop);
    // First, so that they are on their way while there comes a canvas to draw them on.
    this.neurons.start();
    end(syncCamera(this.model, this.camera, this.looking));
    end(this.camera.onChange(() => this.cameraMoved()));
    this.camera.setKind(this.camera.kind);
    this.follow("height", () => this.frame.setHeight(this.model.get("height")));
    this.follow("background", () => this.themeChanged());
    for (const [name, apply] of this.scenery.traits) this.follow(name, apply);
    this.follow("views", () => {
      this.toolbar.showViews(Object.keys(this.model.get("views")));
      this.looking.kept.show();
    });
    this.follow("stack_viewer", () => this.toolbar.showLinked(this.stack.isLinked));
    for (const [name] of SWITCHES)
      this.follow(name, () => {
        this.toolbar.showSwitch(name, this.model.get(name));
        this.picture.invalidate();
      });
    onTheme(() => this.themeChanged(), signal);
    for (const what of ["flags", "removed"] as const)
      end(this.selection.subscribe(what, () => this.scenery.neuronsChanged()));
    for (const what of ["active", "removed"] as const)
      end(this.selection.subscribe(what, () => this.activeChanged()));
    end(this.rpc.on("changed", (news) => this.edited(news as EditedNeurons)));
    end(this.rpc.on("service", (news) => this.serviceChanged(news as ServiceNews)));
    this.picture.start();
    this.stack.start();
    this.keys.start();
    this.activeChanged();
    this.follow("asked_view", () => void this.looking.doAsked());
  }

  /** What is added to a viewer works with these. */
  get parts(): ViewerParts {
    return {
      root: this.root,
      toolbar: this.toolbar.node,
      camera: this.camera,
      picture: this.picture,
      neurons: this.neurons,
      selection: this.selection,
      nodeColors: (id) => this.scenery.nodeColors(id),
      neuronThings: this.scenery.neuronThings,
      messages: this.messages,
      ready: this.ready,
      arrivals: this.arrivals,
      arrange: (camera) => this.arrange(camera),
      sphere: () => this.sphere(),
      ink: () => this.themeNow().ink,
      labels: () => this.scenery.labels,
      legend: (of, parts) => this.frame.showLegend(of, parts),
      background: () => this.themeNow().paper,
      changed: () => this.loaded(),
    };
  }

  /** Show more than neurons and volumes. */
  add(content: SceneContent): void {
    this.scenery.add(content);
  }

  dispose(): void {
    this.stopping.abort();
    this.keys.dispose();
    this.snapshots.dispose();
    this.moving.dispose();
    this.looking.dispose();
    this.pointing.dispose();
    this.neurons.dispose();
    this.stack.dispose();
    this.scenery.dispose();
    this.messages.dispose();
    this.picture.dispose();
    this.root.remove();
  }

  /** Let all that depends on who looks be as a camera sees it. */
  private arrange(camera: SpaceCamera): void {
    const theme = this.themeNow();
    const { origin } = this.picture;
    this.stack.prepare(origin, theme.accent);
    this.scenery.prepare(camera, this.content.box.clone().translate(origin), theme.line);
  }

  private drawn(): void {
    const { counts } = this.content;
    this.drawOverlay();
    this.frame.showScale(this.model.get("show_scale"), this.camera.nmPerPixel);
    this.frame.showCounts(countsText(counts));
    this.frame.showProgress(counts.loaded, counts.visible - counts.gone);
    const { isLoading } = this.neurons;
    if (!isLoading || counts.seen === counts.visible - counts.gone)
      this.firstPictureMs ??= performance.now() - this.startedAt;
    if (!isLoading) {
      this.messages.showStatus(emptyText(counts));
      this.becomeReady();
    }
    this.snapshots.later();
  }

  /** Draw what is over the picture, which stays as it is. */
  private drawOverlay(): void {
    this.overlay.draw(this.camera, this.themeNow(), {
      labels: this.scenery.labels,
      showOrientation: this.model.get("show_orientation"),
      active: this.stack.active,
      cross: this.stack.place,
      pointed: this.pointed && this.picture.inProject(this.pointed.point),
      outline: this.outline,
    });
  }

  /** What is to be seen, relative to the scene's origin. */
  private sphere(): Sphere {
    const box = this.content.box
      .clone()
      .union(this.scenery.box.translate(this.picture.origin.clone().negate()));
    if (this.stack.plane.object.visible) box.expandByObject(this.stack.plane.object);
    return box.isEmpty() ? new Sphere(new Vector3(), 1) : box.getBoundingSphere(new Sphere());
  }

  /** Around neurons, or by default around all visible ones and the volumes; project space. */
  private boxOf(ids?: readonly number[]): Box3 {
    const box = ids ? this.neurons.bounds(ids) : this.content.box.clone();
    box.translate(this.picture.origin);
    if (!ids) box.union(this.scenery.volumesBox);
    return box.isEmpty() && !ids ? this.scenery.box : box;
  }

  private get content(): { box: Box3; counts: NeuronCounts } {
    this.shown ??= { box: this.neurons.bounds(), counts: this.neurons.counts };
    return this.shown;
  }

  private contentChanged(): void {
    this.shown = null;
    this.picture.invalidate();
  }

  private loaded(): void {
    this.contentChanged();
    this.looking.more();
  }

  private failed(error: unknown): void {
    const retry = { label: "Try again", run: () => this.neurons.retry() };
    this.messages.showStatus(reasonOf(error), retry);
  }

  private cameraMoved(): void {
    this.moving.moved();
    // What was under the pointer is elsewhere now.
    this.pointing.moved(null);
    this.toolbar.showKind(this.camera.kind);
    this.picture.invalidate();
  }

  private edited({ skeleton_ids: ids }: EditedNeurons): void {
    this.pointing.forget(ids);
    this.neurons.edited(ids);
    this.scenery.edited(ids);
    this.activeChanged();
  }

  private serviceChanged({ is_up: isUp, message }: ServiceNews): void {
    this.frame.showService(isUp ? "" : message);
    if (isUp) this.neurons.retry();
  }

  private activeChanged(): void {
    const { active } = this.selection;
    if (active === null) {
      this.frame.showActive("");
      return;
    }
    const show = (text: string): void => {
      if (this.selection.active === active) this.frame.showActive(text);
    };
    this.pointing.factsOf(active).then(
      (facts) => show(activeText(facts)),
      () => show(`active: skeleton ${active}`),
    );
  }

  private themeChanged(): void {
    this.theme = null;
    this.neurons.lines.setHighlight(new Color().setStyle(this.themeNow().ink).getHex());
    this.frame.setBackground(this.model.get("background"), this.themeNow());
    this.picture.invalidate();
  }

  private themeNow(): Theme {
    this.theme ??= themeOf(this.root, this.model.get("background"));
    return this.theme;
  }

  private keepSnapshot(): void {
    const image = this.moving.isMoving ? null : this.picture.image();
    const snapshot = image && takeSnapshot([image, this.overlay.canvas], this.themeNow().paper);
    if (snapshot && snapshot.image !== this.model.get("snapshot").image) this.save({ snapshot });
  }

  private save(change: Partial<Viewer3DState>): void {
    for (const [name, value] of Object.entries(change)) this.model.set(name as keyof Viewer3DState, value);
    this.model.save_changes();
  }

  private pointingHost(): SpacePointingHost {
    return {
      pick: (px, py, tolerance) => this.neurons.pick(this.camera, px, py, tolerance),
      inside: (outline) => this.neurons.lines.inside(this.camera.three, outline, this.camera.size),
      pointed: (node) => this.showPointed(node),
      name: (text, place) => this.frame.showName(text, place),
      notify: (level, text) => this.messages.notify(level, text),
      isLinked: () => this.stack.isLinked,
      inProject: (point) => this.picture.inProject(point),
    };
  }

  private controlsHost(): SpaceControlsHost {
    return {
      keymap: this.keys.keymap,
      mode: () => this.toolbar.mode,
      clicked: (click) => this.pointing.clicked(click),
      pointed: (place) => this.pointing.moved(place),
      outlining: (outline) => this.showOutline(outline),
      outlined: (outline, isMore) => {
        this.showOutline(null);
        this.pointing.outlined(outline, isMore);
      },
      hold: (isHeld) => this.moving.hold(isHeld),
      placed: () => this.looking.placed(),
      ...this.commands,
      leave: () => this.toolbar.focus(),
    };
  }

  private showPointed(node: PickedNode | null): void {
    if (node === null && this.pointed === null) return;
    this.pointed = node;
    this.frame.stage.toggleAttribute("data-pointed", node !== null);
    this.drawOverlay();
  }

  private showOutline(outline: ScreenPoint[] | null): void {
    this.outline = outline;
    this.drawOverlay();
  }

  /** Apply a trait now and whenever it changes. */
  private follow(name: keyof Viewer3DState, apply: () => void): void {
    this.model.on(`change:${name}`, apply);
    this.stopping.signal.addEventListener("abort", () => this.model.off(`change:${name}`, apply));
    apply();
  }
}
