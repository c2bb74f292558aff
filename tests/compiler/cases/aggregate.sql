-- admin: 9 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT json_build_array() AS keys, p1.count AS count, x2.j AS amounts 
FROM (SELECT t1.count AS count, t1.amounts AS amounts, t1.place AS place 
FROM (SELECT CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC) AS place 
FROM (SELECT count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY row.currency) AS per_currency ORDER BY coalesce(sum(per_currency.count), 0) DESC 
 LIMIT $4) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.currency AS currency, p2.count AS count, CASE WHEN (p2.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p2.sum_minor AS NUMERIC) * CASE WHEN (p2.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p2.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p2.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p2.currency) END AS sum, CASE WHEN (p2.average_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(round(p2.average_minor) AS NUMERIC) * CASE WHEN (p2.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p2.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p2.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS average 
FROM json_to_recordset(p1.amounts) AS p2(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r2) AS x2 ON true ORDER BY p1.place) AS r1) AS "all", (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'STATUS', 'value', p3.value_0)) AS keys, p3.count AS count 
FROM (SELECT t3.value_0 AS value_0, t3.count AS count, t3.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT CAST(row.status AS TEXT) AS value_0, NULL::uuid AS id_0, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $5) AS t3 ORDER BY t3.place 
 LIMIT 1000) AS p3 ORDER BY p3.place) AS r3) AS by_status, (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('__typename', 'OpportunityGroupKey', 'field', 'ACCOUNT', 'value', p4.value_0, 'node', x5.j), json_build_object('__typename', 'OpportunityGroupKey', 'field', 'CLOSED_MONTH', 'value', p4.value_1, 'node', NULL::json)) AS keys, p4.count AS count, x6.j AS amounts 
FROM (SELECT t4.id_0 AS id_0, t4.value_0 AS value_0, t4.value_1 AS value_1, t4.count AS count, t4.amounts AS amounts, t4.place AS place 
FROM (SELECT 'acc_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.account_id AS id_0, CAST(to_char(row.closed_on, 'YYYY-MM') AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $6) AS t4 ORDER BY t4.place 
 LIMIT 1000) AS p4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t5.id), 'hex') AS id, t5.name AS name 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.id = p4.id_0) AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p6.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p6.sum_minor AS NUMERIC) * CASE WHEN (p6.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p6.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p6.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p4.amounts) AS p6(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r6) AS x6 ON true ORDER BY p4.place) AS r4) AS by_account, (SELECT coalesce(json_agg(row_to_json(r7)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p7.value_0, 'node', x8.j)) AS keys, p7.count AS count, x9.j AS amounts 
FROM (SELECT t7.id_0 AS id_0, t7.value_0 AS value_0, t7.count AS count, t7.amounts AS amounts, t7.place AS place 
FROM (SELECT 'prd_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, sold.product_id AS id_0, count(*) AS count, row.currency AS currency, count(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS amounts, sum(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS sum_minor, avg(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS average_minor 
FROM opportunities AS row LEFT OUTER JOIN (SELECT line.opportunity_id AS opportunity_id, line.product_id AS product_id, sum(line.total_minor) AS total_minor 
FROM opportunity_lines AS line 
WHERE line.tenant_id = $3 GROUP BY line.opportunity_id, line.product_id) AS sold ON sold.opportunity_id = row.id 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $7) AS t7 ORDER BY t7.place 
 LIMIT 1000) AS p7 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.code AS code 
FROM products AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p7.id_0) AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.currency AS currency, CASE WHEN (p9.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p9.sum_minor AS NUMERIC) * CASE WHEN (p9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p7.amounts) AS p9(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r9) AS x9 ON true ORDER BY p7.place) AS r7) AS by_product, (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'STAGE', 'node', x11.j), json_build_object('field', 'OWNER', 'node', x13.j)) AS keys, p10.count AS count 
FROM (SELECT t10.id_0 AS id_0, t10.id_1 AS id_1, t10.value_0 AS value_0, t10.value_1 AS value_1, t10.count AS count, t10.place AS place 
FROM (SELECT 'stg_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.stage_id AS id_0, NULL::text AS value_1, row.owner_id AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $8) AS t10 ORDER BY t10.place 
 LIMIT 1000) AS p10 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT t11.name AS name, x12.j AS pipeline 
FROM stages AS t11 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name 
FROM pipelines AS t12 
WHERE t12.tenant_id = $3 AND t12.id = t11.pipeline_id) AS r12) AS x12 ON true 
WHERE t11.tenant_id = $3 AND t11.id = p10.id_0) AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT t13.name AS name, x14.j AS team 
FROM users AS t13 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT t14.name AS name 
FROM teams AS t14 
WHERE t14.tenant_id = $3 AND t14.id = t13.team_id) AS r14) AS x14 ON true 
WHERE t13.tenant_id = $3 AND t13.id = p10.id_1) AS r13) AS x13 ON true ORDER BY p10.place) AS r10) AS given, (SELECT coalesce(json_agg(row_to_json(r15)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p15.value_0), json_build_object('value', p15.value_1)) AS keys, p15.count AS count 
FROM (SELECT t15.value_0 AS value_0, t15.value_1 AS value_1, t15.count AS count, t15.place AS place 
FROM (SELECT 'tea_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, owner.team_id AS id_0, NULL::text AS value_1, row.pipeline_id AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row LEFT OUTER JOIN users AS owner ON owner.tenant_id = $3 AND owner.id = row.owner_id 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f15_0_0 
WHERE f15_0_0.tenant_id = $3 AND f15_0_0.id = row.account_id AND true)) AND row.status = 'OPEN' GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $9) AS t15 ORDER BY t15.place 
 LIMIT 1000) AS p15 ORDER BY p15.place) AS r15) AS team) AS r) END AS anon_1

-- sales_rep: 10 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT json_build_array() AS keys, p1.count AS count, x2.j AS amounts 
FROM (SELECT t1.count AS count, t1.amounts AS amounts, t1.place AS place 
FROM (SELECT CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC) AS place 
FROM (SELECT count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY row.currency) AS per_currency ORDER BY coalesce(sum(per_currency.count), 0) DESC 
 LIMIT $5) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p2.currency AS currency, p2.count AS count, CASE WHEN (p2.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p2.sum_minor AS NUMERIC) * CASE WHEN (p2.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p2.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p2.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p2.currency) END AS sum, CASE WHEN (p2.average_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(round(p2.average_minor) AS NUMERIC) * CASE WHEN (p2.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p2.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p2.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS average 
FROM json_to_recordset(p1.amounts) AS p2(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r2) AS x2 ON true ORDER BY p1.place) AS r1) AS "all", (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'STATUS', 'value', p3.value_0)) AS keys, p3.count AS count 
FROM (SELECT t3.value_0 AS value_0, t3.count AS count, t3.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT CAST(row.status AS TEXT) AS value_0, NULL::uuid AS id_0, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $6) AS t3 ORDER BY t3.place 
 LIMIT 1000) AS p3 ORDER BY p3.place) AS r3) AS by_status, (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('__typename', 'OpportunityGroupKey', 'field', 'ACCOUNT', 'value', p4.value_0, 'node', x5.j), json_build_object('__typename', 'OpportunityGroupKey', 'field', 'CLOSED_MONTH', 'value', p4.value_1, 'node', NULL::json)) AS keys, p4.count AS count, x6.j AS amounts 
FROM (SELECT t4.id_0 AS id_0, t4.value_0 AS value_0, t4.value_1 AS value_1, t4.count AS count, t4.amounts AS amounts, t4.place AS place 
FROM (SELECT 'acc_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, of_0.id AS id_0, CAST(to_char(row.closed_on, 'YYYY-MM') AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row LEFT OUTER JOIN accounts AS of_0 ON of_0.tenant_id = $3 AND of_0.owner_id = $4 AND of_0.id = row.account_id 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'acc_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $7) AS t4 ORDER BY t4.place 
 LIMIT 1000) AS p4 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r5) AS j 
FROM (SELECT 'Account' AS __typename, 'acc_' || encode(uuid_send(t5.id), 'hex') AS id, t5.name AS name 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.owner_id = $4 AND t5.id = p4.id_0) AS r5) AS x5 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT CASE WHEN (p6.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p6.sum_minor AS NUMERIC) * CASE WHEN (p6.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p6.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p6.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p4.amounts) AS p6(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r6) AS x6 ON true ORDER BY p4.place) AS r4) AS by_account, (SELECT coalesce(json_agg(row_to_json(r7)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p7.value_0, 'node', x8.j)) AS keys, p7.count AS count, x9.j AS amounts 
FROM (SELECT t7.id_0 AS id_0, t7.value_0 AS value_0, t7.count AS count, t7.amounts AS amounts, t7.place AS place 
FROM (SELECT 'prd_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, sold.product_id AS id_0, count(*) AS count, row.currency AS currency, count(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS amounts, sum(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS sum_minor, avg(CASE WHEN (sold.opportunity_id IS NULL) THEN row.amount_minor ELSE sold.total_minor END) AS average_minor 
FROM opportunities AS row LEFT OUTER JOIN (SELECT line.opportunity_id AS opportunity_id, line.product_id AS product_id, sum(line.total_minor) AS total_minor 
FROM opportunity_lines AS line 
WHERE line.tenant_id = $3 GROUP BY line.opportunity_id, line.product_id) AS sold ON sold.opportunity_id = row.id 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'prd_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $8) AS t7 ORDER BY t7.place 
 LIMIT 1000) AS p7 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r8) AS j 
FROM (SELECT t8.code AS code 
FROM products AS t8 
WHERE t8.tenant_id = $3 AND t8.id = p7.id_0) AS r8) AS x8 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r9)), '[]'::json) AS j 
FROM (SELECT p9.currency AS currency, CASE WHEN (p9.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p9.sum_minor AS NUMERIC) * CASE WHEN (p9.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p9.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p9.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p7.amounts) AS p9(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r9) AS x9 ON true ORDER BY p7.place) AS r7) AS by_product, (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'STAGE', 'node', x11.j), json_build_object('field', 'OWNER', 'node', x13.j)) AS keys, p10.count AS count 
FROM (SELECT t10.id_0 AS id_0, t10.id_1 AS id_1, t10.value_0 AS value_0, t10.value_1 AS value_1, t10.count AS count, t10.place AS place 
FROM (SELECT 'stg_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.stage_id AS id_0, NULL::text AS value_1, row.owner_id AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'stg_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'usr_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $9) AS t10 ORDER BY t10.place 
 LIMIT 1000) AS p10 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r11) AS j 
FROM (SELECT t11.name AS name, x12.j AS pipeline 
FROM stages AS t11 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r12) AS j 
FROM (SELECT t12.name AS name 
FROM pipelines AS t12 
WHERE t12.tenant_id = $3 AND t12.id = t11.pipeline_id) AS r12) AS x12 ON true 
WHERE t11.tenant_id = $3 AND t11.id = p10.id_0) AS r11) AS x11 ON true LEFT OUTER JOIN LATERAL (SELECT row_to_json(r13) AS j 
FROM (SELECT t13.name AS name, x14.j AS team 
FROM users AS t13 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r14) AS j 
FROM (SELECT t14.name AS name 
FROM teams AS t14 
WHERE t14.tenant_id = $3 AND t14.id = t13.team_id) AS r14) AS x14 ON true 
WHERE t13.tenant_id = $3 AND t13.id = p10.id_1) AS r13) AS x13 ON true ORDER BY p10.place) AS r10) AS given, (SELECT coalesce(json_agg(row_to_json(r15)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p15.value_0), json_build_object('value', p15.value_1)) AS keys, p15.count AS count 
FROM (SELECT t15.value_0 AS value_0, t15.value_1 AS value_1, t15.count AS count, t15.place AS place 
FROM (SELECT 'tea_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, owner.team_id AS id_0, NULL::text AS value_1, row.pipeline_id AS id_1, count(*) AS count, row.currency AS currency, count(row.amount_minor) AS amounts, sum(row.amount_minor) AS sum_minor, avg(row.amount_minor) AS average_minor 
FROM opportunities AS row LEFT OUTER JOIN users AS owner ON owner.tenant_id = $3 AND owner.id = row.owner_id 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f15_0_0 
WHERE f15_0_0.tenant_id = $3 AND f15_0_0.owner_id = $4 AND f15_0_0.id = row.account_id AND true)) AND row.status = 'OPEN' GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, 'pip_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $10) AS t15 ORDER BY t15.place 
 LIMIT 1000) AS p15 ORDER BY p15.place) AS r15) AS team) AS r) END AS anon_1
