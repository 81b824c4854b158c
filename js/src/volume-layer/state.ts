/** The synced traits of a layer of volumes. */

export interface OutlinedVolume {
  /** Another one for each volume that was ever shown. */
  key: number;
  name: string;
  /** CSS colour. */
  color: string;
}

export interface VolumeLayerState {
  layer_id: string;
  shown_volumes: OutlinedVolume[];
  visible: boolean;
  opacity: number;
  fill_opacity: number;
  /** CSS pixels. */
  line_width: number;
  show_names: boolean;
}
