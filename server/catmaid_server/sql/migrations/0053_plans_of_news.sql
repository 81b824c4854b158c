-- What was committed is asked after each edit, by each worker. To plan these functions' statements took three times as long as
-- to run them: they go by index whatever the numbers are, so that one plan is right for all.
ALTER FUNCTION changed_rows(bigint[], integer) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION changed_skeletons(bigint[], integer) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION linked_skeletons(bigint[], integer) SET plan_cache_mode = force_generic_plan;
