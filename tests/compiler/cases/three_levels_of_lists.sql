-- admin: 9 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.id AS id, t1.name_sort AS name_sort 
FROM users AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, x3.j AS accounts 
FROM p1 LEFT OUTER JOIN LATERAL (WITH p3 AS 
(SELECT m3.name AS name, m3.id AS id, m3.name_sort AS name_sort 
FROM (SELECT t3.name AS name, t3.id AS id, t3.name_sort AS name_sort 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = p1.id AND t3.archived_at IS NULL ORDER BY t3.name_sort ASC, t3.id ASC 
 LIMIT 101) AS m3 ORDER BY m3.name_sort ASC, m3.id ASC 
 LIMIT $5)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m3.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c3 
WHERE c3.tenant_id = $3 AND c3.owner_id = p1.id AND c3.archived_at IS NULL 
 LIMIT 10001) AS m3 
 LIMIT $6) AS b3), CAST($7 AS BIGINT))), 'nodes', n3_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, x5.j AS opportunities 
FROM p3 LEFT OUTER JOIN LATERAL (WITH w5 AS 
(SELECT m5.name AS name, m5.stage_id AS stage_id, m5.id AS id, m5.amount_minor AS amount_minor 
FROM (SELECT t5.name AS name, t5.stage_id AS stage_id, t5.id AS id, t5.amount_minor AS amount_minor 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.account_id = p3.id AND t5.archived_at IS NULL ORDER BY t5.amount_minor DESC NULLS LAST, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.amount_minor DESC NULLS LAST, m5.id DESC 
 LIMIT $8), 
p5 AS 
(SELECT w5.name AS name, w5.stage_id AS stage_id, w5.id AS id, w5.amount_minor AS amount_minor 
FROM w5 ORDER BY w5.amount_minor DESC NULLS LAST, w5.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_2 
FROM w5) > $9)) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name, x7.j AS stage, x9.j AS lines 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name, x8.j AS pipeline 
FROM stages AS t7 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM pipelines AS t8 
WHERE t8.tenant_id = $3 AND t8.id = t7.pipeline_id) AS r8) AS x8 ON true 
WHERE t7.tenant_id = $3 AND t7.id = p5.stage_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.position AS position, p9.name AS name, CAST(p9.quantity AS TEXT) AS quantity, CASE WHEN (p9.total_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p9.total_minor AS NUMERIC) * CASE WHEN (p9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS total, x10.j AS product 
FROM (SELECT t9.position AS position, t9.name AS name, t9.quantity AS quantity, t9.total_minor AS total_minor, t9.currency AS currency, t9.product_id AS product_id 
FROM opportunity_lines AS t9 
WHERE t9.tenant_id = $3 AND t9.opportunity_id = p5.id ORDER BY t9.position 
 LIMIT 250) AS p9 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.code AS code 
FROM products AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p9.product_id) AS r10) AS x10 ON true ORDER BY p9.position) AS r9) AS x9 ON true ORDER BY p5.amount_minor DESC NULLS LAST, p5.id DESC) AS r6) AS n5_0) AS x5 ON true ORDER BY p3.name_sort ASC, p3.id ASC) AS r4) AS n3_1) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS users) AS r) END AS anon_1

-- sales_rep: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.id AS id, m1.name_sort AS name_sort 
FROM (SELECT t1.name AS name, t1.id AS id, t1.name_sort AS name_sort 
FROM users AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, x3.j AS accounts 
FROM p1 LEFT OUTER JOIN LATERAL (WITH p3 AS 
(SELECT m3.name AS name, m3.id AS id, m3.name_sort AS name_sort 
FROM (SELECT t3.name AS name, t3.id AS id, t3.name_sort AS name_sort 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.owner_id = $5 AND t3.owner_id = p1.id AND t3.archived_at IS NULL ORDER BY t3.name_sort ASC, t3.id ASC 
 LIMIT 101) AS m3 ORDER BY m3.name_sort ASC, m3.id ASC 
 LIMIT $6)
 SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m3.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c3 
WHERE c3.tenant_id = $3 AND c3.owner_id = $5 AND c3.owner_id = p1.id AND c3.archived_at IS NULL 
 LIMIT 10001) AS m3 
 LIMIT $7) AS b3), CAST($8 AS BIGINT))), 'nodes', n3_1.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, x5.j AS opportunities 
FROM p3 LEFT OUTER JOIN LATERAL (WITH w5 AS 
(SELECT m5.name AS name, m5.stage_id AS stage_id, m5.id AS id, m5.amount_minor AS amount_minor 
FROM (SELECT t5.name AS name, t5.stage_id AS stage_id, t5.id AS id, t5.amount_minor AS amount_minor 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.owner_id = $5 AND t5.account_id = p3.id AND t5.archived_at IS NULL ORDER BY t5.amount_minor DESC NULLS LAST, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.amount_minor DESC NULLS LAST, m5.id DESC 
 LIMIT $9), 
p5 AS 
(SELECT w5.name AS name, w5.stage_id AS stage_id, w5.id AS id, w5.amount_minor AS amount_minor 
FROM w5 ORDER BY w5.amount_minor DESC NULLS LAST, w5.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n5_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_2 
FROM w5) > $10)) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name, x7.j AS stage, x9.j AS lines 
FROM p5 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name, x8.j AS pipeline 
FROM stages AS t7 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.name AS name 
FROM pipelines AS t8 
WHERE t8.tenant_id = $3 AND t8.id = t7.pipeline_id) AS r8) AS x8 ON true 
WHERE t7.tenant_id = $3 AND t7.id = p5.stage_id) AS r7) AS x7 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.position AS position, p9.name AS name, CAST(p9.quantity AS TEXT) AS quantity, CASE WHEN (p9.total_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p9.total_minor AS NUMERIC) * CASE WHEN (p9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS total, x10.j AS product 
FROM (SELECT t9.position AS position, t9.name AS name, t9.quantity AS quantity, t9.total_minor AS total_minor, t9.currency AS currency, t9.product_id AS product_id 
FROM opportunity_lines AS t9 
WHERE t9.tenant_id = $3 AND t9.opportunity_id = p5.id ORDER BY t9.position 
 LIMIT 250) AS p9 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r10) AS j 
FROM (SELECT t10.code AS code 
FROM products AS t10 
WHERE t10.tenant_id = $3 AND t10.id = p9.product_id) AS r10) AS x10 ON true ORDER BY p9.position) AS r9) AS x9 ON true ORDER BY p5.amount_minor DESC NULLS LAST, p5.id DESC) AS r6) AS n5_0) AS x5 ON true ORDER BY p3.name_sort ASC, p3.id ASC) AS r4) AS n3_1) AS x3 ON true ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS users) AS r) END AS anon_1
