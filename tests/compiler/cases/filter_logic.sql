-- admin: 22 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_1 
FROM (SELECT m1.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c1 
WHERE c1.tenant_id = $3 AND c1.archived_at IS NULL AND true 
 LIMIT 10001) AS m1 
 LIMIT $4) AS b1), CAST($5 AS BIGINT)))) AS j) AS "all", (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_2 
FROM (SELECT m2.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c2 
WHERE c2.tenant_id = $3 AND c2.archived_at IS NULL AND true 
 LIMIT 10001) AS m2 
 LIMIT $6) AS b2), CAST($7 AS BIGINT)))) AS j) AS and_none, (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_3 
FROM (SELECT m3.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c3 
WHERE c3.tenant_id = $3 AND c3.archived_at IS NULL AND false 
 LIMIT 10001) AS m3 
 LIMIT $8) AS b3), CAST($9 AS BIGINT)))) AS j) AS or_none, (SELECT json_build_object('totalCount', json_build_object('value', least((SELECT count(*) AS count_4 
FROM (SELECT m4.one AS one 
FROM (SELECT 1 AS one 
FROM accounts AS c4 
WHERE c4.tenant_id = $3 AND c4.archived_at IS NULL AND true IS NOT true 
 LIMIT 10001) AS m4 
 LIMIT $10) AS b4), CAST($11 AS BIGINT)))) AS j) AS not_all, (WITH p5 AS 
(SELECT m5.name AS name, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.created_at AS created_at, t5.id AS id 
FROM accounts AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND ((t5.name_sort = $12) IS NOT true) IS NOT true ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $13)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS not_not, (WITH p7 AS 
(SELECT m7.name AS name, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.created_at AS created_at, t7.id AS id 
FROM accounts AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND t7.name_sort = $14 AND t7.name_sort = $15 ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $16)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS contradiction, (WITH p9 AS 
(SELECT m9.name AS name, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.created_at AS created_at, t9.id AS id 
FROM accounts AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND (t9.name_sort = $17 OR t9.industry_sort = $18 AND t9.employees > $19 OR (t9.type = 'PROSPECT') IS NOT true) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $20)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS either, (WITH p11 AS 
(SELECT m11.name AS name, m11.employees AS employees, m11.created_at AS created_at, m11.id AS id 
FROM (SELECT t11.name AS name, t11.employees AS employees, t11.created_at AS created_at, t11.id AS id 
FROM accounts AS t11 
WHERE t11.tenant_id = $3 AND t11.archived_at IS NULL AND (t11.employees > $21) IS NOT true ORDER BY t11.created_at DESC, t11.id DESC 
 LIMIT 101) AS m11 ORDER BY m11.created_at DESC, m11.id DESC 
 LIMIT $22)
 SELECT json_build_object('nodes', n11_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r12)), '[]'::json) AS j 
FROM (SELECT p11.name AS name, p11.employees AS employees 
FROM p11 ORDER BY p11.created_at DESC, p11.id DESC) AS r12) AS n11_0) AS complement) AS r) END AS anon_1
