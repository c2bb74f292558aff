-- admin: 12 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'INDUSTRY', 'value', p1.value_0, 'node', NULL::json), json_build_object('field', 'PARENT', 'value', p1.value_1, 'node', x2.j)) AS keys, p1.count AS count, x3.j AS amounts 
FROM (SELECT t1.id_1 AS id_1, t1.value_0 AS value_0, t1.value_1 AS value_1, t1.count AS count, t1.amounts AS amounts, t1.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT row.industry_sort AS value_0, NULL::uuid AS id_0, NULL::text AS value_1, row.parent_id AS id_1, count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $4) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id, t2.name AS name 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.id = p1.id_1) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.currency AS currency, CASE WHEN (p3.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p3.sum_minor AS NUMERIC) * CASE WHEN (p3.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p3.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p3.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum, CASE WHEN (p3.average_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(round(p3.average_minor) AS NUMERIC) * CASE WHEN (p3.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p3.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p3.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS average 
FROM json_to_recordset(p1.amounts) AS p3(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r3) AS x3 ON true ORDER BY p1.place) AS r1) AS "accountsAggregate", (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p4.value_0)) AS keys, p4.count AS count, x5.j AS amounts 
FROM (SELECT t4.value_0 AS value_0, t4.count AS count, t4.amounts AS amounts, t4.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT row.family_sort AS value_0, NULL::uuid AS id_0, count(*) AS count, row.currency AS currency, count(row.list_price_minor) AS amounts, sum(row.list_price_minor) AS sum_minor, avg(row.list_price_minor) AS average_minor 
FROM products AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $5) AS t4 ORDER BY t4.place 
 LIMIT 1000) AS p4 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.currency AS currency, p5.count AS count, CASE WHEN (p5.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.sum_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p4.amounts) AS p5(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r5) AS x5 ON true ORDER BY p4.place) AS r4) AS "productsAggregate", (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p6.value_0, 'node', x7.j), json_build_object('value', p6.value_1, 'node', NULL::json)) AS keys, p6.count AS count 
FROM (SELECT t6.id_0 AS id_0, t6.value_0 AS value_0, t6.value_1 AS value_1, t6.count AS count, t6.place AS place 
FROM (SELECT 'tea_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.team_id AS id_0, CAST(row.is_active AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count 
FROM users AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4) AS per_currency GROUP BY 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $6) AS t6 ORDER BY t6.place 
 LIMIT 1000) AS p6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM teams AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p6.id_0) AS r7) AS x7 ON true ORDER BY p6.place) AS r6) AS "usersAggregate", (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('node', x9.j)) AS keys, p8.count AS count 
FROM (SELECT t8.id_0 AS id_0, t8.value_0 AS value_0, t8.count AS count, t8.place AS place 
FROM (SELECT 'usr_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, row.manager_id AS id_0, count(*) AS count 
FROM teams AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2) AS per_currency GROUP BY 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $7) AS t8 ORDER BY t8.place 
 LIMIT 1000) AS p8 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name 
FROM users AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p8.id_0) AS r9) AS x9 ON true ORDER BY p8.place) AS r8) AS "teamsAggregate", (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p10.value_0), json_build_object('value', p10.value_1)) AS keys, p10.count AS count 
FROM (SELECT t10.value_0 AS value_0, t10.value_1 AS value_1, t10.count AS count, t10.place AS place 
FROM (SELECT 'pip_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.pipeline_id AS id_0, CAST(row.kind AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count 
FROM stages AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL AND row.name_sort IS DISTINCT FROM $8 GROUP BY 1, 2, 3, 4) AS per_currency GROUP BY 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $9) AS t10 ORDER BY t10.place 
 LIMIT 1000) AS p10 ORDER BY p10.place) AS r10) AS "stagesAggregate", (SELECT coalesce(json_agg(row_to_json(r11)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p11.value_0)) AS keys, p11.count AS count 
FROM (SELECT t11.value_0 AS value_0, t11.count AS count, t11.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT CAST(row.strict_order AS TEXT) AS value_0, NULL::uuid AS id_0, count(*) AS count 
FROM pipelines AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $10) AS t11 ORDER BY t11.place 
 LIMIT 1000) AS p11 ORDER BY p11.place) AS r11) AS "pipelinesAggregate", (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT json_build_array() AS keys, p12.count AS count, x13.j AS amounts 
FROM (SELECT t12.count AS count, t12.amounts AS amounts, t12.place AS place 
FROM (SELECT CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC) AS place 
FROM (SELECT count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL AND false GROUP BY row.currency) AS per_currency ORDER BY coalesce(sum(per_currency.count), 0) DESC 
 LIMIT $11) AS t12 ORDER BY t12.place 
 LIMIT 1000) AS p12 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r13)), '[]'::json) AS j 
FROM (SELECT p13.currency AS currency 
FROM json_to_recordset(p12.amounts) AS p13(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r13) AS x13 ON true ORDER BY p12.place) AS r12) AS none, (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p14.count AS count 
FROM (SELECT t14.count AS count, t14.place AS place 
FROM (SELECT 'usr_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, row.owner_id AS id_0, count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL AND false GROUP BY 1, 2, row.currency) AS per_currency GROUP BY 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $12) AS t14 ORDER BY t14.place 
 LIMIT 1000) AS p14 ORDER BY p14.place) AS r14) AS no_group) AS r) END AS anon_1

-- sales_rep: 13 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT coalesce(json_agg(row_to_json(r1)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('field', 'INDUSTRY', 'value', p1.value_0, 'node', NULL::json), json_build_object('field', 'PARENT', 'value', p1.value_1, 'node', x2.j)) AS keys, p1.count AS count, x3.j AS amounts 
FROM (SELECT t1.id_1 AS id_1, t1.value_0 AS value_0, t1.value_1 AS value_1, t1.count AS count, t1.amounts AS amounts, t1.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex') AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1) AS place 
FROM (SELECT row.industry_sort AS value_0, NULL::uuid AS id_0, NULL::text AS value_1, of_1.id AS id_1, count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row LEFT OUTER JOIN accounts AS of_1 ON of_1.tenant_id = $3 AND of_1.owner_id = $4 AND of_1.id = row.parent_id 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0, 'acc_' || encode(uuid_send(per_currency.id_1), 'hex'), per_currency.id_1 
 LIMIT $5) AS t1 ORDER BY t1.place 
 LIMIT 1000) AS p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r2) AS j 
FROM (SELECT 'acc_' || encode(uuid_send(t2.id), 'hex') AS id, t2.name AS name 
FROM accounts AS t2 
WHERE t2.tenant_id = $3 AND t2.owner_id = $4 AND t2.id = p1.id_1) AS r2) AS x2 ON true LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r3)), '[]'::json) AS j 
FROM (SELECT p3.currency AS currency, CASE WHEN (p3.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p3.sum_minor AS NUMERIC) * CASE WHEN (p3.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p3.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p3.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum, CASE WHEN (p3.average_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(round(p3.average_minor) AS NUMERIC) * CASE WHEN (p3.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p3.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p3.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS average 
FROM json_to_recordset(p1.amounts) AS p3(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r3) AS x3 ON true ORDER BY p1.place) AS r1) AS "accountsAggregate", (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p4.value_0)) AS keys, p4.count AS count, x5.j AS amounts 
FROM (SELECT t4.value_0 AS value_0, t4.count AS count, t4.amounts AS amounts, t4.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT row.family_sort AS value_0, NULL::uuid AS id_0, count(*) AS count, row.currency AS currency, count(row.list_price_minor) AS amounts, sum(row.list_price_minor) AS sum_minor, avg(row.list_price_minor) AS average_minor 
FROM products AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, row.currency) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $6) AS t4 ORDER BY t4.place 
 LIMIT 1000) AS p4 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r5)), '[]'::json) AS j 
FROM (SELECT p5.currency AS currency, p5.count AS count, CASE WHEN (p5.sum_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.sum_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT)) END AS sum 
FROM json_to_recordset(p4.amounts) AS p5(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r5) AS x5 ON true ORDER BY p4.place) AS r4) AS "productsAggregate", (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p6.value_0, 'node', x7.j), json_build_object('value', p6.value_1, 'node', NULL::json)) AS keys, p6.count AS count 
FROM (SELECT t6.id_0 AS id_0, t6.value_0 AS value_0, t6.value_1 AS value_1, t6.count AS count, t6.place AS place 
FROM (SELECT 'tea_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.team_id AS id_0, CAST(row.is_active AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count 
FROM users AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2, 3, 4) AS per_currency GROUP BY 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'tea_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $7) AS t6 ORDER BY t6.place 
 LIMIT 1000) AS p6 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r7) AS j 
FROM (SELECT t7.name AS name 
FROM teams AS t7 
WHERE t7.tenant_id = $3 AND t7.id = p6.id_0) AS r7) AS x7 ON true ORDER BY p6.place) AS r6) AS "usersAggregate", (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('node', x9.j)) AS keys, p8.count AS count 
FROM (SELECT t8.id_0 AS id_0, t8.value_0 AS value_0, t8.count AS count, t8.place AS place 
FROM (SELECT 'usr_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, row.manager_id AS id_0, count(*) AS count 
FROM teams AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2) AS per_currency GROUP BY 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $8) AS t8 ORDER BY t8.place 
 LIMIT 1000) AS p8 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r9) AS j 
FROM (SELECT t9.name AS name 
FROM users AS t9 
WHERE t9.tenant_id = $3 AND t9.id = p8.id_0) AS r9) AS x9 ON true ORDER BY p8.place) AS r8) AS "teamsAggregate", (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p10.value_0), json_build_object('value', p10.value_1)) AS keys, p10.count AS count 
FROM (SELECT t10.value_0 AS value_0, t10.value_1 AS value_1, t10.count AS count, t10.place AS place 
FROM (SELECT 'pip_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, per_currency.value_1 AS value_1, per_currency.id_1 AS id_1, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1) AS place 
FROM (SELECT NULL::text AS value_0, row.pipeline_id AS id_0, CAST(row.kind AS TEXT) AS value_1, NULL::uuid AS id_1, count(*) AS count 
FROM stages AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL AND row.name_sort IS DISTINCT FROM $9 GROUP BY 1, 2, 3, 4) AS per_currency GROUP BY 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'pip_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0, per_currency.value_1, per_currency.id_1 
 LIMIT $10) AS t10 ORDER BY t10.place 
 LIMIT 1000) AS p10 ORDER BY p10.place) AS r10) AS "stagesAggregate", (SELECT coalesce(json_agg(row_to_json(r11)), '[]'::json) AS j 
FROM (SELECT json_build_array(json_build_object('value', p11.value_0)) AS keys, p11.count AS count 
FROM (SELECT t11.value_0 AS value_0, t11.count AS count, t11.place AS place 
FROM (SELECT per_currency.value_0 AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0) AS place 
FROM (SELECT CAST(row.strict_order AS TEXT) AS value_0, NULL::uuid AS id_0, count(*) AS count 
FROM pipelines AS row 
WHERE row.tenant_id = $3 AND row.archived_at IS NULL GROUP BY 1, 2) AS per_currency GROUP BY per_currency.value_0, per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, per_currency.value_0, per_currency.id_0 
 LIMIT $11) AS t11 ORDER BY t11.place 
 LIMIT 1000) AS p11 ORDER BY p11.place) AS r11) AS "pipelinesAggregate", (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT json_build_array() AS keys, p12.count AS count, x13.j AS amounts 
FROM (SELECT t12.count AS count, t12.amounts AS amounts, t12.place AS place 
FROM (SELECT CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC) AS place 
FROM (SELECT count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL AND false GROUP BY row.currency) AS per_currency ORDER BY coalesce(sum(per_currency.count), 0) DESC 
 LIMIT $12) AS t12 ORDER BY t12.place 
 LIMIT 1000) AS p12 LEFT OUTER JOIN LATERAL (SELECT coalesce(json_agg(row_to_json(r13)), '[]'::json) AS j 
FROM (SELECT p13.currency AS currency 
FROM json_to_recordset(p12.amounts) AS p13(currency TEXT, count BIGINT, sum_minor NUMERIC, average_minor NUMERIC)) AS r13) AS x13 ON true ORDER BY p12.place) AS r12) AS none, (SELECT coalesce(json_agg(row_to_json(r14)), '[]'::json) AS j 
FROM (SELECT p14.count AS count 
FROM (SELECT t14.count AS count, t14.place AS place 
FROM (SELECT 'usr_' || encode(uuid_send(per_currency.id_0), 'hex') AS value_0, per_currency.id_0 AS id_0, CAST(coalesce(sum(per_currency.count), 0) AS BIGINT) AS count, coalesce(json_agg(json_build_object('currency', per_currency.currency, 'count', per_currency.amounts, 'sum_minor', per_currency.sum_minor, 'average_minor', per_currency.average_minor) ORDER BY per_currency.currency) FILTER (WHERE per_currency.amounts > 0), '[]'::json) AS amounts, '[]'::json AS converted, row_number() OVER (ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0) AS place 
FROM (SELECT NULL::text AS value_0, row.owner_id AS id_0, count(*) AS count, row.currency AS currency, count(row.annual_revenue_minor) AS amounts, sum(row.annual_revenue_minor) AS sum_minor, avg(row.annual_revenue_minor) AS average_minor 
FROM accounts AS row 
WHERE row.tenant_id = $3 AND row.owner_id = $4 AND row.archived_at IS NULL AND false GROUP BY 1, 2, row.currency) AS per_currency GROUP BY 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 ORDER BY coalesce(sum(per_currency.count), 0) DESC, 'usr_' || encode(uuid_send(per_currency.id_0), 'hex'), per_currency.id_0 
 LIMIT $13) AS t14 ORDER BY t14.place 
 LIMIT 1000) AS p14 ORDER BY p14.place) AS r14) AS no_group) AS r) END AS anon_1
