/** Generated from the service's OpenAPI document by `make wire`: change that instead. */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Answers: {
            "treenode/create": components["schemas"]["TreenodeMade"];
            "treenode/insert": components["schemas"]["TreenodeInserted"];
            "treenode/delete": components["schemas"]["TreenodeDeleted"];
            "node/update": components["schemas"]["Moved"];
            "treenodes/{treenode_id}/confidence": components["schemas"]["ConfidenceSet"];
            "treenode/{treenode_id}/radius": components["schemas"]["RadiusSet"];
            "label/treenode/{node_id}/update": components["schemas"]["LabelsSet"];
            "label/treenode/{node_id}/remove": components["schemas"]["LabelRemoved"];
            "connector/create": components["schemas"]["ConnectorMade"];
            "connector/delete": components["schemas"]["ConnectorDeleted"];
            "link/create": components["schemas"]["LinkMade"];
            "link/delete": components["schemas"]["LinkDeleted"];
            "skeleton/join": components["schemas"]["SkeletonsJoined"];
            "skeleton/split": components["schemas"]["SkeletonSplit"];
            "skeleton/reroot": components["schemas"]["Rerooted"];
            "nodes/reviewed": components["schemas"]["MarkedNodes"];
        };
        /**
         * ChangedRadius
         * @description A radius before and after, nm.
         */
        ChangedRadius: {
            /** Format: date-time */
            edition_time: string;
            new: number;
            old: number;
            skeleton_id: number;
        };
        /**
         * ConfidenceSet
         * @description By parent or connector what changed.
         */
        ConfidenceSet: {
            message: string;
            updated_partners: {
                [key: string]: components["schemas"]["FormerConfidence"];
            };
        };
        /**
         * ConnectorDeleted
         * @description The connector as it was, for who wants to make it again; place in nm.
         */
        ConnectorDeleted: {
            confidence: number;
            connector_id: number;
            message: string;
            partners: components["schemas"]["FormerPartner"][];
            x: number;
            y: number;
            z: number;
        };
        /**
         * ConnectorMade
         * @description The new connector.
         */
        ConnectorMade: {
            /** Format: date-time */
            connector_edition_time: string;
            connector_id: number;
            /** @description Links made along with it: link, edition time, treenode, relation id. */
            created_links: [
                number,
                string,
                number,
                number
            ][];
        };
        /**
         * FormerConfidence
         * @description What it was before.
         */
        FormerConfidence: {
            /** Format: date-time */
            edition_time: string;
            old_confidence: number;
        };
        /**
         * FormerPartner
         * @description A treenode that was linked to the connector.
         */
        FormerPartner: {
            confidence: number;
            /** Format: date-time */
            edition_time: string;
            id: number;
            link_id: number;
            rel: string;
            rel_id: number;
        };
        /**
         * JoinChanges
         * @description What a join did to samplers: of the skeleton that lives on (win), and of the one that ends (lose).
         */
        JoinChanges: {
            n_samplers: number;
            n_samplers_win: number;
            n_samplers_lose: number;
            /** @default 0 */
            n_deleted_samplers: number;
            /** @default 0 */
            n_deleted_domains: number;
            /** @default 0 */
            n_deleted_intervals: number;
            /** @default 0 */
            n_added_domains: number;
            /** @default 0 */
            n_added_intervals: number;
            /** @default 0 */
            n_added_domain_ends: number;
        };
        /**
         * LabelRemoved
         * @description The use of the label that is gone.
         */
        LabelRemoved: {
            deleted_link: number;
            message: string;
        };
        /**
         * LabelsSet
         * @description Which labels came and went.
         */
        LabelsSet: {
            deleted_labels: string[];
            /** @description Those that stood there already, set by others. */
            duplicate_labels: string[];
            message: string;
            new_labels: string[];
            warning?: string;
        };
        /**
         * LinkDeleted
         * @description The link as it was.
         */
        LinkDeleted: {
            link_id: number;
            link_type: string;
            link_type_id: number;
            result: string;
        };
        /**
         * LinkMade
         * @description The new link.
         */
        LinkMade: {
            /** Format: date-time */
            link_edition_time: string;
            link_id: number;
            message: string;
            relation_id: number;
            /** @description That the skeleton is postsynaptic to this connector more than once, which is rarely meant. */
            warning?: string;
        };
        /**
         * MarkedNodes
         * @description The reviews; treenodes that do not exist any more are left out.
         */
        MarkedNodes: {
            /** Format: date-time */
            review_time: string;
            reviewer_id: number;
            treenode_ids: number[];
        };
        /**
         * Moved
         * @description How many nodes were moved, and from where: (id, time of edition, x, y, z), nm.
         */
        Moved: {
            old_connectors: [
                number,
                string,
                number,
                number,
                number
            ][] | null;
            old_treenodes: [
                number,
                string,
                number,
                number,
                number
            ][] | null;
            updated: number;
        };
        /**
         * RadiusSet
         * @description By treenode what changed, and the new radius (nm).
         */
        RadiusSet: {
            new_radius: number;
            success: boolean;
            updated_nodes: {
                [key: string]: components["schemas"]["ChangedRadius"];
            };
        };
        /**
         * Rerooted
         * @description The new root.
         */
        Rerooted: {
            newroot: number;
            skeleton_id: number;
        };
        /**
         * SkeletonSplit
         * @description Both skeletons, and where the cut is (nm).
         */
        SkeletonSplit: {
            existing_skeleton_id: number;
            new_skeleton_id: number;
            /** @description Of the skeleton that was cut, if it has any. */
            samplers?: components["schemas"]["SplitSamplers"];
            x: number;
            y: number;
            z: number;
        };
        /**
         * SkeletonsJoined
         * @description The skeleton that is left, and the one that is gone.
         */
        SkeletonsJoined: {
            deleted_skeleton_id: number;
            fromid: number;
            message: string;
            result_skeleton_id: number;
            /** @description What changed in samplers, if either skeleton had any. */
            samplers?: components["schemas"]["JoinChanges"];
            stable_annotation_swap: boolean;
            toid: number;
        };
        /**
         * SplitSamplers
         * @description Samplers of the skeleton; their intervals and domains that were deleted with the part that was split off.
         */
        SplitSamplers: {
            n_deleted_domains: number;
            n_deleted_intervals: number;
            n_samplers: number;
        };
        /**
         * TreenodeDeleted
         * @description The treenode as it was, for who wants to make it again; nm.
         */
        TreenodeDeleted: {
            children: [
                number,
                string
            ][];
            confidence: number;
            /** @description Whether it was the only node of its neuron. */
            deleted_neuron: boolean;
            /** @description Link, relation id, connector, confidence. */
            links: number[][];
            parent_id: number | null;
            radius: number;
            skeleton_id: number;
            success: string;
            x: number;
            y: number;
            z: number;
        };
        /**
         * TreenodeInserted
         * @description The new treenode, and when its children were edited.
         */
        TreenodeInserted: {
            child_edition_times: [
                number,
                string
            ][];
            created_links: [
                number,
                string
            ][];
            /** Format: date-time */
            edition_time: string;
            parent_edition_time: string | null;
            skeleton_id: number;
            treenode_id: number;
        };
        /**
         * TreenodeMade
         * @description The new treenode.
         */
        TreenodeMade: {
            /** @description Link id and edition time. */
            created_links: [
                number,
                string
            ][];
            /** Format: date-time */
            edition_time: string;
            parent_edition_time: string | null;
            skeleton_id: number;
            treenode_id: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
