-- admin: 24 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.name_sort = $4 ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $5)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS eq, (WITH p3 AS 
(SELECT m3.name AS name, m3.industry AS industry, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.industry AS industry, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND t3.industry_sort IS DISTINCT FROM $6 ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $7)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name, p3.industry AS industry 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS ne, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND t5.industry_sort = ANY ($8) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS "in", (WITH p7 AS 
(SELECT m7.name AS name, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.created_at AS created_at, t7.id AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND t7.industry_sort = ANY ($10) ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $11)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS in_nothing, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND (t9.industry_sort IS NULL OR NOT (t9.industry_sort = ANY ($12))) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $13)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS "notIn", (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m11.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c11 
WHERE c11.tenant_id = $3 AND c11.archived_at IS NULL AND (c11.industry_sort IS NULL OR NOT (c11.industry_sort = ANY ($14))) 
 LIMIT 10001) AS m11 
 LIMIT $15) AS b11), CAST($16 AS BIGINT)))) AS j) AS not_in_nothing, (WITH p12 AS 
(SELECT m12.name AS name, m12.created_at AS created_at, m12.id AS id 
FROM (SELECT t12.name AS name, t12.created_at AS created_at, t12.id AS id 
FROM accounts AS t12 
WHERE t12.tenant_id = $3 AND t12.archived_at IS NULL AND t12.name_sort >= $17 AND t12.name_sort < $18 ORDER BY t12.created_at DESC, t12.id DESC 
 LIMIT 101) AS m12 ORDER BY m12.created_at DESC, m12.id DESC 
 LIMIT $19)
 SELECT json_build_object('nodes', n12_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r13)), '[]'::json) AS j 
FROM (SELECT p12.name AS name 
FROM p12 ORDER BY p12.created_at DESC, p12.id DESC) AS r13) AS n12_0) AS "startsWith", (WITH p14 AS 
(SELECT m14.name AS name, m14.created_at AS created_at, m14.id AS id 
FROM (SELECT t14.name AS name, t14.created_at AS created_at, t14.id AS id 
FROM accounts AS t14 
WHERE t14.tenant_id = $3 AND t14.archived_at IS NULL AND t14.name_sort >= $20 AND t14.name_sort < $21 ORDER BY t14.created_at DESC, t14.id DESC 
 LIMIT 101) AS m14 ORDER BY m14.created_at DESC, m14.id DESC 
 LIMIT $22)
 SELECT json_build_object('nodes', n14_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r15)), '[]'::json) AS j 
FROM (SELECT p14.name AS name 
FROM p14 ORDER BY p14.created_at DESC, p14.id DESC) AS r15) AS n14_0) AS percent, (WITH p16 AS 
(SELECT m16.name AS name, m16.created_at AS created_at, m16.id AS id 
FROM (SELECT t16.name AS name, t16.created_at AS created_at, t16.id AS id 
FROM accounts AS t16 
WHERE t16.tenant_id = $3 AND t16.archived_at IS NULL AND t16.industry_sort IS NULL ORDER BY t16.created_at DESC, t16.id DESC 
 LIMIT 101) AS m16 ORDER BY m16.created_at DESC, m16.id DESC 
 LIMIT $23)
 SELECT json_build_object('nodes', n16_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r17)), '[]'::json) AS j 
FROM (SELECT p16.name AS name 
FROM p16 ORDER BY p16.created_at DESC, p16.id DESC) AS r17) AS n16_0) AS "isNull", (WITH p18 AS 
(SELECT m18.name AS name, m18.created_at AS created_at, m18.id AS id 
FROM (SELECT t18.name AS name, t18.created_at AS created_at, t18.id AS id 
FROM accounts AS t18 
WHERE t18.tenant_id = $3 AND t18.archived_at IS NULL AND t18.industry_sort IS NOT NULL AND t18.territory_sort IS NULL ORDER BY t18.created_at DESC, t18.id DESC 
 LIMIT 101) AS m18 ORDER BY m18.created_at DESC, m18.id DESC 
 LIMIT $24)
 SELECT json_build_object('nodes', n18_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r19)), '[]'::json) AS j 
FROM (SELECT p18.name AS name 
FROM p18 ORDER BY p18.created_at DESC, p18.id DESC) AS r19) AS n18_0) AS "isNotNull") AS r) END AS anon_1
