-- admin: 8 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.close_date AS close_date, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.close_date AS close_date, t1.name_sort AS name_sort, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.close_date ASC NULLS LAST, t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.close_date ASC NULLS LAST, m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.close_date AS "closeDate" 
FROM p1 ORDER BY p1.close_date ASC NULLS LAST, p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS last, (WITH p3 AS 
(SELECT m3.name AS name, m3.close_date AS close_date, m3.name_sort AS name_sort, m3.id AS id 
FROM (SELECT t3.name AS name, t3.close_date AS close_date, t3.name_sort AS name_sort, t3.id AS id 
FROM opportunities AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL ORDER BY t3.close_date ASC NULLS FIRST, t3.name_sort ASC, t3.id ASC 
 LIMIT 101) AS m3 ORDER BY m3.close_date ASC NULLS FIRST, m3.name_sort ASC, m3.id ASC 
 LIMIT $5)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, p3.close_date AS "closeDate" 
FROM p3 ORDER BY p3.close_date ASC NULLS FIRST, p3.name_sort ASC, p3.id ASC) AS r4) AS n3_0) AS first, (WITH p5 AS 
(SELECT m5.name AS name, m5.amount_minor AS amount_minor, m5.currency AS currency, m5.name_sort AS name_sort, m5.id AS id 
FROM (SELECT t5.name AS name, t5.amount_minor AS amount_minor, t5.currency AS currency, t5.name_sort AS name_sort, t5.id AS id 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL ORDER BY t5.amount_minor DESC NULLS LAST, t5.name_sort ASC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.amount_minor DESC NULLS LAST, m5.name_sort ASC, m5.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name, CASE WHEN (p5.amount_minor IS NULL) THEN NULL::json ELSE json_build_object('amount', CAST(CAST(p5.amount_minor AS NUMERIC) * CASE WHEN (p5.currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')) THEN 1 WHEN (p5.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND')) THEN 0.001 WHEN (p5.currency IN ('CLF', 'UYW')) THEN 0.0001 ELSE 0.01 END AS TEXT), 'currency', p5.currency) END AS amount 
FROM p5 ORDER BY p5.amount_minor DESC NULLS LAST, p5.name_sort ASC, p5.id DESC) AS r6) AS n5_0) AS down_last, (WITH p7 AS 
(SELECT m7.name AS name, m7.amount_minor AS amount_minor, m7.name_sort AS name_sort, m7.id AS id 
FROM (SELECT t7.name AS name, t7.amount_minor AS amount_minor, t7.name_sort AS name_sort, t7.id AS id 
FROM opportunities AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL ORDER BY t7.amount_minor DESC NULLS FIRST, t7.name_sort DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.amount_minor DESC NULLS FIRST, m7.name_sort DESC, m7.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.amount_minor DESC NULLS FIRST, p7.name_sort DESC, p7.id DESC) AS r8) AS n7_0) AS down_first, (WITH p9 AS 
(SELECT m9.name AS name, m9.employees AS employees, m9.industry AS industry, m9.industry_sort AS industry_sort, m9.name_sort AS name_sort, m9.id AS id 
FROM (SELECT t9.name AS name, t9.employees AS employees, t9.industry AS industry, t9.industry_sort AS industry_sort, t9.name_sort AS name_sort, t9.id AS id 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL ORDER BY t9.employees DESC NULLS LAST, t9.industry_sort ASC NULLS FIRST, t9.name_sort DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.employees DESC NULLS LAST, m9.industry_sort ASC NULLS FIRST, m9.name_sort DESC, m9.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name, p9.employees AS employees, p9.industry AS industry 
FROM p9 ORDER BY p9.employees DESC NULLS LAST, p9.industry_sort ASC NULLS FIRST, p9.name_sort DESC, p9.id DESC) AS r10) AS n9_0) AS three) AS r) END AS anon_1
