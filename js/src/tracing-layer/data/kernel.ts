/** The requests of the tracing layer to the kernel side of its widget. */
import { typed } from "../../shared/columns";
import type { Person, Plane, Point } from "../../shared/layer";
import { turned, turnedPlaces } from "../../shared/planes";
import type { Rpc } from "../../shared/rpc";
import type { Answer } from "../edit/edit";
import { NO_LIMIT } from "../edit/patience";
import type { EditRequest } from "../edit/queue";
import type { ReviewSegments } from "../review/walk";
import type { Box } from "./loader";
import type { Change, Corners } from "./news";
import type { Payload } from "./payload";
import type { IdsToRead } from "./selection";

export type Direction = "parent" | "child" | "root" | "next_branch" | "previous_branch";

export interface Neighbour {
  treenode_id: number;
  x: number;
  y: number;
  z: number;
}

/** Who made, edited and reviewed a node; ISO 8601. */
export interface NodeAuthors {
  author: string;
  created: string;
  editor: string;
  edited: string;
  reviewers: string[];
}

/** Where a walk along points to proofread is; without a treenode it is at its end. */
export interface PointStop {
  treenode_id: number | null;
  skeleton_id: number | null;
  x: number;
  y: number;
  z: number;
  text: string;
}

export interface TaggedNode extends Neighbour {
  /** nm. */
  distance: number;
  labels: string[];
}

/** A node that the user goes back to, or only a place where there is none. */
export interface NodeBookmark {
  name: string;
  node_id: number | null;
  skeleton_id: number | null;
  x: number;
  y: number;
  z: number;
}

export interface SkeletonInfo {
  skeleton_id: number;
  name: string;
  nodes: number;
}

/** The neuron of a skeleton; cable_length in nm. */
export interface ActiveNeuron {
  skeleton_id: number;
  neuron_id: number;
  name: string;
  author: string;
  nodes: number;
  cable_length: number;
  /** Percent of its nodes that anybody has reviewed. */
  reviewed: number;
  /** From where it was imported, in words; empty for what was made here, absent in what older versions saved. */
  origin?: string;
}

export interface NamedNeurons {
  neurons: Array<{ skeleton_id: number; name: string }>;
  total: number;
  /** Of the only one, nm. */
  root: { root_id: number; x: number; y: number; z: number } | null;
}

/** Who changed or deleted a node last, and when. */
export interface LastChange extends Pick<Change, "version" | "username" | "time" | "is_own_user"> {
  is_deleted: boolean;
  /** What was done, as in the log. */
  words: string;
  /** The nearest ancestor of a deleted treenode that exists. */
  ancestor: { id: number; x: number; y: number; z: number } | null;
}

/** One of the arbors that a split or a join makes or takes; cable_length in nm. */
export interface PreviewedPart {
  nodes: number;
  cable_length: number;
  positions: Float32Array;
  parents: Int32Array;
}

/** `user` is empty where the server does not tell. */
export interface GivenAnnotation {
  name: string;
  user_id: number;
  user: string;
}

/** What a person should know of a neuron before it is split or joined. */
export interface ConcernedNeuron {
  skeleton_id: number;
  name: string;
  /** Empty if it is the user's own. */
  owner: string;
  annotations: GivenAnnotation[];
  locked_by: string[];
  is_stable: boolean;
  may_edit: boolean;
  /** Percent of its nodes that anybody has reviewed. */
  reviewed: number;
  samplers: number;
}

export interface EditPreview {
  parts: PreviewedPart[];
  /** Of the parts, in their order; one of a split. */
  neurons: ConcernedNeuron[];
  /** Where they part or meet, as the positions relative to the first node, nm. */
  marks: Point[];
}

/** What the kernel side answers about nodes: parameters and answer by method. */
export interface NodeQuestions {
  children: [{ treenode_id: number }, Neighbour[]];
  /** Of each way to the next branch or end: its first node, the first that says something, its last. */
  branches: [{ treenode_id: number }, Array<[first: Neighbour, noted: Neighbour, last: Neighbour]>];
  noted_before: [{ treenode_id: number }, Neighbour | null];
  /** Of any skeleton where that is null. */
  nearest: [
    { x: number; y: number; z: number; skeleton_id: number | null },
    (Neighbour & { skeleton_id: number }) | null,
  ];
  edited_last: [{ skeleton_id: number | null; own: boolean }, Neighbour | null];
  tagged: [{ x: number; y: number; z: number; pattern: string }, TaggedNode[]];
  node_authors: [{ node_id: number }, NodeAuthors | null];
  /** nm, along the skeleton. */
  distance: [{ skeleton_id: number; treenode_ids: [number, number] }, number];
  /** Name of the volume that a place is outside of, but should be in. */
  outside: [{ x: number; y: number; z: number }, string | null];
  /** Of the walk that a table began, or of the active skeleton. */
  next_point: [{ is_back: boolean; skeleton_id: number | null }, PointStop];
  /** Some nodes of a skeleton, which show how it runs. */
  outline: [{ skeleton_id: number }, Array<{ x: number; y: number; z: number }>];
  /** Copy a neuron into the project of the layer's offer. */
  import_neuron: [{ skeleton_id: number }, { skeleton_id: number; name: string; is_new: boolean }];
  seen_hints: [object, string[]];
  keep_hints: [{ hints: string[] }, null];
  bookmarks: [object, NodeBookmark[]];
  keep_bookmark: [NodeBookmark, null];
}

interface ReviewAnswer {
  skeleton_id: number;
  treenode_id: number | null;
  name: string;
  may_mark: boolean;
  own_in_team: boolean;
  last: number | null;
  suppressed: Array<[node: number, depth: number]>;
}

/** A review that is to begin: of a skeleton, or of what is distal to a treenode. */
export interface ReviewOrder {
  skeleton_id: number;
  treenode_id: number | null;
}

export interface ServiceState {
  state: "up" | "down";
  message: string;
  /** Edits that wait for the service. */
  pending: number;
}

/** Requests and answers in coordinates of the plane that the layer is shown in; the kernel has those of the project. */
export class Kernel {
  constructor(
    private readonly rpc: Rpc,
    private readonly plane: () => Plane = () => "xy",
  ) {}

  async nodes(box: Box, ids: IdsToRead, signal: AbortSignal): Promise<Payload> {
    const [left, top, z1] = this.turned([box.left, box.top, box.z1]);
    const [right, bottom, z2] = this.turned([box.right, box.bottom, box.z2]);
    const params = { left, top, z1, right, bottom, z2, ...ids };
    return turnedPlaces(this.plane(), await this.rpc.callBinary<Payload>("nodes", params, { signal }));
  }

  async edit(request: EditRequest): Promise<Answer> {
    const { op } = request;
    const [method, params] =
      op === "undo" || op === "redo" ? [op, { key: request.key }] : ["edit", this.turnedEdit(request)];
    const { result } = await this.rpc.call<Answer & { position?: Point | null }>(method, params, NO_LIMIT);
    return result.position ? { ...result, position: this.turned(result.position) } : result;
  }

  splitPreview(skeletonId: number, treenodeId: number): Promise<EditPreview> {
    return this.preview("split_preview", { skeleton_id: skeletonId, treenode_id: treenodeId });
  }

  joinPreview(skeletonIds: [number, number], treenodeIds: [number, number]): Promise<EditPreview> {
    return this.preview("join_preview", { skeleton_ids: skeletonIds, treenode_ids: treenodeIds });
  }

  /** Arbors as the method with this name has them. */
  async preview(method: string, params: object): Promise<EditPreview> {
    const { result, buffers } = await this.rpc.call<EditPreview>(method, params);
    const parts = result.parts.map((part, at) => ({
      ...part,
      positions: typed(Float32Array, buffers[2 * at]),
      parents: typed(Int32Array, buffers[2 * at + 1]),
    }));
    return { ...result, parts };
  }

  /** The permissions that the user lacks to edit. */
  async lackingPermissions(): Promise<string[]> {
    const { result } = await this.rpc.call<string[]>("lacking_permissions");
    return result;
  }

  /** Questions that the user does not want. */
  async unasked(): Promise<string[]> {
    const { result } = await this.rpc.call<string[]>("unasked");
    return result;
  }

  async askNoMore(question: string): Promise<void> {
    await this.rpc.call("ask_no_more", { question });
  }

  onUnasked(listener: (questions: string[]) => void): () => void {
    return this.rpc.on("unasked", (data) => listener((data as { questions: string[] }).questions));
  }

  /** The treenode in a direction along the arbor, null where it ends. */
  async neighbour(treenodeId: number, direction: Direction): Promise<Neighbour | null> {
    const params = { treenode_id: treenodeId, direction };
    const { result } = await this.rpc.call<Neighbour | null>("neighbour", params);
    return turnedPlaces(this.plane(), result);
  }

  /** Ends of the skeleton at which tracing may go on: the nearest first, or those that were made last. */
  async openEnds(treenodeId: number, skeletonId: number, newest: boolean): Promise<Neighbour[]> {
    const params = { treenode_id: treenodeId, skeleton_id: skeletonId, newest };
    const { result } = await this.rpc.call<Neighbour[]>("open_ends", params);
    return turnedPlaces(this.plane(), result);
  }

  /** Ask for something about nodes that may be anywhere. */
  async of<M extends keyof NodeQuestions>(
    method: M,
    params: NodeQuestions[M][0],
  ): Promise<NodeQuestions[M][1]> {
    const asked = turnedPlaces(this.plane(), params);
    const options = method === "import_neuron" ? NO_LIMIT : {};
    const { result } = await this.rpc.call<NodeQuestions[M][1]>(method, asked, options);
    return turnedPlaces(this.plane(), result);
  }

  /** What is to be reviewed of a skeleton, or of what is distal to `root`; of the skeleton that one of `near` is in. */
  async review(skeletonId: number, root: number | null, near: number[]): Promise<ReviewSegments> {
    const params = { skeleton_id: skeletonId, treenode_id: root, near };
    const { result, buffers } = await this.rpc.call<ReviewAnswer>("review", params);
    const suppressed = new Map<number, number[]>();
    for (const [node, depth] of result.suppressed)
      suppressed.set(node, [...(suppressed.get(node) ?? []), depth]);
    return {
      skeleton: result.skeleton_id,
      root: result.treenode_id,
      name: result.name,
      mayMark: result.may_mark,
      isOwnInTeam: result.own_in_team,
      last: result.last,
      suppressed,
      lengths: typed(Int32Array, buffers[0]),
      ids: typed(Int32Array, buffers[1]),
      places: this.turnedColumn(typed(Float64Array, buffers[2])),
      flags: typed(Uint8Array, buffers[3]),
    };
  }

  onReview(listener: (order: ReviewOrder) => void): () => void {
    return this.rpc.on("review", (data) => listener(data as ReviewOrder));
  }

  /** Null if there never was such a node, or the server does not tell. */
  async lastChange(nodeId: number): Promise<LastChange | null> {
    const { result } = await this.rpc.call<LastChange | null>("last_change", { node_id: nodeId });
    return turnedPlaces(this.plane(), result);
  }

  /** Names of all labels of the project. */
  async labels(): Promise<string[]> {
    const { result } = await this.rpc.call<string[]>("labels");
    return result;
  }

  async skeletons(skeletonIds: number[]): Promise<SkeletonInfo[]> {
    const { result } = await this.rpc.call<SkeletonInfo[]>("skeletons", { skeleton_ids: skeletonIds });
    return result;
  }

  /** Null if there is no such skeleton. */
  async neuron(skeletonId: number): Promise<ActiveNeuron | null> {
    const { result } = await this.rpc.call<ActiveNeuron | null>("neuron", { skeleton_id: skeletonId });
    return result;
  }

  /** Neurons with a name, or a part of one. */
  async named(name: string): Promise<NamedNeurons> {
    const { result } = await this.rpc.call<NamedNeurons>("named", { name });
    return turnedPlaces(this.plane(), result);
  }

  /** Names of all annotations of the project. */
  async annotationNames(): Promise<string[]> {
    const { result } = await this.rpc.call<string[]>("annotation_names");
    return result;
  }

  /** Of each skeleton, in their order: its annotations as a text, or how much of it is reviewed, in percent. */
  async neuronValues(of: "annotation" | "review", skeletonIds: number[]): Promise<Array<string | number>> {
    const params = { of, skeleton_ids: skeletonIds };
    const { result } = await this.rpc.call<Array<string | number>>("neuron_values", params);
    return result;
  }

  /** Ids and names of all users. */
  async users(): Promise<Array<[id: number, name: string]>> {
    const { result } = await this.rpc.call<Array<[number, string]>>("users");
    return result;
  }

  onChanged(listener: (change: Change) => void): () => void {
    return this.rpc.on("changed", (data) => {
      const change = data as Change;
      const box = (corners: Corners | null): Corners | null =>
        corners && [this.turned(corners[0]), this.turned(corners[1])];
      listener({ ...change, old_box: box(change.old_box), new_box: box(change.new_box) });
    });
  }

  /** Tell others where this page looks, nm; null: nowhere. */
  async here(position: Point | null, section: number | null): Promise<void> {
    await this.rpc.call("here", { position: position && this.turned(position), section });
  }

  onPresent(listener: (people: Person[]) => void): () => void {
    return this.rpc.on("present", (data) => {
      const { people } = data as { people: Person[] };
      listener(people.map((person) => ({ ...person, position: this.turned(person.position) })));
    });
  }

  onService(listener: (state: ServiceState) => void): () => void {
    return this.rpc.on("service", (data) => listener(data as ServiceState));
  }

  private turned(place: Readonly<Point>): Point {
    return turned(this.plane(), place);
  }

  private turnedEdit({ args, ...rest }: EditRequest): EditRequest {
    const places = turnedPlaces(this.plane(), args);
    const { treenodes, connectors } = places as Record<string, unknown>;
    const moved = { treenodes: this.turnedRows(treenodes), connectors: this.turnedRows(connectors) };
    return { ...rest, args: rest.op === "move_nodes" ? { ...places, ...moved } : places };
  }

  /** `[id, x, y, z]` each. */
  private turnedRows(rows: unknown): unknown {
    if (!Array.isArray(rows)) return rows;
    return rows.map(([id, ...place]: [number, number, number, number]) => [id, ...this.turned(place)]);
  }

  /** x, y and z one after the other. */
  private turnedColumn(places: Float64Array): Float64Array {
    if (this.plane() === "xy") return places;
    const made = new Float64Array(places.length);
    for (let at = 0; at < places.length; at += 3) {
      const [x = 0, y = 0, z = 0] = places.subarray(at, at + 3);
      made.set(this.turned([x, y, z]), at);
    }
    return made;
  }
}
