-- sales_rep: 7 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.owner_id AS owner_id, m1.industry_sort AS industry_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.owner_id AS owner_id, t1.industry_sort AS industry_sort, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND t1.name_sort >= $5 AND t1.name_sort < $6 ORDER BY t1.industry_sort ASC NULLS LAST, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.industry_sort ASC NULLS LAST, m1.id ASC 
 LIMIT $7)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, x3.j AS owner 
FROM p1 LEFT OUTER JOIN LATERAL (SELECT row_to_json(r3) AS j 
FROM (SELECT t3.name AS name 
FROM users AS t3 
WHERE t3.tenant_id = $3 AND t3.id = p1.owner_id) AS r3) AS x3 ON true ORDER BY p1.industry_sort ASC NULLS LAST, p1.id ASC) AS r2) AS n1_0) AS accounts) AS r) END AS anon_1
