-- admin: 22 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM opportunities AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM accounts AS f1_1_0 
WHERE f1_1_0.tenant_id = $3 AND f1_1_0.id = t1.account_id AND f1_1_0.name_sort = $4 AND (f1_1_0.archived_at IS NULL OR f1_1_0.archived_at IS NOT NULL))) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS leaf, (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM opportunities AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND (t3.name_sort = $6 OR (EXISTS (SELECT 1 
FROM accounts AS f3_1_0_1_0 
WHERE f3_1_0_1_0.tenant_id = $3 AND f3_1_0_1_0.id = t3.account_id AND f3_1_0_1_0.name_sort = $7 AND (f3_1_0_1_0.archived_at IS NULL OR f3_1_0_1_0.archived_at IS NOT NULL)))) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS whole, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND t5.status = 'OPEN' AND t5.currency = $9 AND t5.amount_minor < $10 ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS list, (WITH p7 AS 
(SELECT m7.name AS name, m7.probability AS probability, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.probability AS probability, t7.created_at AS created_at, t7.id AS id 
FROM opportunities AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND (EXISTS (SELECT 1 
FROM users AS f7_1_0 
WHERE f7_1_0.tenant_id = $3 AND f7_1_0.id = t7.owner_id AND f7_1_0.name_sort >= $12 AND f7_1_0.name_sort < $13 AND (f7_1_0.archived_at IS NULL OR f7_1_0.archived_at IS NOT NULL))) AND t7.probability < $14 AND t7.probability >= $15 ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, p7.probability AS probability 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS object, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM opportunities AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND t9.name_sort = ANY ($17) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $18)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS values, (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m11.one AS one 
FROM (SELECT 1 AS one 
FROM opportunities AS c11 
WHERE c11.tenant_id = $3 AND c11.archived_at IS NULL 
 LIMIT 10001) AS m11 
 LIMIT $19) AS b11), CAST($20 AS BIGINT)))) AS j) AS "null", (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m12.one AS one 
FROM (SELECT 1 AS one 
FROM opportunities AS c12 
WHERE c12.tenant_id = $3 AND c12.archived_at IS NULL 
 LIMIT 10001) AS m12 
 LIMIT $21) AS b12), CAST($22 AS BIGINT)))) AS j) AS absent) AS r) END AS anon_1
