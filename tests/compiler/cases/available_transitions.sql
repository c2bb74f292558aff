-- admin: 4 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.status AS status, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.status AS status, t1.id AS id, t1.name_sort AS name_sort 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.status AS status, x3.j AS "availableTransitions" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.verb AS verb, x4.j AS stage 
FROM (SELECT t3.verb AS verb, t3.stage_id AS stage_id, t3.place AS place, t3.position AS position 
FROM (SELECT deal.tenant_id AS tenant_id, deal.id AS opportunity_id, deal.owner_id AS owner_id, machine.verb AS verb, machine.place AS place, next.id AS stage_id, next.position AS position 
FROM opportunities AS deal JOIN (VALUES ('OPEN', 'ADVANCE', 0, 'OPEN'), ('OPEN', 'MOVE_PIPELINE', 1, 'OPEN'), ('OPEN', 'WIN', 2, 'WON'), ('OPEN', 'LOSE', 3, 'LOST'), ('WON', 'REOPEN', 0, 'OPEN'), ('LOST', 'REOPEN', 0, 'OPEN')) AS machine (status, verb, place, kind) ON deal.status = machine.status JOIN stages AS here ON here.tenant_id = deal.tenant_id AND here.id = deal.stage_id JOIN pipelines AS own ON own.tenant_id = deal.tenant_id AND own.id = deal.pipeline_id JOIN stages AS next ON next.tenant_id = deal.tenant_id AND next.kind = machine.kind AND next.archived_at IS NULL AND CASE WHEN (machine.verb = 'MOVE_PIPELINE') THEN next.pipeline_id != deal.pipeline_id ELSE next.pipeline_id = deal.pipeline_id END AND CASE WHEN (machine.verb = 'ADVANCE') THEN next.id != deal.stage_id AND (own.strict_order IS false OR NOT (EXISTS (SELECT 1 
FROM stages AS "between" 
WHERE "between".tenant_id = here.tenant_id AND "between".pipeline_id = here.pipeline_id AND "between".archived_at IS NULL AND "between".kind = 'OPEN' AND "between".position > here.position AND ("between".position, "between".id) < (next.position, next.id)))) ELSE true END JOIN pipelines AS "of" ON "of".tenant_id = next.tenant_id AND "of".id = next.pipeline_id AND "of".archived_at IS NULL 
WHERE deal.archived_at IS NULL) AS t3 
WHERE t3.tenant_id = $3 AND t3.opportunity_id = p1.id ORDER BY t3.place, t3.position, t3.stage_id 
 LIMIT 250) AS p3 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, x5.j AS pipeline 
FROM stages AS t4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM pipelines AS t5 
WHERE t5.tenant_id = $3 AND t5.id = t4.pipeline_id) AS r5) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = p3.stage_id) AS r4) AS x4 ON true ORDER BY p3.place, p3.position, p3.stage_id) AS r3) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1

-- sales_rep: 5 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.status AS status, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.status AS status, t1.id AS id, t1.name_sort AS name_sort 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.status AS status, x3.j AS "availableTransitions" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.verb AS verb, x4.j AS stage 
FROM (SELECT t3.verb AS verb, t3.stage_id AS stage_id, t3.place AS place, t3.position AS position 
FROM (SELECT deal.tenant_id AS tenant_id, deal.id AS opportunity_id, deal.owner_id AS owner_id, machine.verb AS verb, machine.place AS place, next.id AS stage_id, next.position AS position 
FROM opportunities AS deal JOIN (VALUES ('OPEN', 'ADVANCE', 0, 'OPEN'), ('OPEN', 'MOVE_PIPELINE', 1, 'OPEN'), ('OPEN', 'WIN', 2, 'WON'), ('OPEN', 'LOSE', 3, 'LOST'), ('WON', 'REOPEN', 0, 'OPEN'), ('LOST', 'REOPEN', 0, 'OPEN')) AS machine (status, verb, place, kind) ON deal.status = machine.status JOIN stages AS here ON here.tenant_id = deal.tenant_id AND here.id = deal.stage_id JOIN pipelines AS own ON own.tenant_id = deal.tenant_id AND own.id = deal.pipeline_id JOIN stages AS next ON next.tenant_id = deal.tenant_id AND next.kind = machine.kind AND next.archived_at IS NULL AND CASE WHEN (machine.verb = 'MOVE_PIPELINE') THEN next.pipeline_id != deal.pipeline_id ELSE next.pipeline_id = deal.pipeline_id END AND CASE WHEN (machine.verb = 'ADVANCE') THEN next.id != deal.stage_id AND (own.strict_order IS false OR NOT (EXISTS (SELECT 1 
FROM stages AS "between" 
WHERE "between".tenant_id = here.tenant_id AND "between".pipeline_id = here.pipeline_id AND "between".archived_at IS NULL AND "between".kind = 'OPEN' AND "between".position > here.position AND ("between".position, "between".id) < (next.position, next.id)))) ELSE true END JOIN pipelines AS "of" ON "of".tenant_id = next.tenant_id AND "of".id = next.pipeline_id AND "of".archived_at IS NULL 
WHERE deal.archived_at IS NULL) AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = $4 AND t3.opportunity_id = p1.id ORDER BY t3.place, t3.position, t3.stage_id 
 LIMIT 250) AS p3 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, x5.j AS pipeline 
FROM stages AS t4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM pipelines AS t5 
WHERE t5.tenant_id = $3 AND t5.id = t4.pipeline_id) AS r5) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = p3.stage_id) AS r4) AS x4 ON true ORDER BY p3.place, p3.position, p3.stage_id) AS r3) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1

-- read_only: 4 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.status AS status, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.status AS status, t1.id AS id, t1.name_sort AS name_sort 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.status AS status, x3.j AS "availableTransitions" 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.verb AS verb, x4.j AS stage 
FROM (SELECT t3.verb AS verb, t3.stage_id AS stage_id, t3.place AS place, t3.position AS position 
FROM (SELECT deal.tenant_id AS tenant_id, deal.id AS opportunity_id, deal.owner_id AS owner_id, machine.verb AS verb, machine.place AS place, next.id AS stage_id, next.position AS position 
FROM opportunities AS deal JOIN (VALUES ('OPEN', 'ADVANCE', 0, 'OPEN'), ('OPEN', 'MOVE_PIPELINE', 1, 'OPEN'), ('OPEN', 'WIN', 2, 'WON'), ('OPEN', 'LOSE', 3, 'LOST'), ('WON', 'REOPEN', 0, 'OPEN'), ('LOST', 'REOPEN', 0, 'OPEN')) AS machine (status, verb, place, kind) ON deal.status = machine.status JOIN stages AS here ON here.tenant_id = deal.tenant_id AND here.id = deal.stage_id JOIN pipelines AS own ON own.tenant_id = deal.tenant_id AND own.id = deal.pipeline_id JOIN stages AS next ON next.tenant_id = deal.tenant_id AND next.kind = machine.kind AND next.archived_at IS NULL AND CASE WHEN (machine.verb = 'MOVE_PIPELINE') THEN next.pipeline_id != deal.pipeline_id ELSE next.pipeline_id = deal.pipeline_id END AND CASE WHEN (machine.verb = 'ADVANCE') THEN next.id != deal.stage_id AND (own.strict_order IS false OR NOT (EXISTS (SELECT 1 
FROM stages AS "between" 
WHERE "between".tenant_id = here.tenant_id AND "between".pipeline_id = here.pipeline_id AND "between".archived_at IS NULL AND "between".kind = 'OPEN' AND "between".position > here.position AND ("between".position, "between".id) < (next.position, next.id)))) ELSE true END JOIN pipelines AS "of" ON "of".tenant_id = next.tenant_id AND "of".id = next.pipeline_id AND "of".archived_at IS NULL 
WHERE deal.archived_at IS NULL) AS t3 
WHERE t3.tenant_id = $3 AND false AND t3.opportunity_id = p1.id ORDER BY t3.place, t3.position, t3.stage_id 
 LIMIT 250) AS p3 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r4) AS j 
FROM (SELECT t4.name AS name, x5.j AS pipeline 
FROM stages AS t4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT t5.name AS name 
FROM pipelines AS t5 
WHERE t5.tenant_id = $3 AND t5.id = t4.pipeline_id) AS r5) AS x5 ON true 
WHERE t4.tenant_id = $3 AND t4.id = p3.stage_id) AS r4) AS x4 ON true ORDER BY p3.place, p3.position, p3.stage_id) AS r3) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1
