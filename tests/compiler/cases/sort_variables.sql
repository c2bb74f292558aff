-- admin: 5 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.industry AS industry, m1.industry_sort AS industry_sort, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.industry AS industry, t1.industry_sort AS industry_sort, t1.name_sort AS name_sort, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.industry_sort DESC NULLS LAST, t1.name_sort ASC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.industry_sort DESC NULLS LAST, m1.name_sort ASC, m1.id DESC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, p1.industry AS industry 
FROM p1 ORDER BY p1.industry_sort DESC NULLS LAST, p1.name_sort ASC, p1.id DESC) AS r2) AS n1_0) AS list, (WITH p3 AS 
(SELECT m3.name AS name, m3.name_sort AS name_sort, m3.id AS id 
FROM (SELECT t3.name AS name, t3.name_sort AS name_sort, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL ORDER BY t3.name_sort DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.name_sort DESC, m3.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.name_sort DESC, p3.id DESC) AS r4) AS n3_0) AS parts) AS r) END AS anon_1
