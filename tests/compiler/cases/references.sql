-- admin: 21 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT t1.name AS name, t1.position AS position, t1.kind AS kind, t1.probability AS probability, t1.forecast_category AS "forecastCategory", t1.max_days AS "maxDays", x2.j AS pipeline 
FROM stages AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name 
FROM pipelines AS t2 
WHERE t2.tenant_id = $3 AND t2.id = t1.pipeline_id) AS r2) AS x2 ON true 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort = $4 AND (EXISTS (SELECT 1 
FROM pipelines AS "of" 
WHERE "of".tenant_id = $3 AND "of".id = t1.pipeline_id AND "of".archived_at IS NULL AND "of".name_sort = $5))) AS r1) AS stage, (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name, t3.currency AS currency, t3.strict_order AS "strictOrder", x4.j AS stages 
FROM pipelines AS t3 LEFT OUTER JOIN LATERAL (WITH p4 AS 
(SELECT m4.name AS name, m4.position AS position, m4.id AS id 
FROM (SELECT t4.name AS name, t4.position AS position, t4.id AS id 
FROM stages AS t4 
WHERE t4.tenant_id = $3 AND t4.pipeline_id = t3.id AND t4.archived_at IS NULL ORDER BY t4.position DESC, t4.id DESC 
 LIMIT 101) AS m4 ORDER BY m4.position DESC, m4.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n4_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p4.name AS name 
FROM p4 ORDER BY p4.position DESC, p4.id DESC) AS r5) AS n4_0) AS x4 ON true 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND t3.name_sort = $7) AS r3) AS pipeline, (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name 
FROM accounts AS t6 
WHERE t6.tenant_id = $3 AND t6.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'account' AND k.source = $8 AND k.value = $9)) AS r6) AS by_key, (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'account' AND k.source = $10 AND k.value = $11)) AS r7) AS no_key, (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM accounts AS t8 
WHERE t8.tenant_id = $3 AND t8.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t8.id AND d.domain = $12))) AS r8) AS archived, (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name, CASE WHEN (t9.list_price_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(t9.list_price_minor AS NUMERIC) * CASE WHEN (t9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (t9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (t9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', t9.currency) END AS "listPrice", t9.family AS family, t9.is_active AS "isActive" 
FROM products AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND t9.code_norm = $13) AS r9) AS product, (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.name AS name, t10.email AS email, t10.zone AS zone, t10.title AS title 
FROM users AS t10 
WHERE t10.tenant_id = $3 AND t10.id = $14) AS r10) AS "user", (SELECT row_to_json(r11) AS j 
FROM (SELECT t11.name AS name 
FROM users AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND t11.email_norm = $15) AS r11) AS by_mail, (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name, x13.j AS members, x15.j AS children, x17.j AS parent 
FROM teams AS t12 LEFT OUTER JOIN LATERAL (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM users AS t13 
WHERE t13.tenant_id = $3 AND t13.team_id = t12.id AND t13.archived_at IS NULL ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS x13 ON true LEFT OUTER JOIN LATERAL (WITH p15 AS 
(SELECT m15.name AS name, m15.created_at AS created_at, m15.id AS id 
FROM (SELECT t15.name AS name, t15.created_at AS created_at, t15.id AS id 
FROM teams AS t15 
WHERE t15.tenant_id = $3 AND t15.parent_id = t12.id AND t15.archived_at IS NULL ORDER BY t15.created_at DESC, t15.id DESC 
 LIMIT 101) AS m15 ORDER BY m15.created_at DESC, m15.id DESC 
 LIMIT $17)
 SELECT json_build_object('nodes', n15_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r16)), '[]'::json) AS j 
FROM (SELECT p15.name AS name 
FROM p15 ORDER BY p15.created_at DESC, p15.id DESC) AS r16) AS n15_0) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT t17.name AS name, x18.j AS children 
FROM teams AS t17 LEFT OUTER JOIN LATERAL (WITH p18 AS 
(SELECT m18.name AS name, m18.created_at AS created_at, m18.id AS id 
FROM (SELECT t18.name AS name, t18.created_at AS created_at, t18.id AS id 
FROM teams AS t18 
WHERE t18.tenant_id = $3 AND t18.parent_id = t17.id AND t18.archived_at IS NULL ORDER BY t18.created_at DESC, t18.id DESC 
 LIMIT 101) AS m18 ORDER BY m18.created_at DESC, m18.id DESC 
 LIMIT $18)
 SELECT json_build_object('nodes', n18_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r19)), '[]'::json) AS j 
FROM (SELECT p18.name AS name 
FROM p18 ORDER BY p18.created_at DESC, p18.id DESC) AS r19) AS n18_0) AS x18 ON true 
WHERE t17.tenant_id = $3 AND t17.id = t12.parent_id) AS r17) AS x17 ON true 
WHERE t12.tenant_id = $3 AND t12.archived_at IS NULL AND t12.name_sort = $19) AS r12) AS team, (SELECT row_to_json(r20) AS j 
FROM (SELECT t20.name AS name 
FROM opportunities AS t20 
WHERE t20.tenant_id = $3 AND t20.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'opportunity' AND k.source = $20 AND k.value = $21)) AS r20) AS opportunity) AS r) END AS anon_1

-- sales_rep: 22 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT row_to_json(r1) AS j 
FROM (SELECT t1.name AS name, t1.position AS position, t1.kind AS kind, t1.probability AS probability, t1.forecast_category AS "forecastCategory", t1.max_days AS "maxDays", x2.j AS pipeline 
FROM stages AS t1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT t2.name AS name 
FROM pipelines AS t2 
WHERE t2.tenant_id = $3 AND t2.id = t1.pipeline_id) AS r2) AS x2 ON true 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort = $4 AND (EXISTS (SELECT 1 
FROM pipelines AS "of" 
WHERE "of".tenant_id = $3 AND "of".id = t1.pipeline_id AND "of".archived_at IS NULL AND "of".name_sort = $5))) AS r1) AS stage, (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name, t3.currency AS currency, t3.strict_order AS "strictOrder", x4.j AS stages 
FROM pipelines AS t3 LEFT OUTER JOIN LATERAL (WITH p4 AS 
(SELECT m4.name AS name, m4.position AS position, m4.id AS id 
FROM (SELECT t4.name AS name, t4.position AS position, t4.id AS id 
FROM stages AS t4 
WHERE t4.tenant_id = $3 AND t4.pipeline_id = t3.id AND t4.archived_at IS NULL ORDER BY t4.position DESC, t4.id DESC 
 LIMIT 101) AS m4 ORDER BY m4.position DESC, m4.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n4_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p4.name AS name 
FROM p4 ORDER BY p4.position DESC, p4.id DESC) AS r5) AS n4_0) AS x4 ON true 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND t3.name_sort = $7) AS r3) AS pipeline, (SELECT row_to_json(r6) AS j 
FROM (SELECT t6.name AS name 
FROM accounts AS t6 
WHERE t6.tenant_id = $3 AND t6.owner_id = $8 AND t6.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'account' AND k.source = $9 AND k.value = $10)) AS r6) AS by_key, (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.owner_id = $8 AND t7.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'account' AND k.source = $11 AND k.value = $12)) AS r7) AS no_key, (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM accounts AS t8 
WHERE t8.tenant_id = $3 AND t8.owner_id = $8 AND t8.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM account_domains AS d 
WHERE d.tenant_id = $3 AND d.account_id = t8.id AND d.domain = $13))) AS r8) AS archived, (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name, CASE WHEN (t9.list_price_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(t9.list_price_minor AS NUMERIC) * CASE WHEN (t9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (t9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (t9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', t9.currency) END AS "listPrice", t9.family AS family, t9.is_active AS "isActive" 
FROM products AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND t9.code_norm = $14) AS r9) AS product, (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.name AS name, t10.email AS email, t10.zone AS zone, t10.title AS title 
FROM users AS t10 
WHERE t10.tenant_id = $3 AND t10.id = $15) AS r10) AS "user", (SELECT row_to_json(r11) AS j 
FROM (SELECT t11.name AS name 
FROM users AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND t11.email_norm = $16) AS r11) AS by_mail, (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name, x13.j AS members, x15.j AS children, x17.j AS parent 
FROM teams AS t12 LEFT OUTER JOIN LATERAL (WITH p13 AS 
(SELECT m13.name AS name, m13.created_at AS created_at, m13.id AS id 
FROM (SELECT t13.name AS name, t13.created_at AS created_at, t13.id AS id 
FROM users AS t13 
WHERE t13.tenant_id = $3 AND t13.team_id = t12.id AND t13.archived_at IS NULL ORDER BY t13.created_at DESC, t13.id DESC 
 LIMIT 101) AS m13 ORDER BY m13.created_at DESC, m13.id DESC 
 LIMIT $17)
 SELECT json_build_object('nodes', n13_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p13.name AS name 
FROM p13 ORDER BY p13.created_at DESC, p13.id DESC) AS r14) AS n13_0) AS x13 ON true LEFT OUTER JOIN LATERAL (WITH p15 AS 
(SELECT m15.name AS name, m15.created_at AS created_at, m15.id AS id 
FROM (SELECT t15.name AS name, t15.created_at AS created_at, t15.id AS id 
FROM teams AS t15 
WHERE t15.tenant_id = $3 AND t15.parent_id = t12.id AND t15.archived_at IS NULL ORDER BY t15.created_at DESC, t15.id DESC 
 LIMIT 101) AS m15 ORDER BY m15.created_at DESC, m15.id DESC 
 LIMIT $18)
 SELECT json_build_object('nodes', n15_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r16)), '[]'::json) AS j 
FROM (SELECT p15.name AS name 
FROM p15 ORDER BY p15.created_at DESC, p15.id DESC) AS r16) AS n15_0) AS x15 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r17) AS j 
FROM (SELECT t17.name AS name, x18.j AS children 
FROM teams AS t17 LEFT OUTER JOIN LATERAL (WITH p18 AS 
(SELECT m18.name AS name, m18.created_at AS created_at, m18.id AS id 
FROM (SELECT t18.name AS name, t18.created_at AS created_at, t18.id AS id 
FROM teams AS t18 
WHERE t18.tenant_id = $3 AND t18.parent_id = t17.id AND t18.archived_at IS NULL ORDER BY t18.created_at DESC, t18.id DESC 
 LIMIT 101) AS m18 ORDER BY m18.created_at DESC, m18.id DESC 
 LIMIT $19)
 SELECT json_build_object('nodes', n18_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r19)), '[]'::json) AS j 
FROM (SELECT p18.name AS name 
FROM p18 ORDER BY p18.created_at DESC, p18.id DESC) AS r19) AS n18_0) AS x18 ON true 
WHERE t17.tenant_id = $3 AND t17.id = t12.parent_id) AS r17) AS x17 ON true 
WHERE t12.tenant_id = $3 AND t12.archived_at IS NULL AND t12.name_sort = $20) AS r12) AS team, (SELECT row_to_json(r20) AS j 
FROM (SELECT t20.name AS name 
FROM opportunities AS t20 
WHERE t20.tenant_id = $3 AND t20.owner_id = $8 AND t20.id = (SELECT k.record_id 
FROM external_ids AS k 
WHERE k.tenant_id = $3 AND k.type = 'opportunity' AND k.source = $21 AND k.value = $22)) AS r20) AS opportunity) AS r) END AS anon_1
