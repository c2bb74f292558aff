-- admin: 9 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT x2.j AS history, x5.j AS "stageHistory" 
FROM opportunities AS t1 LEFT OUTER JOIN LATERAL (WITH p2 AS 
(SELECT m2.id AS id, m2.version AS version, m2.at AS at, m2.operation AS operation, m2.request_id AS request_id, m2.changed AS changed, m2.actor_kind AS actor_kind, m2.actor_id AS actor_id, m2.actor_name AS actor_name 
FROM (SELECT t2.id AS id, t2.version AS version, t2.at AS at, t2.operation AS operation, t2.request_id AS request_id, t2.changed AS changed, t2.actor_kind AS actor_kind, t2.actor_id AS actor_id, t2.actor_name AS actor_name 
FROM change_events AS t2 
WHERE t2.tenant_id = $3 AND t2.object_id = t1.id AND t2.object_type = 'opportunity' ORDER BY t2.version DESC, t2.id DESC 
 LIMIT 101) AS m2 ORDER BY m2.version DESC, m2.id DESC 
 LIMIT $4)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m2.one AS one 
FROM (SELECT 1 AS one 
FROM change_events AS c2 
WHERE c2.tenant_id = $3 AND c2.object_id = t1.id AND c2.object_type = 'opportunity' 
 LIMIT 10001) AS m2 
 LIMIT $5) AS b2), CAST($6 AS BIGINT))), 'nodes', n2_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT 'evt_' || encode(uuid_send(p2.id), 'hex') AS id, p2.version AS version, rtrim(rtrim(to_char(timezone('UTC', p2.at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS at, p2.operation AS operation, p2.request_id AS "requestId", array_to_json(p2.changed) AS "changedFields", json_build_object('kind', p2.actor_kind, 'id', CASE WHEN (p2.actor_kind = 'STAFF') THEN 'usr_' || encode(uuid_send(p2.actor_id), 'hex') WHEN (p2.actor_kind = 'INTEGRATION') THEN 'tok_' || encode(uuid_send(p2.actor_id), 'hex') WHEN (p2.actor_kind = ANY (ARRAY['CUSTOMER', 'PARTNER'])) THEN 'con_' || encode(uuid_send(p2.actor_id), 'hex') END, 'name', p2.actor_name) AS actor, x4.j AS changes 
FROM p2 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.field AS field, p4.before AS before, p4.after AS after 
FROM (SELECT t4.field AS field, t4.before AS before, t4.after AS after 
FROM (SELECT change_values.tenant_id AS tenant_id, change_values.id AS change_id, names.field AS field, change_values.before ->> names.field AS before, change_values.after ->> names.field AS after 
FROM change_values JOIN jsonb_object_keys(change_values.after) AS names(field) ON true) AS t4 
WHERE t4.tenant_id = $3 AND t4.change_id = p2.id ORDER BY t4.field 
 LIMIT 250) AS p4 ORDER BY p4.field) AS r4) AS x4 ON true ORDER BY p2.version DESC, p2.id DESC) AS r3) AS n2_1) AS x2 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.id AS id, m5.stage_id AS stage_id, m5.from_stage_id AS from_stage_id, m5.entered_at AS entered_at, m5.left_at AS left_at, m5.probability AS probability, m5.forecast_category AS forecast_category, m5.amount_minor AS amount_minor, m5.currency AS currency, m5.reason AS reason 
FROM (SELECT t5.id AS id, t5.stage_id AS stage_id, t5.from_stage_id AS from_stage_id, t5.entered_at AS entered_at, t5.left_at AS left_at, t5.probability AS probability, t5.forecast_category AS forecast_category, t5.amount_minor AS amount_minor, t5.currency AS currency, t5.reason AS reason 
FROM stage_history AS t5 
WHERE t5.tenant_id = $3 AND t5.opportunity_id = t1.id ORDER BY t5.entered_at ASC, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.entered_at ASC, m5.id ASC 
 LIMIT $7)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT 'sth_' || encode(uuid_send(p5.id), 'hex') AS id, x7.j AS stage, x8.j AS "fromStage", rtrim(rtrim(to_char(timezone('UTC', p5.entered_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "enteredAt", rtrim(rtrim(to_char(timezone('UTC', p5.left_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "leftAt", CAST(floor(EXTRACT(epoch FROM coalesce(p5.left_at, CAST($8 AS TIMESTAMP WITH TIME ZONE)) - p5.entered_at) / CAST(86400 AS NUMERIC)) AS INTEGER) AS days, p5.probability AS probability, p5.forecast_category AS "forecastCategory", CASE WHEN (p5.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.amount_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS amount, p5.reason AS reason 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM stages AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p5.stage_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM stages AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p5.from_stage_id) AS r8) AS x8 ON true ORDER BY p5.entered_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true 
WHERE t1.tenant_id = $3 AND t1.id = $9) AS r1) AS opportunity) AS r) END AS anon_1

-- sales_rep: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT x2.j AS history, x5.j AS "stageHistory" 
FROM opportunities AS t1 LEFT OUTER JOIN LATERAL (WITH p2 AS 
(SELECT m2.id AS id, m2.version AS version, m2.at AS at, m2.operation AS operation, m2.request_id AS request_id, m2.changed AS changed, m2.actor_kind AS actor_kind, m2.actor_id AS actor_id, m2.actor_name AS actor_name 
FROM (SELECT t2.id AS id, t2.version AS version, t2.at AS at, t2.operation AS operation, t2.request_id AS request_id, t2.changed AS changed, t2.actor_kind AS actor_kind, t2.actor_id AS actor_id, t2.actor_name AS actor_name 
FROM change_events AS t2 
WHERE t2.tenant_id = $3 AND t2.object_id = t1.id AND t2.object_type = 'opportunity' ORDER BY t2.version DESC, t2.id DESC 
 LIMIT 101) AS m2 ORDER BY m2.version DESC, m2.id DESC 
 LIMIT $4)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m2.one AS one 
FROM (SELECT 1 AS one 
FROM change_events AS c2 
WHERE c2.tenant_id = $3 AND c2.object_id = t1.id AND c2.object_type = 'opportunity' 
 LIMIT 10001) AS m2 
 LIMIT $5) AS b2), CAST($6 AS BIGINT))), 'nodes', n2_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT 'evt_' || encode(uuid_send(p2.id), 'hex') AS id, p2.version AS version, rtrim(rtrim(to_char(timezone('UTC', p2.at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS at, p2.operation AS operation, p2.request_id AS "requestId", array_to_json(p2.changed) AS "changedFields", json_build_object('kind', p2.actor_kind, 'id', CASE WHEN (p2.actor_kind = 'STAFF') THEN 'usr_' || encode(uuid_send(p2.actor_id), 'hex') WHEN (p2.actor_kind = 'INTEGRATION') THEN 'tok_' || encode(uuid_send(p2.actor_id), 'hex') WHEN (p2.actor_kind = ANY (ARRAY['CUSTOMER', 'PARTNER'])) THEN 'con_' || encode(uuid_send(p2.actor_id), 'hex') END, 'name', p2.actor_name) AS actor, x4.j AS changes 
FROM p2 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p4.field AS field, p4.before AS before, p4.after AS after 
FROM (SELECT t4.field AS field, t4.before AS before, t4.after AS after 
FROM (SELECT change_values.tenant_id AS tenant_id, change_values.id AS change_id, names.field AS field, change_values.before ->> names.field AS before, change_values.after ->> names.field AS after 
FROM change_values JOIN jsonb_object_keys(change_values.after) AS names(field) ON true) AS t4 
WHERE t4.tenant_id = $3 AND t4.change_id = p2.id ORDER BY t4.field 
 LIMIT 250) AS p4 ORDER BY p4.field) AS r4) AS x4 ON true ORDER BY p2.version DESC, p2.id DESC) AS r3) AS n2_1) AS x2 ON true LEFT OUTER JOIN LATERAL (WITH p5 AS 
(SELECT m5.id AS id, m5.stage_id AS stage_id, m5.from_stage_id AS from_stage_id, m5.entered_at AS entered_at, m5.left_at AS left_at, m5.probability AS probability, m5.forecast_category AS forecast_category, m5.amount_minor AS amount_minor, m5.currency AS currency, m5.reason AS reason 
FROM (SELECT t5.id AS id, t5.stage_id AS stage_id, t5.from_stage_id AS from_stage_id, t5.entered_at AS entered_at, t5.left_at AS left_at, t5.probability AS probability, t5.forecast_category AS forecast_category, t5.amount_minor AS amount_minor, t5.currency AS currency, t5.reason AS reason 
FROM stage_history AS t5 
WHERE t5.tenant_id = $3 AND t5.opportunity_id = t1.id ORDER BY t5.entered_at ASC, t5.id ASC 
 LIMIT 101) AS m5 ORDER BY m5.entered_at ASC, m5.id ASC 
 LIMIT $7)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT 'sth_' || encode(uuid_send(p5.id), 'hex') AS id, x7.j AS stage, x8.j AS "fromStage", rtrim(rtrim(to_char(timezone('UTC', p5.entered_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "enteredAt", rtrim(rtrim(to_char(timezone('UTC', p5.left_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "leftAt", CAST(floor(EXTRACT(epoch FROM coalesce(p5.left_at, CAST($8 AS TIMESTAMP WITH TIME ZONE)) - p5.entered_at) / CAST(86400 AS NUMERIC)) AS INTEGER) AS days, p5.probability AS probability, p5.forecast_category AS "forecastCategory", CASE WHEN (p5.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.amount_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS amount, p5.reason AS reason 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM stages AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p5.stage_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM stages AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p5.from_stage_id) AS r8) AS x8 ON true ORDER BY p5.entered_at DESC, p5.id DESC) AS r6) AS n5_0) AS x5 ON true 
WHERE t1.tenant_id = $3 AND t1.owner_id = $9 AND t1.id = $10) AS r1) AS opportunity) AS r) END AS anon_1
