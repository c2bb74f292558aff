-- admin: 7 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.name_sort AS name_sort, m1.id AS id 
FROM (SELECT t1.name AS name, t1.name_sort AS name_sort, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL ORDER BY t1.name_sort ASC, t1.id ASC 
 LIMIT 101) AS m1 ORDER BY m1.name_sort ASC, m1.id ASC 
 LIMIT $4)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.name_sort ASC, p1.id ASC) AS r2) AS n1_0) AS up, (WITH p3 AS 
(SELECT m3.name AS name, m3.name_sort AS name_sort, m3.id AS id 
FROM (SELECT t3.name AS name, t3.name_sort AS name_sort, t3.id AS id 
FROM opportunities AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL ORDER BY t3.name_sort DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.name_sort DESC, m3.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.name_sort DESC, p3.id DESC) AS r4) AS n3_0) AS down, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS "default", (WITH p7 AS 
(SELECT m7.name AS name, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.created_at AS created_at, t7.id AS id 
FROM opportunities AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS empty) AS r) END AS anon_1
