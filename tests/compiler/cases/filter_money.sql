-- admin: 21 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.annual_revenue_minor AS annual_revenue_minor, m1.currency AS currency, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.annual_revenue_minor AS annual_revenue_minor, t1.currency AS currency, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.currency = $4 AND t1.annual_revenue_minor >= $5 ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, CASE WHEN (p1.annual_revenue_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p1.annual_revenue_minor AS NUMERIC) * CASE WHEN (p1.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p1.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p1.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p1.currency) END AS "annualRevenue" 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS euros, (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND t3.currency = $7 AND t3.annual_revenue_minor < $8 AND t3.currency = $7 AND t3.annual_revenue_minor > $9 ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS dollars, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND t5.currency = $11 AND t5.annual_revenue_minor = ANY ($12) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $13)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS yen, (WITH p7 AS 
(SELECT m7.name AS name, m7.amount_minor AS amount_minor, m7.currency AS currency, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.amount_minor AS amount_minor, t7.currency AS currency, t7.created_at AS created_at, t7.id AS id 
FROM opportunities AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND (t7.currency = $14 AND (t7.amount_minor IS NULL OR NOT (t7.amount_minor = ANY ($15)))) IS NOT true ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, CASE WHEN (p7.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p7.amount_minor AS NUMERIC) * CASE WHEN (p7.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p7.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p7.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p7.currency) END AS amount 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS not_yen, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM opportunities AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND t9.amount_minor IS NULL AND (t9.currency IS NULL OR t9.currency = $17) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $18)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS unknown, (WITH p11 AS 
(SELECT m11.name AS name, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.created_at AS created_at, t11.id AS id 
FROM opportunities AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND t11.currency = $19 AND t11.amount_minor IS DISTINCT FROM $20 ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $21)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS ne) AS r) END AS anon_1
