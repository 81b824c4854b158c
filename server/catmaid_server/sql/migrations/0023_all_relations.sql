-- Clients of CATMAID expect these relations in every project; new projects get them when they are made.
SELECT begin_version(NULL, NULL, 'migrations.all_relations') WHERE EXISTS (SELECT FROM relation);

WITH owner AS (
    SELECT DISTINCT ON (project_id) project_id, user_id FROM relation ORDER BY project_id, id
), made AS (
    INSERT INTO relation (project_id, name, user_id)
    SELECT o.project_id, name, o.user_id
      FROM owner o
     CROSS JOIN unnest('{is_a,part_of,annotated_with,has_property,model_of,labeled_as,element_of,adjacent_to,mirror_of,
                         presynaptic_to,postsynaptic_to,gapjunction_with,tightjunction_with,desmosome_with,abutting,
                         attached_to,close_to}'::text[]) AS name
     WHERE EXISTS (SELECT FROM treenode t WHERE t.project_id = o.project_id)
        OR EXISTS (SELECT FROM relation r WHERE r.project_id = o.project_id AND r.name = 'presynaptic_to')
    ON CONFLICT (project_id, name) DO NOTHING
    RETURNING id, name
)
INSERT INTO relation_detail (relation_id, isreciprocal)
SELECT id, true FROM made WHERE name IN ('adjacent_to', 'mirror_of');
