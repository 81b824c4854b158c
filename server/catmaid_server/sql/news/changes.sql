-- What was committed since things were read that are kept in memory.

-- name: settled
-- The newest settled version: statements after this one see all versions up to it; the newest version, and its time as text.
SELECT settled_version(), coalesce(max(id), 0), coalesce(max(time)::text, '')
  FROM (SELECT id, time FROM transaction_info ORDER BY id DESC LIMIT 1) newest;

-- name: is_same_state
-- Whether nothing was committed at all since `snapshot`: asked first, as it takes a tenth of what the next statement does.
SELECT pg_current_snapshot()::text = %(snapshot)s;

-- name: news
-- What a project has that was not known, as one JSON object `facts`:
-- versions above `settled` that are not among `known`; whether derived data were made anew, which changes no row's version;
-- of which skeletons they changed something, and which skeletons they linked, each null if too much; the version up to which
-- the history was trimmed; the newest settled version; the names of relations by id; the time of version `newest`, empty if
-- there is none; the newest version and its time. As columns: where something changed, the ids of what did, empty with
-- `is_much`, and how these treenodes, links and connectors are now, with their parents and other ends.
-- Versions of no project are looked at, too.
SELECT json_build_object(
           'snapshot', pg_current_snapshot()::text,
           'versions', new.versions,
           'is_rebuilt',
           EXISTS (SELECT FROM transaction_info WHERE id = ANY (new.versions) AND label = 'operations.rebuild'),
           'is_much', changed.places IS NULL,
           'skeleton_ids', changed_skeletons(new.versions, %(most)s),
           'linked_ids', linked_skeletons(new.versions, %(most)s),
           'trimmed', (SELECT coalesce(max(last_version), 0) FROM unreadable_versions),
           'settling', settled_version(),
           'relations',
           (SELECT coalesce(json_object_agg(id, name), '{}') FROM relation WHERE project_id = %(project_id)s),
           'time', coalesce((SELECT time FROM transaction_info WHERE id = %(newest)s)::text, ''),
           'newest', (SELECT json_build_array(id, time::text) FROM transaction_info ORDER BY id DESC LIMIT 1))::text
           AS facts,
       changed.places, changed.node_ids AS changed_nodes, changed.connector_ids AS changed_connectors,
       changed.link_ids AS changed_links,
       node.*, link.*, contact.*
  FROM (SELECT ARRAY(SELECT id FROM transaction_info
                      WHERE id > %(settled)s AND id <> ALL (%(known)s::bigint[])
                        AND (project_id = %(project_id)s OR project_id IS NULL)) AS versions) new
 CROSS JOIN LATERAL changed_rows(new.versions, %(most)s) changed
 CROSS JOIN LATERAL
       (SELECT array_agg(connector_id) AS link_connector_id, array_agg(treenode_id) AS link_treenode_id,
               array_agg(relation_id) AS link_relation_id, array_agg(confidence) AS link_confidence,
               array_agg(date_part('epoch', edition_time)) AS link_edition_time, array_agg(id) AS link_id
          FROM connector_link
         WHERE project_id = %(project_id)s AND id = ANY (changed.link_ids)) link
 CROSS JOIN LATERAL
       (SELECT array_agg(id) AS node_id, array_agg(coalesce(parent_id, -1)) AS node_parent_id,
               array_agg(x) AS node_x, array_agg(y) AS node_y, array_agg(z) AS node_z,
               array_agg(confidence) AS node_confidence, array_agg(radius) AS node_radius,
               array_agg(skeleton_id) AS node_skeleton_id,
               array_agg(date_part('epoch', edition_time)) AS node_edition_time,
               array_agg(user_id) AS node_user_id
          FROM treenode
         WHERE project_id = %(project_id)s
           AND id = ANY (ARRAY(SELECT unnest(changed.node_ids)
                                UNION ALL
                               SELECT parent_id FROM treenode WHERE id = ANY (changed.node_ids)
                                UNION ALL
                               SELECT unnest(link.link_treenode_id)))) node
 CROSS JOIN LATERAL
       (SELECT array_agg(id) AS connector_id, array_agg(x) AS connector_x, array_agg(y) AS connector_y,
               array_agg(z) AS connector_z, array_agg(confidence) AS connector_confidence,
               array_agg(date_part('epoch', edition_time)) AS connector_edition_time,
               array_agg(user_id) AS connector_user_id
          FROM connector
         WHERE project_id = %(project_id)s
           AND id = ANY (changed.connector_ids || link.link_connector_id)) contact;
