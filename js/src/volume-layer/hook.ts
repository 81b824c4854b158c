/** State of a volume layer for tests: `globalThis.catmaid.volumes[layer_id]`. */

export interface VolumesHook {
  /** Whether the outlines of the section shown, and of those beside it, are here. */
  readonly isComplete: boolean;
  /** Numbers of rings of the volumes in the section shown. */
  readonly rings: readonly number[];
}

/** Publish a layer's hook; returns a function that removes it. */
export function exposeHook(layerId: string, hook: VolumesHook): () => void {
  const scope = globalThis as { catmaid?: { volumes?: Record<string, VolumesHook> } };
  scope.catmaid ??= {};
  scope.catmaid.volumes ??= {};
  const { volumes } = scope.catmaid;
  volumes[layerId] = hook;
  return () => {
    if (volumes[layerId] === hook) delete volumes[layerId];
  };
}
